import type { Command } from 'commander';
import { chatCommand } from './chat-command.js';
import { completionCommand } from './completion-command.js';
import { doctorCommand } from './doctor-command.js';
import type { Io } from './io.js';
import { memoryCommand } from './memory-command.js';
import { modelsCommand } from './models-command.js';
import { runCommand } from './run-command.js';
import { tokensCommand } from './tokens-command.js';
import { traceCommand } from './trace-command.js';

/** A command of the command line. */
export interface CliCommand {
  /** The word that it is called by, where it then needs none of the others. */
  readonly name?: string;
  /** Adds itself to the program. Its action throws where the command failed. */
  register(program: Command, io: Io): void;
}

/** In the order of `chain --help`. */
export const COMMANDS: readonly CliCommand[] = [
  runCommand,
  chatCommand,
  traceCommand,
  memoryCommand,
  tokensCommand,
  modelsCommand,
  doctorCommand,
  completionCommand,
];
