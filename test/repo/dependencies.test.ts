import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const { devDependencies, ...manifest } = JSON.parse(read('package.json')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
const { packages } = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
};

/** The rows of each table of the page: a package, what is between, and the reason. */
const [used, brought, dev] = read('docs/dependencies.md')
  .split(/^## /m)
  .slice(1)
  .map((section) =>
    [...section.matchAll(/^\| `(\S+)` \|(?: (.+) \|)? ([^|]+) \|$/gm)].map(([, ...cells]) => cells),
  );
const namesIn = (rows: typeof used = []) => rows.map(([name]) => name!);

/** What the build has found in the bundle. */
const bundled = [...read('dist/THIRD_PARTY_LICENSES.txt').matchAll(/^-{80}\n\n(\S+) \d\S* \(/gm)].map(
  ([, name]) => name!,
);
const isDirect = (name: string) => Object.hasOwn(devDependencies, name);

describe('docs/dependencies.md names', () => {
  it('what the sources use, in the bundle’s order', () => {
    expect(namesIn(used)).toEqual(bundled.filter(isDirect));
  });

  it('what these bring along', () => {
    expect(namesIn(brought)).toEqual(bundled.filter((name) => !isDirect(name)));
  });

  it('who brings it', () => {
    for (const [name, by = ''] of brought ?? []) {
      const expected = bundled.filter((other) => needs(other, name!)).map((other) => `\`${other}\``);
      expect([name, by]).toEqual([name, expected.join(', ')]);
    }
  });

  it('what builds and tests', () => {
    expect(namesIn(dev)).toEqual(Object.keys(devDependencies).filter((name) => !bundled.includes(name)));
  });

  it('a reason for each', () => {
    for (const [name, , why = ''] of [used, brought, dev].flatMap((rows) => rows ?? []))
      expect([name, why.length > 3]).toEqual([name, true]);
  });
});

it('nothing is a dependency at run time but what a program may have besides', () => {
  expect(Object.keys(manifest).filter((key) => /dependencies$/i.test(key))).toEqual(['peerDependencies']);
});

/** In whatever version is installed. */
function needs(name: string, other: string): boolean {
  return Object.entries(packages).some(
    ([path, { dependencies = {} }]) =>
      path.endsWith(`node_modules/${name}`) && Object.hasOwn(dependencies, other),
  );
}
