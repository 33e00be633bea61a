/** A colour on light and on dark ground. The light ones are what the chart is drawn with, so no two may be the same. */
interface Shade {
  readonly light: string;
  readonly dark: string;
}

/** What is not a series. */
export const THEME = {
  ground: { light: '#ffffff', dark: '#0d1117' },
  text: { light: '#1f2328', dark: '#f0f6fc' },
  quiet: { light: '#57606a', dark: '#9aa4af' },
  grid: { light: '#d8dee4', dark: '#2b323b' },
} as const satisfies Record<string, Shade>;

/** Hues that people with any kind of colour vision tell apart, each dark, or light, enough for text. */
const SERIES: readonly Shade[] = [
  { light: '#0b5cad', dark: '#6cb2ff' },
  { light: '#b34700', dark: '#ff9d5c' },
  { light: '#00704a', dark: '#4fd1a5' },
  { light: '#8b2a78', dark: '#e39ad6' },
  { light: '#7a5c00', dark: '#e3c34d' },
  { light: '#44546a', dark: '#b6c2d1' },
];
const PLUS = 'path://M-1,-3L1,-3L1,-1L3,-1L3,1L1,1L1,3L-1,3L-1,1L-3,1L-3,-1L-1,-1Z';
const TIP_DOWN = 'path://M-1,-1L1,-1L0,1Z';
const SYMBOLS: readonly string[] = ['circle', 'rect', 'triangle', 'diamond', PLUS, TIP_DOWN];
const DASHES: readonly (readonly number[] | 'solid')[] = [
  'solid',
  [8, 4],
  [2, 3],
  [12, 4, 2, 4],
  [5, 2],
  [16, 5],
  [1, 6],
];

/** How a series is told from the others, with colours and without. */
export function styleOf(index: number): {
  readonly color: string;
  readonly symbol: string;
  readonly dash: number[] | 'solid';
} {
  const dash = DASHES[index % DASHES.length]!;
  return {
    color: SERIES[index % SERIES.length]!.light,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
    dash: dash === 'solid' ? dash : [...dash],
  };
}

/**
 * A picture that follows what the reader prefers, and says in words what it shows.
 * @param svg drawn in the light colours, each as an attribute
 */
export function themed(svg: string, words: string): string {
  const rules = [...Object.values(THEME), ...SERIES].map(
    ({ light, dark }) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
  );
  const style = `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
  return svg
    .replace(/^<svg/, '<svg role="img"')
    .replace(/^<svg[^>]*>/, (opening) => `${opening}<title>${escaped(words)}</title>${style}`)
    .replace(FORBIDDEN, '');
}

/** What no XML file may have. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
