export {
  Amf0Date,
  AMF0_MARKERS,
  isAmf0Object,
  readAmf0,
  writeAmf0,
  type Amf0Object,
  type Amf0Value,
} from "./amf0.ts";
export { isRtmpCommand, rtmpCommands, type RtmpCommand, type RtmpState } from "./commands.ts";
export { RtmpError, type RtmpFault } from "./errors.ts";
export {
  STATUS_CODES,
  type RtmpServerAction,
  type RtmpServerEvent,
  type RtmpServerWait,
  type StatusCode,
} from "./events.ts";
export { RTMP_LIMITS, type RtmpLimits } from "./limits.ts";
export { MESSAGE_TYPES, USER_CONTROLS } from "./messages.ts";
export { HANDSHAKE, HANDSHAKE_RANDOM } from "./handshake.ts";
export { RtmpServer, type RtmpServerOptions } from "./server.ts";
export { writeChunks } from "./chunk-writer.ts";
export { RtmpDissector, type RtmpDissectorOptions } from "./dissect.ts";
export {
  explainedRtmp,
  explainRtmpCode,
  explainRtmpCommand,
  explainRtmpMessage,
  explainRtmpPart,
  explainRtmpState,
  explainUserControl,
} from "./explain.ts";
