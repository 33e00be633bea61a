import { describe, expect, it } from 'vitest';
import { MEASURED_MEMORIES } from '../../../src/chains/measurement/measured-memories.js';
import { renderSvg } from '../../../src/cli/memory/svg-chart.js';
import { measured, reportOf } from './measured.js';
import { type Element, findAll, parseXml, textOf } from './xml.js';

const SIX = MEASURED_MEMORIES.map((name, index) =>
  measured(
    name,
    Array.from({ length: 40 }, (_, turn) => (index === 0 ? 60 * turn : 100 * index + turn)),
    {
      costs: Array(40).fill(0.001 * (index + 1)),
      source: name.startsWith('summary') ? 'simulated' : 'estimated',
      recall: { asked: 4, known: Math.max(0, 4 - index) },
    },
  ),
);
const NAMES = [
  'buffer',
  'window:2',
  'window:6',
  'token-buffer:500',
  'summary (simulated)',
  'summary-buffer:650 (simulated)',
];
const svg = renderSvg(reportOf(SIX, { simulated: true }));
const document = parseXml(svg);
const texts = (root: Element) => findAll(root, 'text').map(textOf);

describe('the picture', () => {
  it('names each memory in its legend, at the end of its line and at its point', () => {
    for (const name of NAMES) expect(texts(document).filter((text) => text === name)).toHaveLength(3);
  });

  it('has titles, and axes with names and round numbers', () => {
    const all = texts(document);
    expect(all).toEqual(
      expect.arrayContaining([
        'What each memory costs: all tokens so far, by turn',
        'shop.yaml · 40 turns · 4 facts asked for · tokens and prices of gpt-5-mini',
        'turn',
        'tokens so far',
        'Cost against recall',
        "cost, the memory's own included",
        'facts still in what the model is sent',
        ...['0', '5', '10', '15', '20', '25', '30', '35', '40'],
        ...['10K', '20K', '30K', '40K', '50K'],
        ...['0 %', '20 %', '40 %', '60 %', '80 %', '100 %'],
        ...['$0', '$0.05', '$0.10', '$0.15', '$0.20', '$0.25'],
      ]),
    );
    expect(all.some((text) => text.startsWith('simulated: the offline model, not a language model'))).toBe(
      true,
    );
  });

  it('draws a line for each, told from the others by colour and by dashes', () => {
    const lines = findAll(document, 'path').filter(
      ({ attributes }) =>
        attributes.fill === 'none' && attributes['stroke-width'] === '2' && /L/.test(attributes.d!),
    );
    const plotted = lines.filter(
      ({ attributes }) => (attributes.d!.match(/[\d.]+ [\d.]+/g)?.length ?? 0) > 30,
    );
    const styles = plotted.map(({ attributes }) => [attributes.stroke, attributes['stroke-dasharray']]);
    expect(plotted).toHaveLength(6);
    expect(new Set(styles.map(([color]) => color)).size).toBe(6);
    expect(new Set(styles.map(([, dashes]) => dashes)).size).toBe(6);
  });

  it('follows the reader’s colour scheme in every colour that it has', () => {
    const style = findAll(document, 'style').map(textOf).join('');
    expect(style).toContain('@media (prefers-color-scheme:dark)');
    const drawn = [...svg.matchAll(/\b(?:fill|stroke)="(#[0-9a-f]{3,8})"/g)].map(([, color]) => color!);
    const clipped = '#000';
    for (const color of new Set(drawn.filter((one) => one !== clipped))) {
      expect(style).toContain(`[fill="${color}"]{fill:#`);
      expect(style).toContain(`[stroke="${color}"]{stroke:#`);
    }
  });

  it('holds no script and refers to nothing outside', () => {
    expect(findAll(document, 'script')).toEqual([]);
    expect(svg).not.toMatch(/\bon\w+=|href=|url\((?!#)|@import|javascript:/i);
    const addresses = svg.match(/https?:\/\/[^"\s]+/g);
    expect(new Set(addresses)).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']),
    );
  });

  it('says in words what it shows', () => {
    expect(document.attributes.role).toBe('img');
    expect(textOf(findAll(document, 'title')[0]!)).toBe(
      'shop.yaml · 40 turns · 4 facts asked for · tokens and prices of gpt-5-mini',
    );
  });

  it('is the same for the same measurement, however often it is drawn', () => {
    const ids = (text: string) => text.replace(/zr\d+-[\w-]+/g, 'id');
    expect(ids(renderSvg(reportOf(SIX, { simulated: true })))).toBe(ids(svg));
  });

  it('takes what a file says as words, whatever it says', () => {
    const evil = `</text><script>alert("1")</script> & $& $1 {a} \ufffe\x01 ]]> 花💐`;
    const drawn = renderSvg(reportOf(SIX, { title: evil, description: evil }));
    const all = parseXml(drawn);
    const shown = evil.replace('\ufffe\x01', '');
    expect(findAll(all, 'script')).toEqual([]);
    expect(texts(all)).toContain(shown);
    expect(textOf(findAll(all, 'title')[0]!)).toContain(shown);
  });

  it('has no panel for recall where nothing was asked for, and tokens where there is no price', () => {
    const plain = parseXml(renderSvg(reportOf([measured('buffer', [1, 2])])));
    expect(texts(plain)).not.toContain('Cost against recall');
    const unpriced = measured('buffer', [1, 2], { recall: { asked: 1, known: 1 } });
    const asked = parseXml(renderSvg(reportOf([unpriced])));
    expect(texts(asked)).toContain("tokens, the memory's own included");
    expect(Number(asked.attributes.height)).toBeGreaterThan(Number(plain.attributes.height));
  });

  it.each([
    ['one turn', [measured('buffer', [1])]],
    ['a turn whose tokens are not known', [measured('buffer', [null, 1])]],
    [
      'more kinds than colours',
      Array.from({ length: 20 }, (_, index) =>
        measured(`window:${index + 1}`, [1, 2], { recall: { asked: 1, known: 1 } }),
      ),
    ],
  ])('can show %s', (_, mechanisms) => {
    const shown = texts(parseXml(renderSvg(reportOf(mechanisms))));
    for (const { name } of mechanisms) expect(shown).toContain(name);
  });

  it('covers no name with another', () => {
    const same = Array.from({ length: 8 }, (_, index) =>
      measured(`window:${index + 1}`, [10, 10], { recall: { asked: 1, known: 1 } }),
    );
    const labels = findAll(parseXml(renderSvg(reportOf(same))), 'text').filter((one) =>
      /^window/.test(textOf(one)),
    );
    const places = labels.map(
      ({ attributes: { transform = '', x = '', y = '' } }) => `${transform} ${x} ${y}`,
    );
    expect(places).toHaveLength(24);
    expect(new Set(places).size).toBe(24);
  });
});
