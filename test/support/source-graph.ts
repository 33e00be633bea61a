import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export interface Import {
  /** A file of src/, relative to it (`models/model.ts`), or what was written: a package or one of Node's modules. */
  readonly target: string;
  /** `type`: gone at run time. `static`: loaded with the importing file. `dynamic`: loaded when the code gets there. */
  readonly kind: 'type' | 'static' | 'dynamic';
}

/** The files under `root`, by their path relative to it, and what each imports. */
export type SourceGraph = ReadonlyMap<string, readonly Import[]>;

export function readSourceGraph(root: string): SourceGraph {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.split(sep).join('/'));
  return new Map(files.map((file) => [file, readImports(file, readFileSync(join(root, file), 'utf8'))]));
}

/** The imports of a source text, in their order. */
export function readImports(file: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = code.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\bfrom\s*)?(['"])([^'"]+)\2|\bimport\((['"])([^'"]+)\4\)/gm,
  );
  return [...statements].map(([, type, , statement, , call]) => {
    const written = (statement ?? call)!;
    const target = written.startsWith('.')
      ? posix.join(posix.dirname(file), written).replace(/\.js$/, '.ts')
      : written;
    return { target, kind: call !== undefined ? 'dynamic' : type ? 'type' : 'static' };
  });
}

/** One way round for each cycle found: `a.ts > b.ts > a.ts`. Types don't close a cycle: they are gone at run time. */
export function findCycles(graph: SourceGraph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file].join(' > '));
    if (start >= 0 || done.has(file)) return;
    for (const { target, kind } of graph.get(file) ?? []) {
      if (kind !== 'type') visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** Everything that is loaded as soon as `file` is: files and packages. */
export function loadedWith(graph: SourceGraph, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { target, kind } of graph.get(file) ?? []) {
    if (kind === 'static') loadedWith(graph, target, seen);
  }
  return seen;
}

/** The package of an import, `null` for files and Node's own modules. */
export function packageOf(target: string): string | null {
  if (/^\.\.\/|\.ts$|^node:/.test(target)) return null;
  return /^(?:@[^/]+\/)?[^/]+/.exec(target)![0];
}
