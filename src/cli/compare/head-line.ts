/** What stands over an answer where several are on one stream. */
export function headLine(label: string): string {
  return `== ${label} ==\n`;
}
