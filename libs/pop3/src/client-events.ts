/** What the POP3 client core says and is told (RFC 1939, RFC 2449, RFC 2595, RFC 5034). */
import type { Verb } from "./commands.ts";
import type { Pop3Response } from "./responses.ts";

/** What a response can answer: a command, or the greeting's due. */
export type Pop3Asked = "greeting" | Verb;

/** Whose +OK has lines behind it. */
export type Pop3Listed = "CAPA" | "LIST" | "UIDL";

export type Pop3ClientEvent =
  /** Responses come in the order of what was asked. Behind a good one to RETR and TOP: pieces and an end; to a listing: lines and an end. */
  | { readonly type: "response"; readonly to: Pop3Asked; readonly response: Pop3Response }
  /** Of a message, dots taken off: a view. */
  | { readonly type: "piece"; readonly octets: Uint8Array }
  /** Of a listing, without its line end. */
  | { readonly type: "line"; readonly to: Pop3Listed; readonly text: string }
  /** The message or the listing is whole. `bare`: a CR or LF stands alone in the message. */
  | { readonly type: "end"; readonly to: Verb; readonly bare: "bare-cr" | "bare-lf" | undefined }
  /** `+`, decoded from base64; undefined when it was none: cancel then (RFC 5034 §4). */
  | { readonly type: "challenge"; readonly octets: Uint8Array | undefined }
  /** An -ERR that nobody had asked for: the server takes its leave, the connection is over. */
  | { readonly type: "closing"; readonly response: Pop3Response };

export type Pop3ClientAction =
  | { readonly type: "capa" }
  | { readonly type: "stls" }
  | { readonly type: "user"; readonly name: string }
  | { readonly type: "pass"; readonly password: string }
  /** `initial`: sent with the command (RFC 5034 §4); empty is not the same as none. */
  | { readonly type: "auth"; readonly mechanism: string; readonly initial?: Uint8Array | undefined }
  | { readonly type: "respond"; readonly octets: Uint8Array | "cancel" }
  | { readonly type: "stat" }
  /** Without a number: of all. */
  | { readonly type: "list"; readonly number?: number | undefined }
  | { readonly type: "uidl"; readonly number?: number | undefined }
  | { readonly type: "retr"; readonly number: number }
  /** `lines` of the text behind the header section. */
  | { readonly type: "top"; readonly number: number; readonly lines: number }
  | { readonly type: "dele"; readonly number: number }
  | { readonly type: "noop" }
  | { readonly type: "rset" }
  | { readonly type: "quit" };
