/**
 * A UDP endpoint with one core per peer. One receive is one datagram, one send is one datagram; there is no
 * backpressure: what cannot be kept or sent is dropped and counted. (The kernel drops on its own when we are slow,
 * and does not tell: `dropped` counts what reached us.)
 */
import { LimitError, RemoteError, type Core, type Input } from "@socketscope/wire";
import type { Admission } from "./admission.ts";
import type { Address, CloseReason, Flow } from "./flow.ts";
import { nextFlowId } from "./flow-id.ts";
import { now, unwatch, watch, type Swept } from "./sweep.ts";
import { TapPoint } from "./tap-point.ts";
import type { GroupOptions, GroupSending } from "./udp-groups.ts";
import { UdpPeers, type UdpPeer } from "./udp-peers.ts";
import { UdpSocket } from "./udp-socket.ts";
import { warn } from "./warn.ts";

export interface UdpOptions {
  /** A literal IPv4 or IPv6 address; to hear a group on Linux: the group itself, 0.0.0.0 or ::. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What the datagrams are, for the tap: "rtp", "mpegts", … */
  readonly protocol: string;
  /** Several sockets on one address and port, as receivers of one group need. Default false. */
  readonly reuseAddress?: boolean;
  readonly tap?: TapPoint;
  /** Asked for each new peer; drop and reject are the same here, no answer leaves. */
  readonly admission?: Admission;
  /** Milliseconds of silence, both ways, after which a peer is forgotten (its core hears "timeout"). */
  readonly idleMs: number;
  /** Peers at once; a datagram of one more is dropped. */
  readonly maxPeers: number;
  /** Octets that the system has not taken, above which a send is dropped. Default 1 MiB. */
  readonly maxQueuedOctets?: number;
  /** Octets that the system keeps for us while we are busy; it may allow less, and says nothing. Default: as the system has it. */
  readonly receiveBuffer?: number;
}

export interface UdpEndpoint<Action> extends AsyncDisposable {
  /** As bound. It is also the local half of each flow: bound to 0.0.0.0 or ::, the system does not tell which address was meant. */
  readonly address: Address;
  readonly open: ReadonlySet<Flow>;
  /** Datagrams, both ways, that were dropped: table full, refused by the admission, queue full, not taken by the system. */
  readonly dropped: number;
  /** One datagram. False: dropped. Throws LocalError for a host that is no literal address or a datagram too long. */
  send(to: Address, action: Action): boolean;
  /** Hears a group. Throws SocketError. */
  join(group: string, options?: GroupOptions): void;
  leave(group: string, options?: GroupOptions): void;
  /** How our own datagrams to groups go. Until called: loopback interface, TTL 1, heard by ourselves. */
  sendToGroups(options: GroupSending): void;
  /** Whether datagrams may go to a broadcast address. Default off, as the system has it. */
  broadcast(on: boolean): void;
}

const DEFAULT_MAX_QUEUED = 1024 * 1024;

/** Rejects with SocketError when the address cannot be had. `on` is called for each event of each peer's core. */
export async function bindUdp<Event extends object, Action>(
  options: UdpOptions,
  make: (from: Address) => Core<Event, Action>,
  on: (event: Event, from: Address) => void,
): Promise<UdpEndpoint<Action>> {
  const endpoint = new Endpoint(options, make, on);
  await endpoint.bind();
  return endpoint;
}

class Endpoint<Event extends object, Action> implements UdpEndpoint<Action>, Swept {
  readonly open = new Set<Flow>();
  dropped = 0;
  readonly #options: UdpOptions;
  readonly #make: (from: Address) => Core<Event, Action>;
  readonly #on: (event: Event, from: Address) => void;
  readonly #socket: UdpSocket;
  readonly #tap: TapPoint;
  readonly #peers: UdpPeers<Event, Action>;
  #address: Address;
  #nextSweep = 0;
  #state: "open" | "closing" | "closed" = "open";

