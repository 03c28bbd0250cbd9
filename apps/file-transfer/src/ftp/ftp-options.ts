/** What the FTP side goes by, whichever engine speaks. */
import type { Flow, Tls } from "@socketscope/socket-core";
import type { Accounts } from "../accounts/accounts.ts";
import type { Files } from "../files/file-system.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { FtpTransfer } from "./transfer-record.ts";

export interface FtpPolicyOptions {
  readonly accounts: Pick<Accounts, "withPassword" | "isAnonymous">;
  readonly files: Files;
  /** No login and no data in clear. */
  readonly requireTls: boolean;
  /** Milliseconds before a failed login is answered; doubles with each of a session. */
  readonly loginDelay: number;
  /** Sessions of one user at once. */
  readonly sessionsPerUser: number;
  /** TYPE A converts line ends. */
  readonly ascii: boolean;
  /** ms since 1970. */
  readonly now: () => number;
  /** Where whoever looks finds who is here. */
  readonly sessions?: Sessions;
  /** For logs. */
  readonly loggedIn: (peer: Peer, user: string) => void;
  readonly loginFailed: (peer: Peer, user: string) => void;
  readonly transferred: (peer: Peer, transfer: FtpTransfer) => void;
  /** A mistake of ours: the client got 451. */
  readonly onError: (error: unknown) => void;
}

export interface Peer {
  readonly flow: Flow;
  /** "ftps": TLS from the first octet. */
  readonly role: FtpRole;
  /** Of the control connection, asked at every step: AUTH TLS changes it. */
  secure(): boolean;
  /** Where the engine can tell. */
  tls?(): Tls | undefined;
}

export type FtpRole = "ftp" | "ftps";
