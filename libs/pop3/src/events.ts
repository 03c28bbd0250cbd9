/** What the server core tells, and what it is told. Each event waits for one answer. */

export type Pop3ServerEvent =
  | { readonly type: "connected" }
  /** USER and PASS are both there. */
  | { readonly type: "login"; readonly user: string; readonly password: string }
  | { readonly type: "authenticate"; readonly mechanism: string; readonly initial: Uint8Array | undefined }
  | { readonly type: "response"; readonly octets: Uint8Array | "cancel" }
  | { readonly type: "stls" }
  | { readonly type: "stat" }
  /** Without a number: all. */
  | { readonly type: "list"; readonly number: number | undefined }
  | { readonly type: "uidl"; readonly number: number | undefined }
  /** `lines` of the text behind the header section; undefined: all of it. */
  | { readonly type: "retrieve"; readonly number: number; readonly lines: number | undefined }
  | { readonly type: "delete"; readonly number: number }
  | { readonly type: "reset" }
  /** `update`: what is marked is to be removed now (RFC 1939 §6). */
  | { readonly type: "quit"; readonly update: boolean }
  /** Answered by the core: the text to send. */
  | { readonly type: "said"; readonly answer: Pop3ServerAction }
  /** A fault the session goes on after. */
  | { readonly type: "refused"; readonly answer: Pop3ServerAction };

export type Pop3ServerAction =
  /** `+OK text`. After a login it opens the transaction, after QUIT it closes. */
  | { readonly type: "ok"; readonly text: string }
  /** `-ERR [code] text`: RFC 2449 §8, RFC 3206 §4 name the codes. `close`: the connection ends. */
  | { readonly type: "err"; readonly code?: ErrorCode; readonly text: string; readonly close?: boolean }
  | { readonly type: "challenge"; readonly octets: Uint8Array }
  /** `+OK text`, the lines, and the dot. */
  | { readonly type: "lines"; readonly text: string; readonly lines: readonly string[] }
  /** `+OK text`; then `data` and one `end`. */
  | { readonly type: "begin"; readonly text: string }
  | { readonly type: "data"; readonly octets: Uint8Array }
  | { readonly type: "end" };

export type ErrorCode = "IN-USE" | "LOGIN-DELAY" | "SYS/TEMP" | "SYS/PERM" | "AUTH";

export type Pop3ServerWait = "command" | "challenge";
