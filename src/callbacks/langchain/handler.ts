// biome-ignore-all lint/suspicious/noExplicitAny: whatever a program's own types say of what it is given.

/**
 * A callback handler of LangChain.js: one that extends `BaseCallbackHandler` of `@langchain/core`, or an object with
 * methods of the same names.
 */
export interface LangChainHandler {
  name?: string;
  ignoreLLM?: boolean;
  ignoreChain?: boolean;
  ignoreAgent?: boolean;
  ignoreRetriever?: boolean;
  ignoreCustomEvent?: boolean;
  /** Its errors fail the run. */
  raiseError?: boolean;
  /** `false`: runs don't wait for it. */
  awaitHandlers?: boolean;
  handleLLMStart?(...given: any[]): unknown;
  handleChatModelStart?(...given: any[]): unknown;
  handleLLMNewToken?(...given: any[]): unknown;
  handleLLMEnd?(...given: any[]): unknown;
  handleLLMError?(...given: any[]): unknown;
  handleChainStart?(...given: any[]): unknown;
  handleChainEnd?(...given: any[]): unknown;
  handleChainError?(...given: any[]): unknown;
  handleToolStart?(...given: any[]): unknown;
  handleToolEnd?(...given: any[]): unknown;
  handleToolError?(...given: any[]): unknown;
  handleAgentAction?(...given: any[]): unknown;
  handleAgentEnd?(...given: any[]): unknown;
  handleRetrieverStart?(...given: any[]): unknown;
  handleRetrieverEnd?(...given: any[]): unknown;
  handleRetrieverError?(...given: any[]): unknown;
  handleText?(...given: any[]): unknown;
  handleCustomEvent?(...given: any[]): unknown;
}

/** The name of one of its methods. */
export type LangChainMethod = Extract<keyof LangChainHandler, `handle${string}`>;
