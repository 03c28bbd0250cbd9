/** What the FTP client core says and is told (RFC 959 §4.1, §4.2). */
import type { ClientVerb } from "./client-legality.ts";
import type { Reply } from "./replies.ts";

/** What a reply can answer. */
export type AskedFtp = "greeting" | ClientVerb;

export type FtpClientEvent =
  /** Completion (2yz), more is wanted (3yz), or a refusal. */
  | { readonly type: "reply"; readonly to: AskedFtp; readonly reply: Reply }
  /** 1yz: the command's own reply is still to come. For a transfer: the data connection is about to be used. */
  | { readonly type: "preliminary"; readonly to: AskedFtp; readonly reply: Reply }
  /** 421 (RFC 959 §4.2.2), asked or not: the connection is over. */
  | { readonly type: "closing"; readonly reply: Reply };

export type FtpClientAction =
  /** `argument` as the line has it behind one blank; a pathname may begin and end with blanks. */
  | { readonly type: "command"; readonly verb: ClientVerb; readonly argument?: string | undefined }
  /** Says nothing: the data connection is done with, so the transfer's reply must come in time. */
  | { readonly type: "ended" };
