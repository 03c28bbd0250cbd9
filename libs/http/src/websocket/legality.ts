/**
 * RFC 6455 §5.4, §5.5.1: what may come and go when. Reading and writing are two machines that run side by side;
 * neither table knows whether we are the server or the client.
 */
import type { WebSocketAction } from "./events.ts";
import type { Opcode } from "./grammar.ts";

/** `between`: no message is open · `text`, `binary`: in one · `ended`: Close, a fault or FIN came. */
export type Reading = "between" | "text" | "binary" | "ended";

/** Codes of the faults of order. */
export type OrderFault = "WS_NOTHING_TO_CONTINUE" | "WS_MESSAGE_INTERRUPTED";

/** Frame that came × where reading stands → where it leads, or the fault. */
export const READING: Readonly<
  Record<Exclude<Reading, "ended">, Readonly<Record<Opcode, Reading | OrderFault>>>
> = {
  between: {
    // RFC 6455 §5.4: a continuation goes on with something.
    continuation: "WS_NOTHING_TO_CONTINUE",
    text: "text",
    binary: "binary",
    close: "ended",
    ping: "between",
    pong: "between",
  },
  text: inMessage("text"),
  binary: inMessage("binary"),
};

function inMessage(kind: "text" | "binary"): Readonly<Record<Opcode, Reading | OrderFault>> {
  return {
    continuation: kind,
    // RFC 6455 §5.4: the fragments of one message are not interleaved with those of another.
    text: "WS_MESSAGE_INTERRUPTED",
    binary: "WS_MESSAGE_INTERRUPTED",
    // RFC 6455 §5.4: control frames may come in the middle of a fragmented message.
    close: "ended",
    ping: kind,
    pong: kind,
  };
}

/** `between`: no message is open · `text`, `binary`: in one · `ended`: our Close is sent. */
export type Writing = "between" | "text" | "binary" | "ended";

/** An action; `begin` counts by its kind. */
export type Step = Exclude<WebSocketAction["type"], "begin"> | "begin text" | "begin binary";

/** Action × where writing stands → where it leads; undefined: illegal now. */
export const WRITING: Readonly<Record<Writing, Readonly<Partial<Record<Step, Writing>>>>> = {
  between: {
    text: "between",
    binary: "between",
    "begin text": "text",
    "begin binary": "binary",
    ping: "between",
    pong: "between",
    close: "ended",
  },
  text: { data: "text", end: "between", ping: "text", pong: "text", close: "ended" },
  binary: { data: "binary", end: "between", ping: "binary", pong: "binary", close: "ended" },
  // RFC 6455 §5.5.1: nothing is sent after a Close frame.
  ended: {},
};

export function stepOf(action: WebSocketAction): Step {
  return action.type === "begin" ? `begin ${action.kind}` : action.type;
}

/** `open` · `closing`: our Close waits for the peer's · `answering`: the peer's waits for ours · `closed`: both are said. */
export type WebSocketState = "open" | "closing" | "answering" | "closed";

export function stateOf(reading: Reading, writing: Writing): WebSocketState {
  if (reading === "ended") return writing === "ended" ? "closed" : "answering";
  return writing === "ended" ? "closing" : "open";
}
