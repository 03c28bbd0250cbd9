/** A socket as a system's table tells of it. */
import type { HostPort } from "@socketscope/host";

export interface Entry {
  readonly transport: "tcp" | "udp";
  /** RFC 9293 §3.3.2's names: LISTEN, ESTABLISHED, …; "" for UDP. */
  readonly state: string;
  readonly local: HostPort;
  /** Undefined: anybody. */
  readonly remote: HostPort | undefined;
  /** Octets that wait in the kernel: for this program to read them, for the other end to have them. Absent: none, or not told. */
  readonly waiting?: Waiting;
}

export interface Waiting {
  readonly unread: number;
  readonly unsent: number;
}

/** Of a socket that listens the kernel counts connections there, not octets. */
export function waitingIn(state: string, unread: number, unsent: number): { readonly waiting?: Waiting } {
  return state === "LISTEN" || (unread === 0 && unsent === 0) ? {} : { waiting: { unread, unsent } };
}
