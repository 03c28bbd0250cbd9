/**
 * RFC 6455 §5, §6.2, §8.1: frames in, events out. A data frame is passed on as it comes, nothing of it is kept; only
 * a control frame waits until it is whole, which is 139 octets at most.
 */
import { LimitError, RemoteError, Utf8Validator } from "@socketscope/wire";
import { parseClose } from "./close.ts";
import type { WebSocketAction, WebSocketEvent } from "./events.ts";
import { FRAME_FAULTS, faultInFirstTwo, faultInLength, isDataOpcode, type FrameFault } from "./faults.ts";
import { applyMask, opcodeName, scanFrameHead, type FrameHead, type Opcode } from "./grammar.ts";
import { READING, type Reading } from "./legality.ts";
import type { WebSocketLimits } from "./limits.ts";

/** The data frame whose payload is coming. */
interface OpenFrame {
  readonly fin: boolean;
  readonly length: number;
  readonly key: Uint8Array | undefined;
  taken: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);

export class Reader {
  reading: Reading = "between";
  readonly #sender: "client" | "server";
  readonly #limits: WebSocketLimits;
  #octets: Uint8Array = NOTHING;
  #at = 0;
  #frame: OpenFrame | undefined;
  #messageOctets = 0;
  #fragments = 0;
  #utf8 = new Utf8Validator();
  /** Found behind octets that were still good and are passed on first. */
  #fault: RemoteError<WebSocketAction> | undefined;

  constructor(sender: "client" | "server", limits: WebSocketLimits) {
    this.#sender = sender;
    this.#limits = limits;
  }

