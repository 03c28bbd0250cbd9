/** What the HTTP/1.x cores say and are told (RFC 9112). One grammar, two roles. */
import type { FieldLines, Fields } from "./fields.ts";

export type Version = "1.0" | "1.1";

/** How long a message's content is (RFC 9112 §6.3): octets, `"chunked"`, or `"close"`: until the connection ends. */
export type ContentLength = number | "chunked" | "close";

export interface RequestHead {
  /** Case-sensitive token (RFC 9110 §9.1). */
  readonly method: string;
  /** As it came, in one of the four forms of RFC 9112 §3.2. */
  readonly target: string;
  readonly version: Version;
  readonly fields: Fields;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly version: Version;
  readonly fields: Fields;
}

// ── server: in
export type ServerEvent =
  | {
      readonly type: "request";
      readonly head: RequestHead;
      /** 0: no content follows but `end` still does. */
      readonly content: number | "chunked";
      /** The client waits for 100 before it sends its content (RFC 9110 §10.1.1). */
      readonly expectsContinue: boolean;
      /** The protocols of `Upgrade` when Connection lists it (RFC 9110 §7.8), lower case, else undefined. */
      readonly upgrade: readonly string[] | undefined;
    }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end"; readonly trailers: Fields };

// ── server: out. The core chooses framing and Connection, adds Date, and leaves the content out for HEAD, 204 and 304.
export type ServerAction =
  | { readonly type: "informational"; readonly status: number; readonly fields?: FieldLines | undefined }
  /** A response in one piece: its Content-Length is worked out. */
  | {
      readonly type: "respond";
      readonly status: number;
      readonly fields?: FieldLines | undefined;
      readonly content?: Uint8Array | string | undefined;
      readonly close?: boolean | undefined;
    }
  /** A response whose content follows as `data` … `end`. Without `length`: chunked for 1.1, until close for 1.0. */
  | {
      readonly type: "begin";
      readonly status: number;
      readonly fields?: FieldLines | undefined;
      readonly length?: number | undefined;
      readonly close?: boolean | undefined;
    }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end"; readonly trailers?: FieldLines | undefined }
  /** 101 (RFC 9110 §15.2.2) or 2xx to CONNECT: after it the core is done and `unread()` belongs to the next protocol. */
  | { readonly type: "switch"; readonly status: number; readonly fields?: FieldLines | undefined };

// ── client: in
export type ClientEvent =
  | { readonly type: "informational"; readonly head: ResponseHead }
  | { readonly type: "response"; readonly head: ResponseHead; readonly content: ContentLength }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end"; readonly trailers: Fields }
  /** 101, or 2xx to CONNECT: `unread()` and all that follows belong to the next protocol. */
  | { readonly type: "switched"; readonly head: ResponseHead };

// ── client: out. Several requests may be sent ahead (RFC 9112 §9.3.2). The core chooses framing and Connection, and
// writes Host where neither the fields nor the target say it.
export type ClientAction =
  | {
      readonly type: "request";
      readonly method: string;
      readonly target: string;
      readonly fields?: FieldLines;
      readonly content?: Uint8Array | string;
      /** The last request on this connection (RFC 9112 §9.6). */
      readonly close?: boolean;
    }
  /** A request whose content follows as `data` … `end`. Without `length`: chunked. */
  | {
      readonly type: "begin";
      readonly method: string;
      readonly target: string;
      readonly fields?: FieldLines;
      readonly length?: number;
      readonly close?: boolean;
    }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end"; readonly trailers?: FieldLines };
