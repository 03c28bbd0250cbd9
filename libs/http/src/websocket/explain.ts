/** One plain sentence for every frame, close code and fault of RFC 6455. What may follow is read from the legality table. */
import { explanationOf, unexplained, type Entry, type Explanation } from "@socketscope/wire";
import { opcodeName, type Opcode } from "./grammar.ts";
import { READING } from "./legality.ts";

const OPCODE_SENTENCES: Readonly<Record<Opcode, readonly [string, string]>> = {
  continuation: ["Goes on with the message that a text or binary frame without FIN began.", "RFC 6455 §5.4"],
  text: ["Begins a message of text in UTF-8; with FIN it is all of it.", "RFC 6455 §5.6"],
  binary: ["Begins a message of octets; with FIN it is all of it.", "RFC 6455 §5.6"],
  close: [
    "Says that nothing more will be sent, and perhaps why; the other side answers the same.",
    "RFC 6455 §5.5.1",
  ],
  ping: ["Are you there? The other side answers with a pong of the same octets.", "RFC 6455 §5.5.2"],
  pong: ["I am here: the answer to a ping, or a sign of life nobody asked for.", "RFC 6455 §5.5.3"],
};

const ALL: readonly Opcode[] = ["continuation", "text", "binary", "close", "ping", "pong"];

/** `fin`: the frame's FIN bit, which decides what may follow it from the same side. */
export function explainOpcode(opcode: number, fin: boolean): Explanation {
  const name = opcodeName(opcode);
  if (name === undefined)
    return unexplained("A reserved opcode; the connection fails with 1002.", "RFC 6455 §5.2", ["close 1002"]);
  const [sentence, source] = OPCODE_SENTENCES[name];
  return explanationOf([sentence, source, ...followersOf(name, fin)]);
}

/** The opcodes one side may send next. For a control frame: whatever its place in or between messages allows. */
function followersOf(name: Opcode, fin: boolean): readonly Opcode[] {
  if (name === "close") return [];
  if (name === "ping" || name === "pong") return ALL;
  const place = fin ? "between" : name === "continuation" ? "binary" : name;
  return ALL.filter((next) => !READING[place][next].startsWith("WS_"));
}

const CLOSE_CODES: Readonly<Record<number, Entry>> = {
  1000: ["Done: what the connection was for is fulfilled.", "RFC 6455 §7.4.1"],
  1001: ["Going away: the server stops, or the browser leaves the page.", "RFC 6455 §7.4.1"],
  1002: ["The other side broke the protocol.", "RFC 6455 §7.4.1"],
  1003: ["This kind of data cannot be taken, such as binary where text is meant.", "RFC 6455 §7.4.1"],
  1004: ["Reserved; it is never sent.", "RFC 6455 §7.4.1"],
  1005: ["Shown when the Close frame has no code; it is never sent.", "RFC 6455 §7.4.1"],
  1006: ["Shown when the connection ended without a Close frame; it is never sent.", "RFC 6455 §7.4.1"],
  1007: ["The data is not what its kind promises, such as text that is not UTF-8.", "RFC 6455 §7.4.1"],
  1008: ["The message is against the rules of this side.", "RFC 6455 §7.4.1"],
  1009: ["The message is too big.", "RFC 6455 §7.4.1"],
  1010: ["The client needs an extension the server did not agree to.", "RFC 6455 §7.4.1"],
  1011: ["The server met a condition it was not made for.", "RFC 6455 §7.4.1"],
  1012: ["The service restarts; come back after a while.", "IANA WebSocket Close Code Number Registry"],
  1013: ["Overloaded; try again later.", "IANA WebSocket Close Code Number Registry"],
  1014: [
    "The server behind this one gave an answer that makes no sense.",
    "IANA WebSocket Close Code Number Registry",
  ],
  1015: ["Shown when TLS failed; it is never sent.", "RFC 6455 §7.4.1"],
};

export const EXPLAINED_CLOSE_CODES: readonly number[] = Object.keys(CLOSE_CODES).map(Number);

export function explainCloseCode(code: number): Explanation {
  const entry = CLOSE_CODES[code];
  if (entry !== undefined) return explanationOf(entry);
  const source = "RFC 6455 §7.4.2";
  if (code >= 4000 && code <= 4999)
    return unexplained("A private code: only the two programs know what it means.", source);
  if (code >= 3000 && code <= 3999)
    return unexplained("A code that a library or framework registered.", source);
  if (code >= 1000 && code <= 2999)
    return unexplained("Reserved for WebSocket itself, and not defined here.", source);
  return unexplained("Not a close code: those are 1000 to 4999.", source);
}
