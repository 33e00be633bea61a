/// <reference types="node" preserve="true" />
export { RecordingHandler } from './callbacks/recording.js';
export {
  type ScriptedAnswer,
  type ScriptedCall,
  ScriptedModel,
  type ScriptedModelFields,
  type ScriptedReply,
  type ScriptedReplyFunction,
} from './models/scripted.js';
export { type ReplayOptions, replayModel } from './trace/replay-model.js';
export { type ReplayedTool, replayTool } from './trace/replay-tool.js';
