/** RFC 6455 §5.1, §5.2, §5.5: what makes a frame unacceptable by itself, whatever came before it. */
import type { Opcode } from "./grammar.ts";
import { isControl, MAX_CONTROL_PAYLOAD, opcodeName } from "./grammar.ts";
import type { FrameHead } from "./grammar.ts";

export type FrameFault =
  | "WS_RESERVED_BIT"
  | "WS_RESERVED_OPCODE"
  | "WS_CONTROL_FRAGMENTED"
  | "WS_CONTROL_TOO_LONG"
  | "WS_NOT_MASKED"
  | "WS_MASKED"
  | "WS_LENGTH_NOT_MINIMAL"
  | "WS_LENGTH_TOP_BIT";

/** One plain sentence for a fault: for a Close frame's reason and for the dissector. */
export const FRAME_FAULTS: Readonly<Record<FrameFault, string>> = {
  WS_RESERVED_BIT: "a reserved bit is set, no extension was agreed on",
  WS_RESERVED_OPCODE: "the opcode is reserved",
  WS_CONTROL_FRAGMENTED: "a control frame is fragmented",
  WS_CONTROL_TOO_LONG: "a control frame is longer than 125 octets",
  WS_NOT_MASKED: "a client's frame is not masked",
  WS_MASKED: "a server's frame is masked",
  WS_LENGTH_NOT_MINIMAL: "the length is not in its shortest form",
  WS_LENGTH_TOP_BIT: "the top bit of the length is set",
};

/** Judges the two octets every frame begins with, so that a bad one is refused before the rest has come. */
export function faultInFirstTwo(
  first: number,
  second: number,
  sender: "client" | "server",
): FrameFault | undefined {
  // RFC 6455 §5.2: without an extension that gives them a meaning, RSV bits fail the connection.
  if ((first & 0x70) !== 0) return "WS_RESERVED_BIT";
  const opcode = first & 0xf;
  if (opcodeName(opcode) === undefined) return "WS_RESERVED_OPCODE";
  // RFC 6455 §5.5: control frames are not fragmented and have 125 octets at most.
  if (isControl(opcode) && (first & 0x80) === 0) return "WS_CONTROL_FRAGMENTED";
  if (isControl(opcode) && (second & 0x7f) > MAX_CONTROL_PAYLOAD) return "WS_CONTROL_TOO_LONG";
  // RFC 6455 §5.1: the client masks every frame, the server none; the other side closes on anything else.
  const masked = (second & 0x80) !== 0;
  if (sender === "client" && !masked) return "WS_NOT_MASKED";
  if (sender === "server" && masked) return "WS_MASKED";
  return undefined;
}

/** Judges the length once it is whole. */
export function faultInLength(head: FrameHead): FrameFault | undefined {
  // RFC 6455 §5.2: the most significant bit of a 64-bit length is 0.
  if (head.topBit) return "WS_LENGTH_TOP_BIT";
  // RFC 6455 §5.2: in all cases, the minimal number of bytes encodes the length.
  return head.minimal ? undefined : "WS_LENGTH_NOT_MINIMAL";
}

/** For a frame that passed {@link faultInFirstTwo}. */
export function isDataOpcode(opcode: Opcode): opcode is "continuation" | "text" | "binary" {
  return opcode === "continuation" || opcode === "text" || opcode === "binary";
}
