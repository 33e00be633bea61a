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
  handleLLMStart?(...given: unknown[]): unknown;
  handleChatModelStart?(...given: unknown[]): unknown;
  handleLLMNewToken?(...given: unknown[]): unknown;
  handleLLMEnd?(...given: unknown[]): unknown;
  handleLLMError?(...given: unknown[]): unknown;
  handleChainStart?(...given: unknown[]): unknown;
  handleChainEnd?(...given: unknown[]): unknown;
  handleChainError?(...given: unknown[]): unknown;
  handleToolStart?(...given: unknown[]): unknown;
  handleToolEnd?(...given: unknown[]): unknown;
  handleToolError?(...given: unknown[]): unknown;
  handleAgentAction?(...given: unknown[]): unknown;
  handleAgentEnd?(...given: unknown[]): unknown;
  handleRetrieverStart?(...given: unknown[]): unknown;
  handleRetrieverEnd?(...given: unknown[]): unknown;
  handleRetrieverError?(...given: unknown[]): unknown;
  handleText?(...given: unknown[]): unknown;
  handleCustomEvent?(...given: unknown[]): unknown;
}

/** The name of one of its methods. */
export type LangChainMethod = Extract<keyof LangChainHandler, `handle${string}`>;
