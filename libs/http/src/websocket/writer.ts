/** RFC 6455 §5, §6.1: actions in, frames out. A client masks every frame with a key nobody can foresee (§5.3, §10.3). */
import { encodeUtf8, LocalError, Utf8Validator } from "@socketscope/wire";
import { formatClose } from "./close.ts";
import type { WebSocketAction } from "./events.ts";
import { formatFrame, MAX_CONTROL_PAYLOAD, type Opcode } from "./grammar.ts";
import { stepOf, WRITING, type Writing } from "./legality.ts";

/** Four octets from a strong source of randomness, fresh for each frame (RFC 6455 §10.3). */
export type MaskKeySource = () => Uint8Array;

const NOTHING = new Uint8Array(0);

export class Writer {
  writing: Writing = "between";
  readonly #maskKey: MaskKeySource | undefined;
  /** The opcode of the next data frame of the message in progress. */
  #opcode: Opcode = "continuation";
  #utf8 = new Utf8Validator();

  /** `maskKey`: for a client; a server has none. */
  constructor(maskKey: MaskKeySource | undefined) {
    this.#maskKey = maskKey;
  }

  send(action: WebSocketAction): readonly Uint8Array[] {
    const before = this.writing;
    const after = WRITING[before][stepOf(action)];
    if (after === undefined)
      throw new LocalError("WS_ILLEGAL_SEND", `"${action.type}" is illegal now (${before})`);
    // Only a message that was accepted moves the machine.
    const pieces = this.#format(action, before);
    this.writing = after;
    return pieces;
  }

  #format(action: WebSocketAction, writing: Writing): readonly Uint8Array[] {
    switch (action.type) {
      case "text":
        return this.#frame("text", true, textOctets(action.content));
      case "binary":
        return this.#frame("binary", true, action.content);
      case "begin":
        this.#opcode = action.kind;
        this.#utf8 = new Utf8Validator();
        return [];
      case "data":
        if (writing === "text" && this.#utf8.push(action.octets) < action.octets.length) throw notUtf8();
        return this.#fragment(false, action.octets);
      case "end":
        if (writing === "text" && !this.#utf8.complete) throw notUtf8();
        return this.#fragment(true, NOTHING);
      case "ping":
      case "pong":
        return this.#frame(action.type, true, control(action.octets ?? NOTHING));
      case "close":
        break;
    }
    const payload = formatClose(action.code, action.reason ?? "");
    if (payload !== undefined) return this.#frame("close", true, payload);
    throw new LocalError("WS_BAD_CLOSE", `close code ${action.code} or its reason cannot be sent`);
  }

  #fragment(fin: boolean, octets: Uint8Array): readonly Uint8Array[] {
    const opcode = this.#opcode;
    this.#opcode = "continuation";
    return this.#frame(opcode, fin, octets);
  }

  #frame(opcode: Opcode, fin: boolean, payload: Uint8Array): readonly Uint8Array[] {
    return formatFrame(opcode, fin, payload, this.#maskKey?.());
  }
}

function textOctets(content: string | Uint8Array): Uint8Array {
  if (typeof content === "string") return encodeUtf8(content);
  const validator = new Utf8Validator();
  if (validator.push(content) < content.length || !validator.complete) throw notUtf8();
  return content;
}

function control(octets: Uint8Array): Uint8Array {
  if (octets.length <= MAX_CONTROL_PAYLOAD) return octets;
  throw new LocalError("WS_CONTROL_TOO_LONG", `a control frame has ${MAX_CONTROL_PAYLOAD} octets at most`);
}

function notUtf8(): LocalError {
  return new LocalError("WS_NOT_UTF8", "text must be UTF-8");
}
