import type { ChalkInstance } from 'chalk';
import { Chalk } from 'chalk';
import { shortRunId } from '../../callbacks/log-line.js';
import type { Message } from '../../messages.js';
import { cleanControls } from '../../safety/clean.js';
import { type TraceRun, withDescendants } from '../../trace/trace-run.js';
import { valueText } from '../../trace/value-text.js';
import { labelOf } from './tree-rows.js';

/** A text with its heading: a message, inputs, an output. */
export interface Passage {
  readonly heading: string;
  readonly text: string;
  /** Whether it came out of the run, or went in. */
  readonly side: 'in' | 'out';
  /** How the run failed. */
  readonly isError?: true;
}

/**
 * All that went into a run and came out of it; nothing of its children.
 * @param pretty what is JSON in several lines, where it is long
 */
export function passagesOf(
  { start, end, moments, streamed }: TraceRun,
  { pretty = false } = {},
): readonly Passage[] {
  const passages: Passage[] = [];
  const add = (side: Passage['side'], heading: string, value: unknown) => {
    const text = valueText(value, { pretty });
    if (text !== '') passages.push({ side, heading, text });
  };
  if (start !== null) {
    add('in', 'metadata', start.metadata);
    if ('params' in start) add('in', 'params', start.params);
    if (start.type === 'chatModelStart') {
      if (start.tools.length > 0) add('in', 'tools', start.tools);
      for (const message of start.messages) passages.push(...messagePassages('in', message));
    } else if (start.type === 'llmStart') add('in', 'prompt', start.prompt);
    else if (start.type === 'chainStart') add('in', 'inputs', start.inputs);
    else if (start.type === 'toolStart') add('in', 'input', start.input);
    else add('in', 'query', start.query);
  }
  for (const moment of moments) {
    if (moment.type === 'text') add('in', moment.kind, moment.text);
    else if (moment.type === 'customEvent') add('in', moment.eventName, moment.data);
    else if (moment.type === 'agentAction') add('out', `action: ${moment.tool}`, moment.input);
    else if (moment.type === 'agentFinish') add('out', 'finished', moment.output);
  }
  if (end === null) add('out', 'so far', streamed?.text ?? '');
  else if (end.type === 'llmEnd') passages.push(...messagePassages('out', end.message));
  else if (end.type === 'chainEnd') add('out', 'outputs', end.outputs);
  else if (end.type === 'toolEnd') add('out', 'output', end.output);
  else if (end.type === 'retrieverEnd') {
    for (const [index, { pageContent }] of end.documents.entries())
      add('out', `document ${index + 1}`, pageContent);
  } else {
    if ('text' in end) add('out', 'so far', end.text);
    passages.push({
      side: 'out',
      heading: `error ${end.error.code}`,
      text: end.error.message,
      isError: true,
    });
  }
  return passages;
}

function messagePassages(side: Passage['side'], message: Message): Passage[] {
  const { role, content, name, toolCalls = [], toolCallId } = message;
  const heading = [role, name, toolCallId].filter((part) => part !== undefined).join(' ');
  return [
    ...(content !== '' || toolCalls.length === 0 ? [{ side, heading, text: content }] : []),
    ...toolCalls.map((call) => ({ side, heading: `${heading} calls ${call.name}`, text: call.arguments })),
  ];
}

/** Every run with its texts whole. */
export function renderFull(run: TraceRun, { color }: { readonly color: boolean }): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const blocks = [...withDescendants(run)].map((each) => renderRun(each, chalk));
  return blocks.filter((block) => block !== '').join('\n');
}

function renderRun(run: TraceRun, chalk: ChalkInstance): string {
  const passages = passagesOf(run);
  if (passages.length === 0) return '';
  const head = chalk.bold(
    `${cleanControls(labelOf(run)).replaceAll('\n', ' ')} · ${shortRunId(cleanControls(run.id))}`,
  );
  const lines = passages.flatMap(({ heading, text, side }) => [
    `  ${chalk.dim(`${cleanControls(heading).replaceAll('\n', ' ')}:`)}`,
    ...cleanControls(text)
      .split('\n')
      .map((line) => (line === '' ? '' : `    ${side === 'in' ? chalk.green(line) : chalk.cyan(line)}`)),
  ]);
  return [head, ...lines].map((line) => `${line}\n`).join('');
}
