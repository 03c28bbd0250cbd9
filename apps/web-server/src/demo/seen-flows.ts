/** What the tap told of each connection. Of a connection that it did not tell of, nothing is known here. */
import type { Address, CloseReason, Flow, Tap } from "@socketscope/socket-core";

/** Times in milliseconds of the monotonic clock, octets above TLS. Undefined: did not happen yet. */
export interface SeenFlow {
  readonly flow: Flow;
  readonly openedAt: number;
  readonly securedAt: number | undefined;
  /** "TLSv1.3". */
  readonly tls: string | undefined;
  /** "http", "websocket". */
  readonly protocol: string;
  /** Since when it speaks that. */
  readonly protocolAt: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
  readonly closed: { readonly at: number; readonly reason: CloseReason } | undefined;
}

/** Called when something happened beside the coming and going of octets. */
type Watcher = () => void;

class Seen implements SeenFlow {
  readonly flow: Flow;
  readonly openedAt: number;
  securedAt: number | undefined;
  tls: string | undefined;
  protocol = "";
  protocolAt: number;
  octetsIn = 0;
  octetsOut = 0;
  closed: SeenFlow["closed"];
  watcher: Watcher | undefined;

  constructor(flow: Flow, at: number) {
    this.flow = flow;
    this.openedAt = at;
    this.protocolAt = at;
  }
}

export class SeenFlows implements Tap {
  readonly #open = new Map<Flow, Seen>();
  readonly #max: number;
  readonly #now: () => number;

  /** `max`: connections remembered while they are open. */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  /** Undefined when its opening was not seen. */
  of(flow: Flow): SeenFlow | undefined {
    return this.#open.get(flow);
  }

  /** What is seen stays with who asked, also after the connection closed. */
  watch(flow: Flow, watcher: Watcher): void {
    const seen = this.#open.get(flow);
    if (seen !== undefined) seen.watcher = watcher;
  }

  opened(flow: Flow): void {
    if (this.#open.size < this.#max) this.#open.set(flow, new Seen(flow, this.#now()));
  }

  refused(_remote: Address, _local: Address, _rule: string): void {
    // Nobody's page shows it: who was refused has none.
  }

  speaks(flow: Flow, protocol: string): void {
    const seen = this.#open.get(flow);
    if (seen === undefined) return;
    seen.protocol = protocol;
    seen.protocolAt = this.#now();
    seen.watcher?.();
  }

  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    const seen = this.#open.get(flow);
    if (seen === undefined) return;
    if (direction === "in") seen.octetsIn += bytes.length;
    else seen.octetsOut += bytes.length;
  }

  secured(flow: Flow, protocol: string, _cipher: string, _alpn: string | undefined): void {
    const seen = this.#open.get(flow);
    if (seen === undefined) return;
    seen.securedAt = this.#now();
    seen.tls = protocol;
    seen.watcher?.();
  }

  closed(flow: Flow, reason: CloseReason): void {
    const seen = this.#open.get(flow);
    if (seen === undefined) return;
    this.#open.delete(flow);
    seen.closed = { at: this.#now(), reason };
    seen.watcher?.();
  }
}
