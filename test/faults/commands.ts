/** A command that every case is run with: a column of the catalogue. */
export interface FaultCommand {
  /** Its arguments, besides those that all have; `hi.txt` is a template. */
  readonly args: readonly string[];
  readonly stdin?: string;
  /** What it makes of an answer, or of as much as came. */
  readonly stdout: (answer: string, failed: boolean) => string;
  /** What it says besides the error. */
  readonly after?: string;
}

const line = (text: string) => (text === '' ? '' : `${text}\n`);

export const COMMANDS: Readonly<Record<string, FaultCommand>> = {
  run: { args: ['run', 'hi.txt'], stdout: line },
  chat: {
    args: ['chat'],
    stdin: 'Hi\n',
    stdout: (answer, failed) => (failed ? line(answer) : `${answer}\n`),
    after: 'chain: 1 of 1 inputs failed\n',
  },
};
