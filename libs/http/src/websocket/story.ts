/** What one direction of a recorded WebSocket has said so far: which message is open, whether its text is text. */
import { decodeLatin1, decodeUtf8, Utf8Validator } from "@socketscope/wire";
import { parseClose } from "./close.ts";
import { isControl, opcodeName, type FrameHead } from "./grammar.ts";
import { READING, type Reading } from "./legality.ts";

/** Whether the frame is the first of a message, where extensions mark what they did. */
export function beginsMessage(head: FrameHead): boolean {
  const opcode = opcodeName(head.opcode);
  return opcode === "text" || opcode === "binary";
}

/** Characters of a payload shown in a summary. */
const SHOWN = 60;

export class FrameStory {
  readonly #deflate: boolean;
  #reading: Exclude<Reading, "ended"> = "between";
  #closed = false;
  #compressed = false;
  #utf8 = new Utf8Validator();
  #text = false;
  #badText = false;
  #fault: string | undefined;
  #fin = false;
  #control = false;
  #closeFault: string | undefined;

  constructor(deflate: boolean) {
    this.#deflate = deflate;
  }

  /** A frame begins. */
  head(head: FrameHead): void {
    const opcode = opcodeName(head.opcode);
    this.#control = isControl(head.opcode);
    this.#fin = head.fin;
    this.#fault = this.#closed ? "a frame after Close" : undefined;
    this.#closeFault = undefined;
    if (opcode === undefined) return;
    const led = READING[this.#reading][opcode];
    if (led === "WS_NOTHING_TO_CONTINUE") this.#fault ??= "a continuation frame, and no message is open";
    else if (led === "WS_MESSAGE_INTERRUPTED") this.#fault ??= "a new message inside a fragmented one";
    if (opcode === "text" || opcode === "binary") {
      this.#reading = opcode;
      this.#compressed = this.#deflate && (head.rsv & 0x4) !== 0;
      this.#text = opcode === "text" && !this.#compressed;
      this.#badText = false;
      this.#utf8 = new Utf8Validator();
    }
    if (opcode === "close") this.#closed = true;
  }

  /** A piece of the frame's payload, unmasked. */
  payload(plain: Uint8Array): void {
    if (this.#control || !this.#text || this.#badText) return;
    if (this.#utf8.push(plain) < plain.length) this.#badText = true;
  }

  /** Octets of the payload were not recorded: its text cannot be judged. */
  blind(): void {
    if (!this.#control) this.#text = false;
  }

  /** One line for a list. When the frame is whole. */
  summary(head: FrameHead, payload: Uint8Array, blind: boolean): string {
    const opcode = opcodeName(head.opcode);
    if (opcode === undefined) return `reserved opcode ${head.opcode}, ${head.length} octets`;
    if (opcode === "close") return this.#closeSummary(payload, blind);
    const fin = head.fin || this.#control ? "" : ", more follows";
    const size = `${head.length} octets${fin}`;
    if (blind || head.length === 0) return size;
    if (!this.#control && this.#compressed) return `${size}, compressed`;
    const readable = this.#control ? isPrintable(payload) : this.#text;
    return readable ? `${size}: ${shown(payload)}` : size;
  }

  /** The frame has ended. What a strict reader would refuse in it, given what came before. After {@link summary}. */
  finish(): string | undefined {
    if (this.#control) return this.#fault ?? this.#closeFault;
    const bad = this.#text && (this.#badText || (this.#fin && !this.#utf8.complete));
    // Said once in a message.
    if (bad) this.#text = false;
    if (this.#fin) this.#reading = "between";
    return this.#fault ?? (bad ? "the text is not UTF-8" : undefined);
  }

  #closeSummary(payload: Uint8Array, blind: boolean): string {
    if (blind) return "close";
    const close = parseClose(payload);
    if (typeof close === "object") {
      return close.code === 1005
        ? "close, no code"
        : `close ${close.code}${close.reason === "" ? "" : `: ${close.reason}`}`;
    }
    if (close === "short") this.#closeFault = "a Close frame with one octet";
    else if (close === "code") this.#closeFault = "a close code that is never sent";
    else this.#closeFault = "the reason is not UTF-8";
    return close === "short" ? "close" : `close ${(payload[0] ?? 0) * 256 + (payload[1] ?? 0)}`;
  }
}

function isPrintable(payload: Uint8Array): boolean {
  return payload.every((octet) => octet >= 0x20 && octet < 0x7f);
}

/** The beginning of a text; what cannot be shown on one line is a dot. The octets themselves are in the payload's range. */
function shown(payload: Uint8Array): string {
  // The payload may have been cut in a character, which has four octets at most.
  let text: string | undefined;
  for (let cut = 0; cut < 4 && text === undefined; cut++)
    text = decodeUtf8(payload.subarray(0, payload.length - cut));
  const characters = Array.from((text ?? decodeLatin1(payload)).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "."));
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : characters.join("");
}
