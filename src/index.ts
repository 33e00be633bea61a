/// <reference types="node" preserve="true" />
export { EventRedactor, type RedactionOptions } from './callbacks/event-redactor.js';
export type { HandlerFailure, OnHandlerError } from './callbacks/failures.js';
export { FileCallbackHandler, type FileHandlerOptions } from './callbacks/file.js';
export { fromLangChain } from './callbacks/langchain/from-langchain.js';
export type { LangChainHandler } from './callbacks/langchain/handler.js';
export { type LangChainCallbacks, toLangChain } from './callbacks/langchain/to-langchain.js';
export { type RunSteps, runSteps } from './callbacks/lifecycle.js';
export { type Logger, type LogLevel, type LogTargetOptions, logger } from './callbacks/logger.js';
export { CallbackManager, type CallbackManagerOptions, type Callbacks } from './callbacks/manager.js';
export { OpenTelemetryCallbackHandler, type OpenTelemetryHandlerOptions } from './callbacks/otel.js';
export {
  type EventFields,
  type Lineage,
  Run,
  type RunnableFields,
  type RunOptions,
} from './callbacks/run.js';
export { withCallbacks } from './callbacks/scope.js';
export { StdoutCallbackHandler, type StdoutHandlerOptions } from './callbacks/stdout.js';
export { type CountedRun, TokenCounter } from './callbacks/token-counter.js';
export type { TokenTotals, TurnTotals } from './callbacks/token-totals.js';
export { withTokenCounter } from './callbacks/with-token-counter.js';
export { AgentChain, type AgentChainFields, type AgentResult, type ToolRequest } from './chains/agent.js';
export { Chain, type ChainInputs, type ChainResult } from './chains/chain.js';
export {
  ConversationChain,
  type ConversationChainFields,
  type ConversationResult,
} from './chains/conversation.js';
export type { DiscardedTurn, SavedConversation, TurnRecord } from './chains/conversation-file.js';
export { LLMChain, type LLMChainFields, type LLMChainResult } from './chains/llm-chain.js';
export type { CheaperFrom } from './chains/measurement/cheaper-from.js';
export { type MeasureMemoryOptions, measureMemory } from './chains/measurement/measure-memory.js';
export { MEASURED_MEMORIES } from './chains/measurement/measured-memories.js';
export type {
  MeasuredMemory,
  MeasuredSource,
  MeasuredTokens,
  MeasuredTurn,
  MemoryMeasurement,
} from './chains/measurement/measured-memory.js';
export {
  MemoryMeasurer,
  type MemoryMeasurerFields,
  type MemoryMeasurerResult,
} from './chains/measurement/memory-measurer.js';
export { ChainError, type ChainErrorCode, type ErrorRecord } from './errors.js';
export {
  type AgentActionEvent,
  type AgentFinishEvent,
  AsyncCallbackHandler,
  BaseCallbackHandler,
  type CallbackHandler,
  type ChainEndEvent,
  type ChainErrorEvent,
  type ChainEvent,
  type ChainStartEvent,
  type ChatModelStartEvent,
  type CustomEvent,
  type Document,
  EVENT_TYPES,
  type EventOf,
  type EventType,
  type HandlerOptions,
  type LLMEndEvent,
  type LLMErrorEvent,
  type LLMNewTokenEvent,
  type LLMStartEvent,
  type RetrieverEndEvent,
  type RetrieverErrorEvent,
  type RetrieverStartEvent,
  type RetryEvent,
  type ServerAddress,
  type TextEvent,
  type ToolEndEvent,
  type ToolErrorEvent,
  type ToolStartEvent,
} from './events.js';
export { ConversationBufferMemory } from './memory/buffer.js';
export type { ConversationScript, Fact, ScriptTurn } from './memory/conversation-script.js';
export { createMemory, type MemoryFactoryFields } from './memory/create.js';
export {
  type KeptTurn,
  Memory,
  type MemoryFields,
  type MemoryState,
  type MemoryUpdate,
  type Turn,
} from './memory/memory.js';
export { ConversationSummaryMemory, type SummaryMemoryFields } from './memory/summary.js';
export {
  ConversationSummaryBufferMemory,
  type SummaryBufferMemoryFields,
} from './memory/summary-buffer.js';
export { ConversationTokenBufferMemory, type TokenBufferMemoryFields } from './memory/token-buffer.js';
export { ConversationBufferWindowMemory, type WindowMemoryFields } from './memory/window.js';
export type {
  FinishReason,
  Message,
  ModelParams,
  ResponseFormat,
  Role,
  ToolCall,
  ToolDefinition,
  Usage,
  UsageSource,
  UsageSum,
} from './messages.js';
export type { Quote } from './models/budget-room.js';
export { ChatOpenAI, type ChatOpenAIFields } from './models/chat-openai.js';
export { type CreateModelFields, createModel } from './models/create.js';
export type { ModelInput } from './models/input.js';
export {
  type GenerateResult,
  Model,
  type ModelCallOptions,
  type ModelChunk,
  type ModelFields,
  type ModelRequest,
  type ModelResult,
  type Spent,
} from './models/model.js';
export { OfflineModel, type OfflineModelFields } from './models/offline.js';
export { OpenAI, type OpenAIFields } from './models/openai.js';
export { PROVIDERS, type Provider, type Providers } from './models/providers.js';
export { bindVariables } from './prompts/bind-variables.js';
export {
  ChatPromptTemplate,
  type ChatPromptTemplateFields,
  type ChatTemplateItem,
  MessagesPlaceholder,
} from './prompts/chat-template.js';
export { loadTemplateFile, parseTemplate, type TemplateFile } from './prompts/load.js';
export { MissingVariablesError, type Prompt, type PromptValue, type PromptValues } from './prompts/prompt.js';
export { TemplateError } from './prompts/source-position.js';
export { PromptTemplate, type PromptTemplateFields } from './prompts/template.js';
export { createRedactor, type Redact, type RedactorOptions } from './safety/redactor.js';
export { Budget, type BudgetLimits, budget, type Reservation, type Spending } from './tokens/budget.js';
export { countMessages } from './tokens/chat-framing.js';
export { type ListedModel, type ListedPrice, listModels, type ModelList } from './tokens/model-list.js';
export type { PriceOverride, PriceOverrides } from './tokens/prices.js';
export { loadTokenizer, type Tokenizer } from './tokens/tokenizer.js';
export { calculatorTool } from './tools/calculator.js';
export { currentTimeTool } from './tools/current-time.js';
export { type HttpGetToolOptions, httpGetTool } from './tools/http-get.js';
export { parseMcpConfig } from './tools/mcp/config.js';
export type { McpAddress, McpCommand, McpServer } from './tools/mcp/server-config.js';
export { mcpServerOf } from './tools/mcp/server-of.js';
export { type McpOptions, type McpServers, openMcpServers } from './tools/mcp/servers.js';
export { type ReadFileToolOptions, readFileTool } from './tools/read-file.js';
export {
  Tool,
  type ToolCallOptions,
  type ToolContext,
  type ToolFields,
  type ToolOutcome,
  tool,
} from './tools/tool.js';
export type { JsonSchema, StandardSchema } from './tools/tool-schema.js';
export { compareRuns } from './trace/compare-runs.js';
export type { DiffChange, ParameterDiff, PassageDiff, RunDiff } from './trace/diff-runs.js';
export type { TextPart } from './trace/diff-text.js';
export type { RunFacts } from './trace/run-facts.js';
export type { RunKind } from './trace/run-kind.js';
export { buildTrace } from './trace/trace-builder.js';
export type {
  ClosingEvent,
  MomentEvent,
  RunStatus,
  StartEvent,
  Streamed,
  TraceRun,
} from './trace/trace-run.js';
