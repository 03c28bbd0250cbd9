/** One open WebSocket, the same on either side: frames from the core become messages, messages go out. */
import type {
  MessageKind,
  WebSocketAction,
  WebSocketCore,
  WebSocketEvent,
  WebSocketLimits,
  WebSocketWait,
} from "@socketscope/http/websocket";
import {
  drive,
  type Clocks,
  type CloseReason,
  type Flow,
  type Link,
  type Stream,
} from "@socketscope/socket-core";
import type { RemoteError } from "@socketscope/wire";

/** How a WebSocket ended (RFC 6455 §7.1.5). */
export interface WebSocketClosed {
  /** 1005: the peer gave none; 1006: the connection ended without a Close frame. */
  readonly code: number;
  readonly reason: string;
  /** What became of the connection below. */
  readonly connection: CloseReason;
}

/** An open WebSocket as an application holds it; it may be kept and used at any time. */
export interface WebSocket {
  readonly flow: Flow;
  readonly secure: boolean;
  /** The subprotocol agreed on. */
  readonly protocol: string | undefined;
  /** Text or octets as one message. False: over the high-water mark, await {@link drained} or drop. After the end: true, and it goes nowhere. */
  send(content: string | Uint8Array): boolean;
  /** Resolves when there is room again, or the connection has gone. */
  drained(): Promise<void>;
  /** Begins the closing handshake (RFC 6455 §7.1.2). `reason`: at most 123 octets of UTF-8. Later calls do nothing. */
  close(code?: number, reason?: string): void;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<WebSocketClosed>;
}

export interface WebSocketHandler {
  /** The first moment at which it may speak. */
  onOpen?(socket: WebSocket): void;
  /** A promise holds back the next message, and in the end the peer. A failure closes with 1011. */
  onMessage(content: string | Uint8Array, socket: WebSocket): void | Promise<void>;
  /** The handler failed (a bug): the peer gets 1011, and here is why. */
  onError?(error: unknown): void;
}

export interface WebSocketSettings {
  /** Subprotocols we speak; as a client in order of preference. Default none. */
  readonly protocols?: readonly string[];
  /** A message is held whole here, so `maxMessage` is 1 MiB unless told otherwise. */
  readonly limits?: Partial<WebSocketLimits>;
  /** Defaults: {@link defaultWebSocketClocks}. */
  readonly clocks?: Clocks<WebSocketWait>;
}

/** A ping after 30 s of silence, its answer within 20 s; a frame goes on every 30 s; the closing handshake takes 5 s. */
export const defaultWebSocketClocks: Clocks<WebSocketWait> = {
  idle: { ms: 30_000, from: "progress" },
  pong: { ms: 20_000, from: "start" },
  frame: { ms: 30_000, from: "progress" },
  close: { ms: 5000, from: "start" },
};

/** Octets of a message that an application gets whole. */
const MAX_MESSAGE = 1024 * 1024;

export function messageLimits(settings: WebSocketSettings): Partial<WebSocketLimits> {
  return { maxMessage: MAX_MESSAGE, ...settings.limits };
}

export class OpenWebSocket implements WebSocket {
  readonly flow: Flow;
  readonly secure: boolean;
  readonly protocol: string | undefined;
  readonly closed: Promise<WebSocketClosed>;
  readonly #handler: WebSocketHandler;
  readonly #link: Link<WebSocketAction>;
  #settle: ((connection: CloseReason) => void) | undefined;
  /** What the Close frames said. */
  #said: { readonly code: number; readonly reason: string } = { code: 1006, reason: "" };
  #kind: MessageKind = "binary";
  #pieces: Uint8Array[] = [];

  /** From here on the stream is the WebSocket's; `core` may hold octets that came with the handshake. */
  constructor(
    stream: Stream,
    core: WebSocketCore,
    protocol: string | undefined,
    handler: WebSocketHandler,
    settings: WebSocketSettings,
  ) {
    this.flow = stream.flow;
    this.secure = stream.secure;
    this.protocol = protocol;
    this.#handler = handler;
    stream.speaks("websocket");
    this.closed = new Promise((resolve) => {
      this.#settle = (connection) => {
        const { code, reason } = this.#said;
        resolve({ code, reason, connection });
      };
    });
    const session = {
      on: (event: WebSocketEvent) => this.#on(event),
      refused: (error: RemoteError) => this.#refused(error),
      closed: (reason: CloseReason) => this.#settle?.(reason),
      failed: (error: unknown) => handler.onError?.(error),
    };
    this.#link = drive(stream, core, session, settings.clocks ?? defaultWebSocketClocks);
    void this.#try(() => handler.onOpen?.(this));
  }

  send(content: string | Uint8Array): boolean {
    if (!this.#maySend()) return true;
    return this.#link.send(
      typeof content === "string" ? { type: "text", content } : { type: "binary", content },
    );
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  close(code = 1000, reason = ""): void {
    if (!this.#maySend()) return;
    this.#link.send({ type: "close", code, reason });
  }

  /** RFC 6455 §5.5.1: nothing after our Close. */
  #maySend(): boolean {
    return this.#link.state === "open" || this.#link.state === "answering";
  }

  #on(event: WebSocketEvent): void | Promise<void> {
    switch (event.type) {
      case "message":
        this.#kind = event.kind;
        this.#pieces = [];
        return undefined;
      case "data":
        this.#pieces.push(event.octets);
        return undefined;
      case "end":
        return this.#deliver();
      case "ping":
        // A peer that asks faster than it reads waits until its answers have gone.
        return this.#maySend() && !this.#link.send(event.answer) ? this.#link.drained() : undefined;
      case "pong":
        return undefined;
      case "close":
        this.#said = event;
        if (event.answer !== undefined && this.#maySend()) this.#link.send(event.answer);
        return undefined;
      case "idle":
      case "drain":
        break;
    }
    this.#link.send(event.answer);
    return undefined;
  }

  /** We refused what came: that, and not the connection's end, is why it closed. */
  #refused(error: RemoteError): void {
    const { answer } = error;
    if (typeof answer !== "object" || answer === null || !("code" in answer)) return;
    if (typeof answer.code === "number") this.#said = { code: answer.code, reason: error.message };
  }

  #deliver(): void | Promise<void> {
    const octets = joined(this.#pieces);
    this.#pieces = [];
    // The core has checked that it is UTF-8 (RFC 6455 §8.1).
    const content = this.#kind === "text" ? decoder.decode(octets) : octets;
    return this.#try(() => this.#handler.onMessage(content, this));
  }

  #try(act: () => void | Promise<void>): void | Promise<void> {
    try {
      return act()?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** RFC 6455 §7.4.1: 1011, a condition the server did not expect. */
  #fail(error: unknown): void {
    this.close(1011);
    this.#handler.onError?.(error);
  }
}

/** A BOM is a character of the message, not a mark of its coding. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
}
