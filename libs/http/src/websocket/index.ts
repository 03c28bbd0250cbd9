export { WebSocketDissector, type WebSocketDissectorOptions } from "./dissect.ts";
export { EXPLAINED_CLOSE_CODES, explainCloseCode, explainOpcode } from "./explain.ts";
export { ABNORMAL, formatClose, isCloseCode, NO_STATUS, parseClose } from "./close.ts";
export { WebSocketCore, type WebSocketOptions } from "./core.ts";
export type { MessageKind, WebSocketAction, WebSocketEvent, WebSocketWait } from "./events.ts";
export { FRAME_FAULTS, faultInFirstTwo, faultInLength, type FrameFault } from "./faults.ts";
export {
  applyMask,
  formatFrame,
  isControl,
  MAX_CONTROL_PAYLOAD,
  MAX_FRAME_HEAD,
  opcodeName,
  OPCODES,
  scanFrameHead,
  type FrameHead,
  type Opcode,
} from "./grammar.ts";
export {
  acceptHandshake,
  acceptValue,
  handshakeFields,
  verifyHandshake,
  type Accepted,
  type HandshakeOffer,
  type Refused,
  type Sha1,
} from "./handshake.ts";
export {
  READING,
  stateOf,
  stepOf,
  WRITING,
  type Reading,
  type WebSocketState,
  type Writing,
} from "./legality.ts";
export { WEBSOCKET_LIMITS, type WebSocketLimits } from "./limits.ts";
export type { MaskKeySource } from "./writer.ts";
