import type { Command } from 'commander';
import type { ChatFlags } from './chat/chat-plan.js';
import type { CliCommand } from './commands.js';
import {
  addModelOptions,
  addOutputOptions,
  addReplayOptions,
  addRequestOptions,
  addTraceOptions,
  addVariableOptions,
  NOT_REPEATED,
} from './shared-options.js';

export const chatCommand: CliCommand = {
  name: 'chat',
  register(program: Command, io) {
    const command = program
      .command('chat')
      .description('Hold a conversation: at a terminal, or with a line of standard input for each turn.')
      .argument('[template]', 'a template file that opens the conversation');
    addVariableOptions(command);
    addModelOptions(command, 'the chat', { tokensOf: 'all turns together' });
    command
      .option('--memory <kind>', 'buffer, window:6, token-buffer:500, summary, summary-buffer:650')
      .option('--session <name>', 'go on where the conversation of this name ended, and keep it')
      .option('--list', 'list the sessions')
      .option('--delete <name>', 'delete a session');
    addTraceOptions(command);
    addReplayOptions(command);
    command.option('--json', 'one JSON document a turn on stdout');
    addOutputOptions(command, 'replies and errors only', 'whole replies');
    addRequestOptions(command)
      .addHelpText('after', EXAMPLES)
      .action(async (template: string | undefined, flags: Partial<ChatFlags>) => {
        const { runChat } = await import('./chat/run-chat.js');
        await runChat(template, { ...NOT_REPEATED, ...flags }, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain chat --model ollama:llama3.2               /help, once inside, lists commands
  $ chain chat --session garden --memory window:6    goes on tomorrow: chain chat --session garden
  $ chain chat shop.txt --var town=Delft             a template opens the conversation
  $ chain chat --model offline < questions.txt       a turn a line

Exit codes: 0 ok, 1 a turn from a pipe failed, 2 usage, 3 a budget stopped a pipe, 130 Ctrl-C in a pipe.
`;
