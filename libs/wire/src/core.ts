/**
 * The sans-IO contract: a protocol is a pure state machine. Bytes go in by `receive`, events come out by
 * `next`, actions become bytes by `send`. It never touches a socket, a timer or a file, so the server, the
 * client, the inspector, the fuzzer and the tests all run the very same code.
 */

/** `"end"`: the peer's FIN · `"timeout"`: the clock on `waitingFor` ran out · `"drain"`: finish what runs, begin nothing new. */
export type Input = Uint8Array | "end" | "timeout" | "drain";

/** What `next` says when there is no event: more bytes are needed · only a `send` can go on · flush, half-close, linger. */
export type Rest = "need-data" | "paused" | "closed";

export interface Core<Event, Action, Wait extends string = string> {
  /** Takes input; parses nothing yet. The caller never touches these octets again: a core may keep views of them. */
  receive(input: Input): void;
  /** The next event, or why there is none. Throws {@link RemoteError} only for a fault that ends the conversation. */
  next(): Event | Rest;
  /** The pieces of one message, in order (on UDP: of one datagram). Throws {@link LocalError} when illegal now. */
  send(action: Action): Uint8Array | readonly Uint8Array[];
  /** Takes back octets received and not consumed: they belong to the next protocol, or forbid an upgrade to TLS. */
  unread(): Uint8Array;
  /** Which of this core's clocks runs; `"us"`: it is our turn, no clock. */
  readonly waitingFor: Wait | "us";
  /** The protocol's state, a key of its legality table. */
  readonly state: string;
}
