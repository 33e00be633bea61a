import { cleanControls } from '../../safety/clean.js';

/** A label as one line that is fit for a terminal: names of models may come from anywhere. */
export function plainLabel(label: string): string {
  return cleanControls(label).replace(/\s+/g, ' ');
}

/** What stands over an answer where several are on one stream. */
export function headLine(label: string): string {
  return `== ${plainLabel(label)} ==\n`;
}
