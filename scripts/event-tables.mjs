// Writes the tables of docs/traces.md from schemas/event.schema.json: node scripts/event-tables.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGE = join(root, 'docs', 'traces.md');
const BEGIN = '<!-- tables: written by scripts/event-tables.mjs -->';
const END = '<!-- end of tables -->';

/** The page with its tables as the schema has them now. */
export function withTables(page) {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest.split(END);
  return `${before}${BEGIN}\n\n${eventTables()}\n${END}${after}`;
}

function eventTables() {
  const schema = JSON.parse(readFileSync(join(root, 'schemas', 'event.schema.json'), 'utf8'));
  const defs = schema.$defs;
  const events = schema.oneOf.map(({ $ref }) => nameOf($ref));
  const parts = Object.keys(defs).filter((name) => !events.includes(name) && !COMMON.includes(name));
  return [...COMMON, ...events, ...parts].map((name) => renderTable(name, defs[name])).join('\n');
}

/** What several events have in common, each with what it builds on. */
const COMMON = ['event', 'start', 'end', 'failure', 'modelStart'];

function renderTable(name, definition) {
  const { properties, required, bases } = ownFields(definition);
  const base = bases.length === 0 ? '' : ` Has what \`${bases.join('`, `')}\` has.`;
  const rows = Object.entries(properties)
    .filter(([field]) => field !== 'type')
    .map(([field, of]) => {
      const optional = required.includes(field) ? '' : '?';
      return `| \`${field}${optional}\` | ${typeOf(of)} | ${of.description ?? ''} |`;
    });
  const table = rows.length === 0 ? '' : `\n| field | type | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  const values = definition.enum === undefined ? '' : ` ${typeOf(definition)}.`;
  return `#### ${name}\n\n${definition.description ?? ''}${values}${base}\n${table}`;
}

/** Of a definition: the fields that it adds, and the definitions that it builds on. */
function ownFields({ $ref, allOf = [], properties = {}, required = [] }) {
  const parts = allOf.map(ownFields);
  return {
    properties: Object.assign({}, properties, ...parts.map((part) => part.properties)),
    required: [...required, ...parts.flatMap((part) => part.required)],
    bases: [...($ref === undefined ? [] : [nameOf($ref)]), ...parts.flatMap((part) => part.bases)],
  };
}

function typeOf({ $ref, type, items, enum: values, const: only, anyOf }) {
  if ($ref !== undefined) return `[${nameOf($ref)}](#${nameOf($ref).toLowerCase()})`;
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`;
  if (type === undefined) return 'anything';
  return [type].flat().join(' or ');
}

function nameOf(ref) {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
}
