import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFrontMatter } from '../../src/prompts/front-matter.js';
import { FRONT_MATTER_SCHEMA } from '../../src/prompts/front-matter-schema.js';

const SHIPPED = JSON.parse(
  readFileSync(new URL('../../schemas/front-matter.schema.json', import.meta.url), 'utf8'),
);

describe('the front matter’s schema', () => {
  it('ships as the one that front matter is checked against', () => {
    expect(SHIPPED).toEqual(FRONT_MATTER_SCHEMA);
  });

  /** One value of every type that the schema names, as JSON, which is YAML. */
  const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
    description: ['text'],
    model: ['text'],
    temperature: [0, 2],
    top_p: [0, 1],
    max_tokens: [1],
    max_cost: [0.05, 1],
    max_total_tokens: [1],
    stop: ['text', ['text']],
    seed: [-1],
    response_format: [{ type: 'text' }, { type: 'json_object' }, { type: 'json_schema', schema: {} }],
    reasoning_effort: ['text'],
    extra_body: [{}],
    system: ['text'],
    inputs: [{ a: 'text', b: 1, c: true, d: null, e: { description: 'text', default: 1, required: false } }],
    tools: [
      { calculator: null, current_time: {} },
      {
        read_file: { folder: '.', max_bytes: 1 },
        http_get: { allow: ['a.org'], allow_private: true, max_bytes: 1 },
      },
    ],
    max_rounds: [1],
    offline: ['text'],
  };
  const VALUES = ['text', 1, 1.5, true, null, ['text'], {}];

  it('has the keys that are accepted, each with a description', () => {
    expect(Object.keys(SHIPPED.properties)).toEqual(Object.keys(SAMPLES));
    for (const { description } of Object.values<{ description?: string }>(SHIPPED.properties)) {
      expect(description).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it.each(Object.entries(SAMPLES))('agrees with what is accepted for %s', (key, samples) => {
    const accepts = (value: unknown) => {
      try {
        parseFrontMatter(`---\n${JSON.stringify({ [key]: value })}\n`, 'f.txt');
        return true;
      } catch {
        return false;
      }
    };
    for (const sample of samples) expect([sample, accepts(sample)]).toEqual([sample, true]);
    const types = [SHIPPED.properties[key].type].flat();
    const ofWrongType = VALUES.filter((value) => !typesOf(value).some((type) => types.includes(type)));
    expect(ofWrongType.length).toBeGreaterThan(3);
    for (const value of ofWrongType) expect([value, accepts(value)]).toEqual([value, false]);
  });
});

function typesOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['number', 'integer'] : ['number'];
  return [typeof value];
}
