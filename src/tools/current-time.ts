import { ChainError } from '../errors.js';
import { type Tool, tool } from './tool.js';

/** What time it is, in a time zone. */
export function currentTimeTool(options: { readonly now?: () => Date } = {}): Tool {
  const { now = () => new Date() } = options;
  return tool({
    name: 'current_time',
    description: 'Tells the date, the weekday and the time.',
    schema: {
      type: 'object',
      properties: {
        timeZone: {
          type: 'string',
          description: "an IANA name, such as Europe/Berlin; default: the user's own",
        },
      },
      additionalProperties: false,
    },
    needsApproval: false,
    run: ({ timeZone }) => timeIn(now(), timeZone as string | undefined),
  });
}

/** @throws ChainError `invalid_tool_input` for a time zone that there isn't */
function timeIn(at: Date, timeZone: string | undefined): string {
  try {
    const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone });
    return `${format.format(at)} (${at.toISOString()})`;
  } catch (cause) {
    throw new ChainError('invalid_tool_input', `there is no time zone ${timeZone}`, { cause });
  }
}
