/** What a WebSocket core says and is told (RFC 6455 §5, §6, §7). The same for the server and the client. */

export type MessageKind = "text" | "binary";

/** Some events carry the `answer` the protocol asks for: the session sends it, at its own pace. */
export type WebSocketEvent =
  /** A message begins; `length` in octets when it is all in one frame. */
  | { readonly type: "message"; readonly kind: MessageKind; readonly length: number | undefined }
  /** A piece of it, unmasked. Text is checked UTF-8, but the cut may go through a character. */
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end" }
  | { readonly type: "ping"; readonly octets: Uint8Array; readonly answer: WebSocketAction }
  | { readonly type: "pong"; readonly octets: Uint8Array }
  /** `code` 1005: none was given; 1006: the connection ended without a Close frame. */
  | {
      readonly type: "close";
      readonly code: number;
      readonly reason: string;
      readonly answer: WebSocketAction | undefined;
    }
  /** Nothing came for as long as the clock "idle" says. */
  | { readonly type: "idle"; readonly answer: WebSocketAction }
  /** This side is asked to come to an end. */
  | { readonly type: "drain"; readonly answer: WebSocketAction };

export type WebSocketAction =
  /** A whole message in one frame. A string becomes UTF-8; octets must be UTF-8 already. */
  | { readonly type: "text"; readonly content: string | Uint8Array }
  | { readonly type: "binary"; readonly content: Uint8Array }
  /** A message in fragments: one frame for each `data`, the last one empty. */
  | { readonly type: "begin"; readonly kind: MessageKind }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end" }
  | { readonly type: "ping"; readonly octets?: Uint8Array }
  | { readonly type: "pong"; readonly octets?: Uint8Array }
  | { readonly type: "close"; readonly code?: number; readonly reason?: string };

/** `idle`: between frames · `pong`: our ping is not answered · `frame`: in the middle of one · `close`: the peer's Close, then its FIN. */
export type WebSocketWait = "idle" | "pong" | "frame" | "close";
