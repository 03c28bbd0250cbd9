/**
 * RFC 6455 from the end of the handshake on: one machine for both roles, which differ in who masks (§5.1) and who
 * closes TCP first (§7.1.1). Left out: extensions. permessage-deflate (RFC 7692) is neither offered nor accepted.
 */
import { RemoteError, type Core, type Input, type Rest } from "@socketscope/wire";
import { ABNORMAL } from "./close.ts";
import type { WebSocketAction, WebSocketEvent, WebSocketWait } from "./events.ts";
import { stateOf, type WebSocketState } from "./legality.ts";
import { WEBSOCKET_LIMITS, type WebSocketLimits } from "./limits.ts";
import { Reader } from "./reader.ts";
import { Writer, type MaskKeySource } from "./writer.ts";

export type WebSocketOptions =
  | { readonly role: "server"; readonly limits?: Partial<WebSocketLimits> }
  | {
      readonly role: "client";
      readonly limits?: Partial<WebSocketLimits>;
      /** Fresh randomness for each frame. */
      readonly maskKey: MaskKeySource;
    };

export class WebSocketCore implements Core<WebSocketEvent, WebSocketAction, WebSocketWait> {
  readonly #role: "server" | "client";
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #signals: ("timeout" | "drain")[] = [];
  /** The peer's FIN came, but octets before it may be unread. */
  #finished = false;
  #pinged = false;
  /** After a fault, FIN or timeout nothing more is waited for. */
  #failed = false;

  constructor(options: WebSocketOptions) {
    this.#role = options.role;
    this.#reader = new Reader(options.role === "server" ? "client" : "server", {
      ...WEBSOCKET_LIMITS,
      ...options.limits,
    });
    this.#writer = new Writer(options.role === "client" ? options.maskKey : undefined);
  }

  get state(): WebSocketState {
    return stateOf(this.#reader.reading, this.#writer.writing);
  }

  get waitingFor(): WebSocketWait | "us" {
    const { state } = this;
    if (state === "answering") return "us";
    if (state === "closing") return "close";
    if (state === "closed") return this.#awaitsFin ? "close" : "us";
    if (this.#reader.inFrame) return "frame";
    return this.#pinged ? "pong" : "idle";
  }

  receive(input: Input): void {
    if (input === "end") this.#finished = true;
    else if (typeof input === "string") this.#signals.push(input);
    else {
      this.#pinged = false;
      this.#reader.push(input);
    }
  }

  next(): WebSocketEvent | Rest {
    const signal = this.#signals.shift();
    const event = (signal === undefined ? undefined : this.#heed(signal)) ?? this.#read();
    if (event !== "need-data") return event;
    const { state } = this;
    if (state === "closed") return this.#awaitsFin ? "need-data" : "closed";
    if (this.#finished) return this.#lost();
    return state === "answering" ? "paused" : "need-data";
  }

  send(action: WebSocketAction): readonly Uint8Array[] {
    return this.#writer.send(action);
  }

  unread(): Uint8Array {
    return this.#reader.take();
  }

  /** RFC 6455 §7.1.1: the server closes TCP first, so that the client does not hold the port in TIME_WAIT's place. */
  get #awaitsFin(): boolean {
    return this.#role === "client" && !this.#failed && !this.#finished;
  }

  #read(): WebSocketEvent | "need-data" {
    try {
      return this.#reader.next();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      throw this.#fail(error);
    }
  }

  /** RFC 6455 §7.1.7: no more is read; a Close frame with the reason is still sent, unless ours is gone already. */
  #fail(error: RemoteError): RemoteError {
    this.#failed = true;
    this.#reader.end();
    if (this.state !== "closed") return error;
    return new RemoteError(error.code, error.message);
  }

  /** RFC 6455 §7.1.5: TCP ended and no Close frame came. Without news when both had said it or the event is out. */
  #lost(): WebSocketEvent | "closed" {
    const heard = this.#reader.reading === "ended";
    this.#failed = true;
    this.#reader.end();
    this.#writer.writing = "ended";
    return heard ? "closed" : { type: "close", code: ABNORMAL, reason: "", answer: undefined };
  }

  #heed(signal: "timeout" | "drain"): WebSocketEvent | undefined {
    const { state, waitingFor } = this;
    if (signal === "drain") {
      // RFC 6455 §7.4.1: 1001, "going away", such as a server going down.
      return state === "open" ? { type: "drain", answer: { type: "close", code: 1001 } } : undefined;
    }
    if (waitingFor === "idle") {
      this.#pinged = true;
      // RFC 6455 §5.5.2: a Ping may serve as a means to verify that the peer is still there.
      return { type: "idle", answer: { type: "ping" } };
    }
    if (waitingFor === "pong")
      throw this.#fail(new RemoteError("WS_PONG_TIMEOUT", "our Ping is not answered"));
    if (waitingFor === "frame") {
      const reason = "a frame did not come to its end in time";
      const answer: WebSocketAction = { type: "close", code: 1008, reason };
      throw this.#fail(new RemoteError("WS_FRAME_TIMEOUT", reason, answer));
    }
    if (waitingFor === "us") return undefined;
    // RFC 6455 §7.1.1: who has waited a reasonable time for the other side closes TCP anyway.
    this.#failed = true;
    this.#reader.end();
    return state === "closing" ? { type: "close", code: ABNORMAL, reason: "", answer: undefined } : undefined;
  }
}
