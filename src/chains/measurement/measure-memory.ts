import type { RunOptions } from '../../callbacks/run.js';
import type { ConversationScript } from '../../memory/conversation-script.js';
import type { MemoryMeasurement } from './measured-memory.js';
import { MemoryMeasurer, type MemoryMeasurerFields } from './memory-measurer.js';

/** A budget is the model's own, `new ChatOpenAI({ budget })`: replies that are given cost nothing. */
export interface MeasureMemoryOptions
  extends Omit<MemoryMeasurerFields, 'script'>,
    Omit<RunOptions, 'budget'> {}

/**
 * What each kind of memory takes for one conversation, measured by callback, and what is left of it when it is asked
 * for: {@link MemoryMeasurer} in one call.
 *
 * @throws ChainError `invalid_argument` for what can't be measured; `no_model` where a model has to be asked and can't
 *   be; what the model throws, naming the kind of memory and the turn
 */
export async function measureMemory(
  script: ConversationScript,
  options: MeasureMemoryOptions,
): Promise<MemoryMeasurement> {
  const { llm, mechanisms, turns, simulate, ...call } = options;
  const measurer = new MemoryMeasurer({ script, llm, mechanisms, turns, simulate });
  return (await measurer.invoke({}, call)).outputs.measurement;
}
