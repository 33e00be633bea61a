export { CallbackManager, type CallbackManagerOptions, type Callbacks } from './callbacks/manager.js';
export type { HandlerFailure, OnHandlerError } from './callbacks/failures.js';
export { FileCallbackHandler } from './callbacks/file.js';
export { logger } from './callbacks/logger.js';
export { Run, type RunOptions, type RunnableFields } from './callbacks/run.js';
export { runSteps, type RunSteps } from './callbacks/lifecycle.js';
export { withCallbacks } from './callbacks/scope.js';
export { StdoutCallbackHandler } from './callbacks/stdout.js';
export { TokenCounter } from './callbacks/token-counter.js';
export { withTokenCounter } from './callbacks/with-token-counter.js';
export { Chain, type ChainInputs, type ChainResult } from './chains/chain.js';
export { LLMChain, type LLMChainFields, type LLMChainResult } from './chains/llm-chain.js';
export { ChainError, type ChainErrorCode, type ErrorRecord } from './errors.js';
export * from './events.js';
export type * from './messages.js';
export { ChatOpenAI } from './models/chat-openai.js';
export { createModel, type CreateModelFields } from './models/create.js';
export {
  Model,
  type GenerateResult,
  type ModelCallOptions,
  type ModelChunk,
  type ModelFields,
  type ModelInput,
  type ModelRequest,
  type ModelResult,
} from './models/model.js';
export { OfflineModel } from './models/offline.js';
export { OpenAI } from './models/openai.js';
export { ChatPromptTemplate, MessagesPlaceholder } from './prompts/chat-template.js';
export { loadTemplateFile, parseTemplate, type TemplateFile } from './prompts/load.js';
export type { Prompt, PromptValue } from './prompts/prompt.js';
export { PromptTemplate } from './prompts/template.js';
