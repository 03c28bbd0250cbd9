/**
 * The intercept of a listener: the faults that are set, changeable while it runs, and what they hold. Without a fault
 * no stream knows of it. It stands between the tap and the core, above TLS:
 *
 *     kernel ⇄ TLS ⇄ tap ⇄ intercept ⇄ core
 */
import {
  checkFault,
  defaultFaultLimits,
  FaultError,
  type ActiveFault,
  type Fault,
  type FaultLimits,
} from "./fault.ts";
import type { Held, Holder, LaneOffice } from "./intercept-contract.ts";
import { Interception, type InterceptedStream } from "./interception.ts";
import { now } from "./sweep.ts";

export interface InterceptLimits extends FaultLimits {
  /** Milliseconds after which a held chunk goes on by itself. Default 5 min. */
  readonly holdMs: number;
  /**
   * Octets that may wait, over all flows; one that would go above it is cut (reason "limit"). Default 64 MiB. Of one
   * flow no more than a read waits on its way in, for then the socket rests; on the way out they count as queued
   * (see StreamLimits: highWaterMark, maxQueuedOctets).
   */
  readonly heldOctets: number;
}

export const defaultInterceptLimits: InterceptLimits = {
  ...defaultFaultLimits,
  holdMs: 300_000,
  heldOctets: 64 * 1024 * 1024,
};

/** When. A test brings its own. */
export interface InterceptTime {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Returns what cancels it. */
  after(ms: number, act: () => void): () => void;
}

const realTime: InterceptTime = {
  now,
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

let lastFault = 0;
let lastChunk = 0;

export class Intercept {
  readonly limits: InterceptLimits;
  readonly #sources = new Set<Iterable<InterceptedStream>>();
  readonly #interceptions = new Map<InterceptedStream, Interception>();
  readonly #holders = new Map<number, Holder>();
  readonly #office: LaneOffice;
  #faults: readonly ActiveFault[] = [];
  #waiting = 0;

  constructor(limits: Partial<InterceptLimits> = {}, time: InterceptTime = realTime) {
    this.limits = { ...defaultInterceptLimits, ...limits };
    const faults = (): readonly ActiveFault[] => this.#faults;
    this.#office = {
      get faults() {
        return faults();
      },
      limits: this.limits,
      now: () => time.now(),
      after: (ms, act) => time.after(ms, act),
      nextChunk: () => ++lastChunk,
      reserve: (octets) => this.#reserve(octets),
      free: (octets) => {
        this.#waiting -= octets;
      },
      held: (chunk, holder) => void this.#holders.set(chunk, holder),
      letGo: (chunk) => void this.#holders.delete(chunk),
    };
  }

  get faults(): readonly ActiveFault[] {
    return this.#faults;
  }
  /** Whether a listener obeys it. One whose sockets a library reads (node:http) cannot. */
  get obeyed(): boolean {
    return this.#sources.size > 0;
  }
  /** Octets that wait now, over all flows. */
  get waiting(): number {
    return this.#waiting;
  }

  /** All or nothing: throws {@link FaultError}, and the old ones stay. What waited for an old one goes on. */
  replace(faults: readonly Fault[]): readonly ActiveFault[] {
    if (faults.length > this.limits.faults)
      throw new FaultError("faults", `no more than ${this.limits.faults}`);
    for (const fault of faults) checkFault(fault, this.limits);
    this.#change(faults.map((fault) => ({ ...fault, id: String(++lastFault), acted: 0 })));
    return this.#faults;
  }

  /** Throws {@link FaultError}. */
  add(fault: Fault): ActiveFault {
    if (this.#faults.length >= this.limits.faults)
      throw new FaultError("faults", `no more than ${this.limits.faults}`);
    checkFault(fault, this.limits);
    const active = { ...fault, id: String(++lastFault), acted: 0 };
    this.#change([...this.#faults, active]);
    return active;
  }

  /** False: there is none of that name. What waited for it goes on. */
  remove(id: string): boolean {
    const left = this.#faults.filter((fault) => fault.id !== id);
    if (left.length === this.#faults.length) return false;
    this.#change(left);
    return true;
  }

  /** What somebody must let go, in the order in which it was held. */
  held(): readonly Held[] {
    return [...this.#holders.values()].flatMap(({ held }) => (held === undefined ? [] : [held]));
  }

  /** Lets a held chunk go on, with other octets if there are any. False: it is held no more. */
  release(chunk: number, octets?: Uint8Array): boolean {
    const holder = this.#holders.get(chunk);
    holder?.release(octets);
    return holder !== undefined;
  }

  /** A held chunk goes nowhere, and the peer gets these octets instead. False: it is held no more. */
  answer(chunk: number, octets: Uint8Array): boolean {
    const holder = this.#holders.get(chunk);
    holder?.answer(octets);
    return holder !== undefined;
  }

  /** A held chunk goes nowhere. False: it is held no more. */
  discard(chunk: number): boolean {
    const holder = this.#holders.get(chunk);
    holder?.discard();
    return holder !== undefined;
  }

  /** For a listener: its streams are intercepted while faults are set. Returns what takes them out again. */
  watch(streams: Iterable<InterceptedStream>): () => void {
    this.#sources.add(streams);
    return () => void this.#sources.delete(streams);
  }

  /** For a listener: a stream has opened. */
  opened(stream: InterceptedStream): void {
    if (this.#faults.length === 0) return;
    const interception = new Interception(stream, this.#office, () => this.#interceptions.delete(stream));
    this.#interceptions.set(stream, interception);
    stream.intercept(interception);
  }

  #change(faults: readonly ActiveFault[]): void {
    this.#faults = faults;
    for (const interception of this.#interceptions.values()) interception.faultsChanged();
    for (const streams of this.#sources)
      for (const stream of streams) if (!this.#interceptions.has(stream)) this.opened(stream);
  }

  #reserve(octets: number): boolean {
    if (this.#waiting + octets > this.limits.heldOctets) return false;
    this.#waiting += octets;
    return true;
  }
}
