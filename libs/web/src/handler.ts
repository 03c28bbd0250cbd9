/**
 * What an application on HTTP is here: a function from request to response, fetch-shaped but light. The engine
 * (our own sockets, or node:http) is somebody else's concern.
 */
import type { FieldLines, Fields, Version } from "@socketscope/http";
import type { Flow, Stream } from "@socketscope/socket-core";

export interface Request {
  /** Case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** As it came on the request line. */
  readonly target: string;
  /** The target's path, still percent-encoded; "*" for `OPTIONS *`. */
  readonly path: string;
  /** What follows "?", without it, still encoded; "" when there is none. */
  readonly query: string;
  readonly version: Version;
  readonly fields: Fields;
  readonly flow: Flow;
  /** Under TLS. */
  readonly secure: boolean;
  readonly body: RequestBody;
  /**
   * An interim response before the final one (RFC 9110 §15.2), such as 103 with Link. Nothing is sent to a client of
   * HTTP/1.0, nor once the final one has begun. 100 is sent when the content is read. Only of a real connection.
   */
  inform?(status: number, fields?: FieldLines): void;
  /** `then` is called once if the client goes before its response is whole; at once if it has gone. Only of a real connection. */
  onGone?(then: () => void): void;
}

/** The content of a request: read once, with backpressure; what is not read is discarded within limits. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Octets announced, or undefined when chunked. */
  readonly length: number | undefined;
  /** All of it. Throws `ContentTooLarge` (answered 413) above `limit` octets. */
  bytes(limit: number): Promise<Uint8Array>;
  text(limit: number): Promise<string>;
  /** Known when the body has ended. */
  readonly trailers: Fields | undefined;
}

/** Content that comes piece by piece. `length` in octets when it is known. Its iterator's `return` is called when the client goes. */
export interface StreamedContent {
  readonly length?: number;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Read once `pieces` has ended (RFC 9110 §6.5). */
  readonly trailers?: () => FieldLines;
}

export interface Response {
  readonly status: number;
  readonly fields?: FieldLines;
  readonly content?: string | Uint8Array | StreamedContent;
  /** Close the connection after this response. */
  readonly close?: boolean;
  /** With status 101, or 2xx to CONNECT: takes the connection over; `rest` are octets that came after the request. */
  readonly upgrade?: (stream: Stream, rest: Uint8Array) => void;
}

export type Handler = (request: Request) => Response | Promise<Response>;
