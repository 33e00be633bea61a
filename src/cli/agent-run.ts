import { dirname } from 'node:path';
import { AgentChain, type AgentChainFields } from '../chains/agent.js';
import type { TemplateFile } from '../prompts/load.js';
import { shippedTools } from '../tools/shipped-tools.js';
import { Approval, type Approve } from './approval.js';
import type { Io } from './io.js';
import type { Replay } from './replay.js';

/** What an agent of the command line is made of, besides what every chain is. */
export interface AgentGround {
  readonly template: TemplateFile;
  readonly approve: Approve | undefined;
  readonly replay: Replay | undefined;
  readonly io: Io;
}

/** An agent, and who decides what it may do. */
export interface OpenedAgent {
  readonly chain: AgentChain;
  readonly approval: Approval;
}

/** A template with tools is an agent. Paths in its front matter are relative to it. */
export function openAgent(
  fields: Omit<AgentChainFields, 'prompt' | 'tools' | 'maxRounds' | 'approve'>,
  { template, approve, replay, io }: AgentGround,
): OpenedAgent {
  const { prompt, tools = {}, maxRounds, file } = template;
  const shipped = shippedTools(tools, dirname(file));
  const approval = new Approval(approve, io);
  const chain = new AgentChain({
    ...fields,
    prompt,
    tools: replay === undefined ? shipped : shipped.map((tool) => replay.standInTool(tool)),
    maxRounds,
    approve: replay === undefined ? approval.approve : (request) => replay.approve(request, approval.approve),
  });
  return { chain, approval };
}
