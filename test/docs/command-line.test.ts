import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import type { Io } from '../../src/cli/io.js';
import { PROVIDERS } from '../../src/models/providers.js';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const cli = read('cli.md');
const pages = cli + read('traces.md');

const program = new Command('chain');
for (const command of COMMANDS) command.register(program, {} as Io);
const leaves = leavesOf(program, []);

it('docs/cli.md lists every command', () => {
  const listed = [...cli.matchAll(/^\| `(chain [a-z ]+)` \|/gm)].map(([, name]) => name);
  expect(listed).toEqual(leaves.map(([name]) => name));
});

it.each(leaves)('docs/cli.md or docs/traces.md has every flag of %s', (_, command) => {
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short }) => [long, short]);
  const missing = flags.filter((flag) => flag != null && !new RegExp(`\`${flag}[\` ]`).test(pages));
  expect(missing.filter((flag) => flag !== '-h')).toEqual([]);
});

it('docs/cli.md has every provider in its table', () => {
  const prefixes = [...cli.matchAll(/^\| `([a-z]+):` \| `http/gm)].map(([, prefix]) => prefix);
  expect(prefixes).toEqual(Object.keys(PROVIDERS));
});

/** What can be called, by its words, in the order of the help. */
function leavesOf(command: Command, names: readonly string[]): (readonly [name: string, command: Command])[] {
  const path = [...names, command.name()];
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help');
  return below.length === 0 ? [[path.join(' '), command]] : below.flatMap((each) => leavesOf(each, path));
}
