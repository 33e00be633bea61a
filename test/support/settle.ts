/** Times are never the same twice. */
export function settle(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
    .replace(/ · [\d.]+ tokens\/s/g, '')
    .replace(/\b\d+ ms|\b\d+\.\d+ s\b/g, 'N ms');
}
