/** What an application holds of one conversation: its policy (Session) and the line it answers on (Link). */
import type { Core, RemoteError } from "@socketscope/wire";
import type { CloseReason } from "./flow.ts";
import type { SecuringHow, Stream } from "./stream.ts";
import type { TlsOptions } from "./tls.ts";

/** "start": only a finished event pushes it back (slow loris). "progress": every octet does. */
export interface Clock {
  readonly ms: number;
  readonly from: "start" | "progress";
}

export type Clocks<Wait extends string> = { readonly [W in Wait]: Clock };

/** One conversation's policy. A promise from `on` holds the next event: that is the application's backpressure. */
export interface Session<Event, Action> {
  on(event: Event, link: Link<Action>): void | Promise<void>;
  /** Exactly once, also after a handler's own end: let go of files, waiters, transfers. */
  closed?(reason: CloseReason): void;
  /** The peer broke the protocol: the answer has been sent, the connection ends. For logs. */
  refused?(error: RemoteError): void;
  /** A handler of ours failed (a bug): the connection is cut and this is told, or the process warns. Never on the wire. */
  failed?(error: unknown): void;
}

/** May be kept and used at any time: an answer, a push, an answer that comes late. */
export interface Link<Action> {
  readonly stream: Stream;
  readonly state: string;
  /** False: over the high-water mark, `await drained()` or drop the frame. After the end: true, and the octets go nowhere. */
  send(action: Action): boolean;
  /** As `send`, for a caller that has done all it had to do: the next event may come before this returns. */
  answer(action: Action): void;
  /** Resolves when there is room below the high-water mark again, or the connection has gone. */
  drained(): Promise<void>;
  /** The next protocol goes on with `unread()` (101 Upgrade, PROXY header, CONNECT). */
  become<E extends object, A, W extends string>(
    protocol: string,
    core: Core<E, A, W>,
    session: Session<E, A>,
    clocks: Clocks<W>,
  ): Link<A>;
  /** Leaves the stream to somebody who is no core (a tunnel): returns the octets received and not consumed. */
  release(): Uint8Array;
  /**
   * Refuses (SocketError "PLAINTEXT_BEFORE_TLS") when a plaintext octet is unread in the core or in the socket;
   * `answer` leaves in the same turn; the fresh core forgets what was said.
   */
  startTls<E extends object, A, W extends string>(
    answer: Action | undefined,
    tls: TlsOptions,
    core: Core<E, A, W>,
    session: Session<E, A>,
    clocks: Clocks<W>,
    how?: SecuringHow,
  ): Promise<Link<A>>;
  /** `answer` leaves under TLS, and the same core goes on in clear behind it: see `Stream.leaveTls`. */
  leaveTls(answer: Action, protocol: string): Promise<void>;
  end(reason?: CloseReason): void;
}
