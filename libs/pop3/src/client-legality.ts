/** What a client may send when. The tests walk the table. */
import type { Pop3Asked, Pop3ClientAction } from "./client-events.ts";

/**
 * `greeting`: the server speaks first · `refused`: it greeted with -ERR · `authorization` · `named`: USER was taken ·
 * `challenged`: our answer to a challenge is due · `transaction` · `held`: what was sent decides where we are ·
 * `securing`: TLS goes on · `quitting` · `closed`. RFC 1939 §3 knows authorization, transaction and update.
 */
export type Pop3ClientState =
  | "greeting"
  | "refused"
  | "authorization"
  | "named"
  | "challenged"
  | "transaction"
  | "held"
  | "securing"
  | "quitting"
  | "closed";

export interface Pop3ClientRule {
  readonly legal: readonly Pop3ClientState[];
  /** Where it leads as soon as it is sent. "same": nowhere, another may be sent ahead (RFC 2449 §6.6). */
  readonly leads: Pop3ClientState | "same";
}

const BEFORE: readonly Pop3ClientState[] = ["authorization"];
const INSIDE: readonly Pop3ClientState[] = ["transaction"];

export const pop3ClientLegality: Readonly<Record<Pop3ClientAction["type"], Pop3ClientRule>> = {
  // RFC 2449 §5: in both states.
  capa: { legal: ["authorization", "transaction"], leads: "same" },
  // RFC 2595 §4: in the AUTHORIZATION state only.
  stls: { legal: BEFORE, leads: "held" },
  user: { legal: ["authorization", "named"], leads: "held" },
  // RFC 1939 §7: only right behind a USER that was taken.
  pass: { legal: ["named"], leads: "held" },
  auth: { legal: BEFORE, leads: "held" },
  respond: { legal: ["challenged"], leads: "held" },
  stat: { legal: INSIDE, leads: "same" },
  list: { legal: INSIDE, leads: "same" },
  uidl: { legal: INSIDE, leads: "same" },
  retr: { legal: INSIDE, leads: "same" },
  top: { legal: INSIDE, leads: "same" },
  dele: { legal: INSIDE, leads: "same" },
  noop: { legal: INSIDE, leads: "same" },
  rset: { legal: INSIDE, leads: "same" },
  quit: { legal: ["refused", "authorization", "named", "transaction"], leads: "quitting" },
};

/** The clocks. `content`: a message or a listing runs. `update`: behind QUIT the server removes what is marked. */
export type Pop3ClientWait = "greeting" | "command" | "login" | "content" | "update";

export const pop3Waits: Readonly<Record<Pop3Asked, Exclude<Pop3ClientWait, "content">>> = {
  greeting: "greeting",
  CAPA: "command",
  STLS: "command",
  USER: "command",
  PASS: "login",
  AUTH: "login",
  STAT: "command",
  LIST: "command",
  UIDL: "command",
  RETR: "command",
  TOP: "command",
  DELE: "command",
  NOOP: "command",
  RSET: "command",
  QUIT: "update",
};
