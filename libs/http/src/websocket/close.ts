/** RFC 6455 §5.5.1, §7.4: the payload of a Close frame: nothing, or a code of two octets and a reason in UTF-8. */
import { decodeUtf8, encodeUtf8 } from "@socketscope/wire";
import { MAX_CONTROL_PAYLOAD } from "./grammar.ts";

/** The peer sent a Close frame without a code. Never on the wire (RFC 6455 §7.4.1). */
export const NO_STATUS = 1005;
/** The connection ended without a Close frame. Never on the wire (RFC 6455 §7.4.1). */
export const ABNORMAL = 1006;

/** Whether a Close frame may carry `code`. */
export function isCloseCode(code: number): boolean {
  // RFC 6455 §7.4.2: 3000–3999 are registered by libraries, 4000–4999 are private.
  if (code >= 3000 && code <= 4999) return Number.isInteger(code);
  // RFC 6455 §7.4.1: 1004, 1005, 1006 and 1015 are never sent. 1012 to 1014 were registered with IANA later.
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014 && Number.isInteger(code));
}

export type CloseFault = "short" | "code" | "utf8";

export interface ClosePayload {
  /** {@link NO_STATUS} when the frame was empty. */
  readonly code: number;
  readonly reason: string;
}

/** Reads the unmasked payload of a Close frame. */
export function parseClose(payload: Uint8Array): ClosePayload | CloseFault {
  if (payload.length === 0) return { code: NO_STATUS, reason: "" };
  const [high, low] = payload;
  // RFC 6455 §5.5.1: if there is a body, its first two octets are the code.
  if (high === undefined || low === undefined) return "short";
  const code = high * 256 + low;
  if (!isCloseCode(code)) return "code";
  const reason = decodeUtf8(payload.subarray(2));
  return reason === undefined ? "utf8" : { code, reason };
}

/** The payload, or undefined when there is no such one: a code that is never sent, a reason over 123 octets, a reason alone. */
export function formatClose(code: number | undefined, reason: string): Uint8Array | undefined {
  if (code === undefined) return reason === "" ? new Uint8Array(0) : undefined;
  const text = encodeUtf8(reason);
  if (!isCloseCode(code) || text.length > MAX_CONTROL_PAYLOAD - 2) return undefined;
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  payload.set(text, 2);
  return payload;
}
