/** What all conversations of the relay share. */
import type { Reply } from "@socketscope/smtp";
import type { CloseReason, Flow } from "@socketscope/socket-core";
import type { Spooled } from "../spooled.ts";
import type { Notices } from "../delivery/notices.ts";
import type { Acceptance } from "./acceptance.ts";
import type { Accounts } from "./accounts.ts";
import type { Recipients } from "./recipients.ts";

/** Takes a message in; its memory and its files are the spool's. */
export interface SpoolDoor {
  begin(head?: Uint8Array): {
    write(octets: Uint8Array): void | Promise<void>;
    finish(): Promise<Spooled>;
    abort(): void;
  };
}

/** Who writes down what happened to a session: the inbox shows it. */
export interface SessionBook {
  loginFailed(flow: Flow, user: string): void;
  refused(flow: Flow, what: string, refusal: Reply): void;
  /** A message came by this session; `id` stands in its first Received field. Undefined: it is in no mailbox of ours. */
  brought(flow: Flow, id: string | undefined): void;
  closed(flow: Flow, reason: CloseReason): void;
}

export interface ReceptionOptions {
  readonly hostname: string;
  readonly capture: boolean;
  readonly requireAuth: boolean;
  readonly authAny: boolean;
  readonly isTrusted: (host: string) => boolean;
  readonly accounts: Accounts;
  readonly recipients: Recipients;
  readonly acceptance: Acceptance;
  readonly spool: SpoolDoor;
  readonly sessions: SessionBook;
  /** RFC 3461 §4.1: who asked for it hears of the delivery too. */
  readonly notices: Pick<Notices, "tell">;
  /** Received fields of a message before it goes in circles. RFC 5321 §6.3: at least 100. */
  readonly maxHops: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}
