/** Whom a UDP endpoint talks with: a core for each, in a bounded table. UDP has no connections, so silence ends them. */
import type { Core } from "@socketscope/wire";
import type { Address, Flow } from "./flow.ts";

export interface UdpPeer<Event, Action> {
  readonly flow: Flow;
  readonly core: Core<Event, Action>;
  /** The admission counted it in and must be told of its end. */
  readonly admitted: boolean;
  /** Milliseconds of the monotonic clock: when the last datagram came or went. */
  lastSeen: number;
}

export class UdpPeers<Event, Action> implements Iterable<UdpPeer<Event, Action>> {
  readonly #max: number;
  readonly #peers = new Map<string, UdpPeer<Event, Action>>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#peers.size;
  }
  /** A full table takes nobody: throwing out another would let a flood of forged senders end every real talk. */
  get full(): boolean {
    return this.#peers.size >= this.#max;
  }

  find(remote: Address): UdpPeer<Event, Action> | undefined {
    return this.#peers.get(keyOf(remote));
  }

  add(peer: UdpPeer<Event, Action>): void {
    this.#peers.set(keyOf(peer.flow.remote), peer);
  }

  /** False: it was not there (any more). */
  remove(peer: UdpPeer<Event, Action>): boolean {
    const key = keyOf(peer.flow.remote);
    return this.#peers.get(key) === peer && this.#peers.delete(key);
  }

  [Symbol.iterator](): Iterator<UdpPeer<Event, Action>> {
    return this.#peers.values();
  }
}

function keyOf(remote: Address): string {
  return `${remote.host} ${remote.port}`;
}
