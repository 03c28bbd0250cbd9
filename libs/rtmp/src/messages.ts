/** What RTMP's messages are (RTMP 1.0 §5.4, §6, §7.1), by the number of their type. */

export const MESSAGE_TYPES = {
  1: "set chunk size",
  2: "abort",
  3: "acknowledgement",
  4: "user control",
  5: "window acknowledgement size",
  6: "set peer bandwidth",
  8: "audio",
  9: "video",
  15: "data (AMF 3)",
  16: "shared object (AMF 3)",
  17: "command (AMF 3)",
  18: "data",
  19: "shared object",
  20: "command",
  22: "aggregate",
} as const;

export type MessageType = keyof typeof MESSAGE_TYPES;

export function isMessageType(type: number): type is MessageType {
  return Object.hasOwn(MESSAGE_TYPES, type);
}

/** §7.1.7. */
export const USER_CONTROLS = {
  0: "stream begin",
  1: "stream EOF",
  2: "stream dry",
  3: "set buffer length",
  4: "stream is recorded",
  6: "ping request",
  7: "ping response",
} as const;

export const TYPE = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowSize: 5,
  peerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  data: 18,
  command: 20,
} as const;

export const CONTROL = { streamBegin: 0, pingRequest: 6, pingResponse: 7 } as const;

/** A message, whole. */
export interface RtmpMessage {
  readonly type: number;
  /** Message stream: 0 is the connection itself, 1 what is published. */
  readonly stream: number;
  /** Milliseconds, of 32 bits. */
  readonly timestamp: number;
  readonly octets: Uint8Array;
}
