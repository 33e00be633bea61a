import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCycles, loadedWith, packageOf, readSourceGraph } from '../support/source-graph.js';

/** In the order data flows: each imports only from itself and those above it. */
const LAYERS = [
  'messages.ts',
  'errors.ts',
  'events.ts',
  'nearest-name.ts',
  'tokens/',
  'safety/',
  'callbacks/',
  'prompts/',
  'models/',
  'memory/',
  'tools/',
  'chains/',
  'trace/',
  'cli/',
  'index.ts',
  'testing.ts',
];

/** Where each package may be imported. A new package, or a new place for one, is a decision: write it down here. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@modelcontextprotocol/sdk': ['tools/mcp/'],
  '@opentelemetry/api': ['callbacks/otel.ts', 'callbacks/otel/'],
  '@opentelemetry/core': ['callbacks/otel/'],
  '@opentelemetry/exporter-metrics-otlp-http': ['callbacks/otel/exporters.ts'],
  '@opentelemetry/otlp-exporter-base': ['callbacks/otel/'],
  '@opentelemetry/otlp-transformer': ['callbacks/otel/exporters.ts'],
  '@opentelemetry/resources': ['callbacks/otel/sdk.ts'],
  '@opentelemetry/sdk-metrics': ['callbacks/otel/'],
  '@opentelemetry/sdk-trace-base': ['callbacks/otel/'],
  ajv: ['tools/', 'trace/', 'cli/'],
  chalk: ['callbacks/', 'cli/'],
  'cli-truncate': ['cli/'],
  commander: ['cli/'],
  'cross-spawn': ['tools/mcp/'],
  'csv-stringify': ['cli/'],
  diff: ['trace/'],
  echarts: ['cli/'],
  'eventsource-parser': ['models/'],
  'expr-eval-fork': ['tools/'],
  'fastest-levenshtein': ['nearest-name.ts', 'models/'],
  'http-proxy-agent': ['models/'],
  'https-proxy-agent': ['models/'],
  'ipaddr.js': ['tools/'],
  jsep: ['models/offline/'],
  linebreak: ['cli/compare/'],
  logform: ['callbacks/'],
  openai: ['models/'],
  ora: ['cli/'],
  'p-limit': ['models/'],
  'proxy-from-env': ['models/'],
  'shell-quote': ['tools/mcp/'],
  'signal-exit': ['callbacks/', 'tools/mcp/'],
  'simple-ascii-chart': ['cli/'],
  'string-width': ['cli/'],
  'triple-beam': ['callbacks/'],
  winston: ['callbacks/'],
  'winston-transport': ['callbacks/'],
  'wrap-ansi': ['cli/'],
  yaml: ['prompts/', 'cli/'],
};

/** Loaded when they are used, never with the library or the command: each would cost a noticeable part of a start. */
const LAZY = [
  '@modelcontextprotocol/sdk',
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/otlp-exporter-base',
  '@opentelemetry/otlp-transformer',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace-base',
  'ajv',
  'cli-truncate',
  'cross-spawn',
  'csv-stringify',
  'diff',
  'echarts',
  'expr-eval-fork',
  'http-proxy-agent',
  'https-proxy-agent',
  'ipaddr.js',
  'linebreak',
  'logform',
  'openai',
  'ora',
  'shell-quote',
  'simple-ascii-chart',
  'string-width',
  'winston',
  'winston-transport',
  'wrap-ansi',
  'yaml',
];

const graph = readSourceGraph(fileURLToPath(new URL('../../src/', import.meta.url)));
const imports = [...graph].flatMap(([file, list]) => list.map((entry) => ({ file, ...entry })));
const layerOf = (file: string) => LAYERS.findIndex((layer) => file === layer || file.startsWith(layer));

describe('the sources', () => {
  it('have a place in the order of folders', () => {
    expect([...graph.keys()].filter((file) => layerOf(file) < 0)).toEqual([]);
  });

  it('import only what exists', () => {
    const missing = imports.filter(({ target }) => target.endsWith('.ts') && !graph.has(target));
    expect(missing.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('import only from their own folder and those before it', () => {
    const upward = imports.filter(
      ({ file, target }) => target.endsWith('.ts') && layerOf(target) > layerOf(file),
    );
    expect(upward.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it('have no import cycle', () => {
    expect(findCycles(graph)).toEqual([]);
  });

  it('import each package in few places', () => {
    const strangers = imports.filter(({ file, target }) => {
      const name = packageOf(target);
      return name !== null && !PACKAGES[name]?.some((place) => file.startsWith(place));
    });
    expect(strangers.map(({ file, target }) => `${file} > ${target}`)).toEqual([]);
  });

  it.each(['cli/start.ts', 'cli/main.ts', 'index.ts', 'testing.ts'])('%s loads nothing heavy', (file) => {
    const packages = [...loadedWith(graph, file)].map(packageOf);
    expect(packages.filter((name) => LAZY.includes(name!))).toEqual([]);
  });
});

describe('the package', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

  it('has no runtime dependencies', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json'));
    expect([dependencies, optionalDependencies]).toEqual([undefined, undefined]);
  });

  it('works without its peers', () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(read('package.json'));
    expect(Object.keys(peerDependencies)).toEqual(['@langchain/core']);
    expect(peerDependenciesMeta).toEqual({ '@langchain/core': { optional: true } });
  });

  it('is locked without the address of a registry or a path of a machine', () => {
    expect(read('package-lock.json').match(/"resolved"|"link"|"file:/g)).toBeNull();
  });

  // npm leaves out, without a word, what its registry hasn't got; and then `npm ci` refuses the lock.
  it('is locked with the packages of every platform', () => {
    const packages = Object.values<{ optionalDependencies?: object }>(
      JSON.parse(read('package-lock.json')).packages,
    );
    const names = new Set(
      packages.flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies)),
    );
    const lock = read('package-lock.json');
    expect([...names].filter((name) => !lock.includes(`node_modules/${name}": {`))).toEqual([]);
  });
});