  push(octets: Uint8Array): void {
    // RFC 6455 §5.5.1: what comes after a Close frame is discarded.
    if (this.reading === "ended") return;
    const left = this.#octets.length - this.#at;
    if (left === 0) this.#octets = octets;
    else {
      const joined = new Uint8Array(left + octets.length);
      joined.set(this.#octets.subarray(this.#at), 0);
      joined.set(octets, left);
      this.#octets = joined;
    }
    this.#at = 0;
  }

  /** In the middle of a frame: a fragmented message between two of its frames is not. */
  get inFrame(): boolean {
    return this.#frame !== undefined || this.#at < this.#octets.length;
  }

  /** What came and is not consumed. */
  take(): Uint8Array {
    const rest = this.#octets.subarray(this.#at);
    this.#octets = NOTHING;
    this.#at = 0;
    return rest;
  }

  end(): void {
    this.reading = "ended";
    this.#frame = undefined;
    this.take();
  }

  next(): WebSocketEvent | "need-data" {
    for (;;) {
      if (this.#fault !== undefined) throw this.#takeFault(this.#fault);
      if (this.reading === "ended") return "need-data";
      const step = this.#frame === undefined ? this.#readHead(this.reading) : this.#readPayload(this.#frame);
      if (step !== "again") return step;
    }
  }

  #takeFault(fault: RemoteError<WebSocketAction>): RemoteError<WebSocketAction> {
    this.#fault = undefined;
    return fault;
  }

  #readHead(reading: Exclude<Reading, "ended">): WebSocketEvent | "need-data" | "again" {
    const first = this.#octets[this.#at];
    const second = this.#octets[this.#at + 1];
    if (first === undefined || second === undefined) return "need-data";
    const early = faultInFirstTwo(first, second, this.#sender);
    if (early !== undefined) throw protocolError(early, FRAME_FAULTS[early]);
    const opcode = opcodeName(first & 0xf);
    // faultInFirstTwo has refused every opcode without a name.
    if (opcode === undefined) return "need-data";
    const led = READING[reading][opcode];
    if (led === "WS_NOTHING_TO_CONTINUE")
      throw protocolError(led, "a continuation frame, and no message is open");
    if (led === "WS_MESSAGE_INTERRUPTED") throw protocolError(led, "a new message inside a fragmented one");
    const head = scanFrameHead(this.#octets, this.#at);
    if (head === undefined) return "need-data";
    const late = faultInLength(head);
    if (late !== undefined) throw protocolError(late, FRAME_FAULTS[late]);
    const key = head.masked ? this.#octets.subarray(head.keyAt, head.payloadAt) : undefined;
    if (!isDataOpcode(opcode)) return this.#readControl(opcode, head, key, led);
    this.#count(head, opcode);
    this.#at = head.payloadAt;
    this.#frame = { fin: head.fin, length: head.length, key, taken: 0 };
    if (opcode === "continuation") return "again";
    this.reading = led;
    this.#utf8 = new Utf8Validator();
    return { type: "message", kind: opcode, length: head.fin ? head.length : undefined };
  }

  #count(head: FrameHead, opcode: Opcode): void {
    if (opcode !== "continuation") {
      this.#messageOctets = 0;
      this.#fragments = 0;
    }
    this.#messageOctets += head.length;
    this.#fragments++;
    const { maxFrame, maxMessage, maxFragments } = this.#limits;
    if (head.length > maxFrame) throw tooBig("WS_FRAME_TOO_BIG", `a frame has ${maxFrame} octets at most`);
    if (this.#messageOctets > maxMessage)
      throw tooBig("WS_MESSAGE_TOO_BIG", `a message has ${maxMessage} octets at most`);
    if (this.#fragments > maxFragments)
      throw tooBig("WS_TOO_MANY_FRAGMENTS", `a message has ${maxFragments} frames at most`);
  }

  #readPayload(frame: OpenFrame): WebSocketEvent | "need-data" | "again" {
    const kind = this.reading;
    const want = frame.length - frame.taken;
    if (want === 0) {
      this.#frame = undefined;
      if (!frame.fin) return "again";
      if (kind === "text" && !this.#utf8.complete) throw notUtf8();
      this.reading = "between";
      return { type: "end" };
    }
    const raw = this.#octets.subarray(this.#at, Math.min(this.#octets.length, this.#at + want));
    if (raw.length === 0) return "need-data";
    const octets = frame.key === undefined ? raw : applyMask(raw, frame.key, frame.taken);
    this.#at += raw.length;
    frame.taken += raw.length;
    if (kind !== "text") return { type: "data", octets };
    // RFC 6455 §8.1: text that is not UTF-8 fails the connection; at its first bad octet, not at the message's end.
    const good = this.#utf8.push(octets);
    if (good < octets.length) this.#fault = notUtf8();
    return good === 0 ? "again" : { type: "data", octets: octets.subarray(0, good) };
  }

  #readControl(
    opcode: "close" | "ping" | "pong",
    head: FrameHead,
    key: Uint8Array | undefined,
    led: Reading,
  ): WebSocketEvent | "need-data" {
    const to = head.payloadAt + head.length;
    if (this.#octets.length < to) return "need-data";
    const raw = this.#octets.subarray(head.payloadAt, to);
    const octets = key === undefined ? raw : applyMask(raw, key, 0);
    this.#at = to;
    if (opcode === "pong") return { type: "pong", octets };
    // RFC 6455 §5.5.3: a Pong has the same application data as the Ping it answers.
    if (opcode === "ping") return { type: "ping", octets, answer: { type: "pong", octets } };
    const close = parseClose(octets);
    if (close === "short") throw protocolError("WS_CLOSE_SHORT", "a Close frame with one octet");
    if (close === "code") throw protocolError("WS_CLOSE_CODE", "a close code that is never sent");
    if (close === "utf8") throw notUtf8();
    if (led === "ended") this.end();
    // RFC 6455 §5.5.1: the answer typically echoes the code. 1005 stands for none and is not sent.
    const answer: WebSocketAction =
      close.code === 1005 ? { type: "close" } : { type: "close", code: close.code };
    return { type: "close", code: close.code, reason: close.reason, answer };
  }
}

function protocolError(
  code: FrameFault | "WS_NOTHING_TO_CONTINUE" | "WS_MESSAGE_INTERRUPTED" | "WS_CLOSE_SHORT" | "WS_CLOSE_CODE",
  reason: string,
): RemoteError<WebSocketAction> {
  return new RemoteError<WebSocketAction>(code, reason, { type: "close", code: 1002, reason });
}

function notUtf8(): RemoteError<WebSocketAction> {
  const reason = "the text is not UTF-8";
  return new RemoteError<WebSocketAction>("WS_NOT_UTF8", reason, { type: "close", code: 1007, reason });
}

function tooBig(
  code: "WS_FRAME_TOO_BIG" | "WS_MESSAGE_TOO_BIG" | "WS_TOO_MANY_FRAGMENTS",
  reason: string,
): LimitError<WebSocketAction> {
  return new LimitError<WebSocketAction>(code, reason, { type: "close", code: 1009, reason });
}