  constructor(
    options: UdpOptions,
    make: (from: Address) => Core<Event, Action>,
    on: (event: Event, from: Address) => void,
  ) {
    const { host, port, reuseAddress = false, maxQueuedOctets = DEFAULT_MAX_QUEUED, receiveBuffer } = options;
    this.#options = options;
    this.#make = make;
    this.#on = on;
    this.#tap = options.tap ?? new TapPoint();
    this.#peers = new UdpPeers(options.maxPeers);
    this.#address = { host, port };
    this.#socket = new UdpSocket({ host, port, reuseAddress, maxQueuedOctets, receiveBuffer }, () => {
      this.dropped += 1;
    });
  }

  get address(): Address {
    return this.#address;
  }

  async bind(): Promise<void> {
    this.#address = await this.#socket.bind((datagram, from) => this.#receive(datagram, from));
    watch(this);
  }

  #receive(datagram: Uint8Array, from: Address): void {
    if (this.#state !== "open") return;
    const peer = this.#peers.find(from) ?? this.#meet(from);
    if (peer === undefined) return;
    peer.lastSeen = now();
    this.#tap.bytes(peer.flow, "in", datagram);
    this.#tell(peer, datagram);
  }

  /** A sender not seen before. Undefined: nobody we talk with. */
  #meet(from: Address): UdpPeer<Event, Action> | undefined {
    if (this.#peers.full) {
      this.dropped += 1;
      return undefined;
    }
    const { admission } = this.#options;
    const verdict = admission?.admit(from, this.#address);
    if (verdict !== undefined && verdict.action !== "allow") {
      this.dropped += 1;
      this.#tap.refused(from, this.#address, verdict.rule);
      return undefined;
    }
    try {
      return this.#addPeer(from, admission !== undefined);
    } catch (bug) {
      admission?.release(from);
      this.dropped += 1;
      warn(bug);
      return undefined;
    }
  }

  #addPeer(remote: Address, admitted: boolean): UdpPeer<Event, Action> {
    const flow: Flow = { id: nextFlowId(), transport: "udp", local: this.#address, remote };
    const peer = { flow, core: this.#make(remote), admitted, lastSeen: now() };
    this.#peers.add(peer);
    this.open.add(flow);
    this.#tap.opened(flow);
    this.#tap.speaks(flow, this.#options.protocol);
    return peer;
  }

  /** Input, then events until the core rests. Whoever ends, breaks the protocol or meets a bug of ours is forgotten, alone. */
  #tell(peer: UdpPeer<Event, Action>, input: Input): void {
    try {
      peer.core.receive(input);
      // an event's handler may dispose of the endpoint: its peers are forgotten then, in the middle of their events
      while (this.open.has(peer.flow)) {
        const event = peer.core.next();
        if (event === "closed") return this.#forget(peer, "we-ended");
        if (typeof event === "string") return;
        this.#on(event, peer.flow.remote);
      }
    } catch (error) {
      if (error instanceof RemoteError) this.#refuse(peer, error);
      else this.#failed(peer, error);
    }
  }

  #refuse(peer: UdpPeer<Event, Action>, error: RemoteError<Action>): void {
    try {
      if (error.answer !== undefined) this.#emit(peer, peer.core.send(error.answer));
      this.#forget(peer, error instanceof LimitError ? "limit" : "protocol");
    } catch (bug) {
      this.#failed(peer, bug);
    }
  }

  /** A bug of ours ends this peer's talk and is said aloud; the others go on. */
  #failed(peer: UdpPeer<Event, Action>, error: unknown): void {
    warn(error);
    this.#forget(peer, "internal");
  }

  #forget(peer: UdpPeer<Event, Action>, reason: CloseReason): void {
    if (!this.#peers.remove(peer)) return;
    this.open.delete(peer.flow);
    this.#tap.closed(peer.flow, reason);
    if (peer.admitted) this.#options.admission?.release(peer.flow.remote);
  }

  send(to: Address, action: Action): boolean {
    if (this.#state === "closed") return true;
    const known = this.#peers.find(to);
    if (known !== undefined) return this.#emit(known, known.core.send(action));
    this.#socket.checkAddress(to);
    if (this.#peers.full) {
      this.dropped += 1;
      return false;
    }
    // whom we speak to first was chosen by us: the admission is not asked, and has nothing to release
    const peer = this.#addPeer(to, false);
    return this.#emit(peer, peer.core.send(action));
  }

  #emit(peer: UdpPeer<Event, Action>, pieces: Uint8Array | readonly Uint8Array[]): boolean {
    const datagram = pieces instanceof Uint8Array ? pieces : Buffer.concat(pieces);
    this.#socket.checkLength(datagram);
    if (!this.#socket.hasRoomFor(datagram)) {
      this.dropped += 1;
      return false;
    }
    peer.lastSeen = now();
    this.#tap.bytes(peer.flow, "out", datagram);
    this.#socket.send(datagram, peer.flow.remote);
    return true;
  }

  join(group: string, options?: GroupOptions): void {
    this.#socket.join(group, options);
  }
  leave(group: string, options?: GroupOptions): void {
    this.#socket.leave(group, options);
  }
  sendToGroups(options: GroupSending): void {
    this.#socket.sendToGroups(options);
  }
  broadcast(on: boolean): void {
    this.#socket.broadcast(on);
  }

  /** Looks four times in `idleMs`, so a peer lives at most a quarter longer than that. */
  sweep(at: number): void {
    const { idleMs } = this.#options;
    if (at < this.#nextSweep) return;
    this.#nextSweep = at + idleMs / 4;
    for (const peer of this.#peers) if (at - peer.lastSeen >= idleMs) this.#dismiss(peer, "timeout");
  }

  /** The core hears why, may say a last word, and is forgotten. */
  #dismiss(peer: UdpPeer<Event, Action>, reason: "timeout" | "drained"): void {
    this.#tell(peer, reason === "timeout" ? "timeout" : "drain");
    this.#forget(peer, reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closing";
    unwatch(this);
    for (const peer of this.#peers) this.#dismiss(peer, "drained");
    this.#state = "closed";
    await this.#socket.close();
  }
}
