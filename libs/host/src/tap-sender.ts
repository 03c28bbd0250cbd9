/**
 * A tap that sends what it is told over a stream, within a budget. What is beyond it, or more than the other side takes,
 * is counted and never waited for, and the count is sent in its place.
 */
import {
  type CloseReason,
  type Flow,
  type Intercepted,
  type Stream,
  type Tap,
} from "@socketscope/socket-core";
import type { TapRecord } from "@socketscope/recording";
import { ProgramLoad } from "./program-load.ts";
import { TapBatch } from "./tap-batch.ts";
import { FlowPace, TapBudget, type TapBudgetLimits } from "./tap-budget.ts";

export interface TapSenderLimits {
  /** Octets waiting for the inspector above which those of flows are counted only. Default 8 MiB. */
  readonly maxQueued: number;
  /** Octets gathered that are written at once. Default 64 KiB. */
  readonly batch: number;
  /** Milliseconds between two writes of less: under load the other side is woken forty times a second. Default 25. */
  readonly pause: number;
  /** Milliseconds between them while the program has hardly time for anything else. Default 100. */
  readonly busyPause: number;
  /** Without it all is carried that the other side takes. */
  readonly budget?: TapBudgetLimits;
}

export const defaultTapSenderLimits: TapSenderLimits = {
  maxQueued: 8 * 1024 * 1024,
  batch: 64 * 1024,
  pause: 25,
  busyPause: 100,
};

/** Milliseconds until what was counted is told, where nothing else of that flow is. */
const COUNTED_MS = 1000;
/** Flows of which it is told then; the others come next. */
const COUNTED_FLOWS = 32;

/** What is known of a flow, and what of it is not carried yet. */
interface Tapped {
  readonly flow: Flow;
  readonly pace: FlowPace;
  /** The other side knows it by name. */
  named: boolean;
  /** It was there before us, or was not worth its name: what it said until it gets one is not known. */
  readonly missed: Record<"in" | "out", number>;
  last: "in" | "out" | undefined;
  /** Told before it had a name. */
  protocol: string | undefined;
  secured: Extract<TapRecord, { type: "secured" }> | undefined;
}

export class TapSender implements Tap {
  readonly #limits: TapSenderLimits;
  readonly #budget: TapBudget | undefined;
  readonly #load = new ProgramLoad();
  readonly #flows = new Map<number, Tapped>();
  /** Those with octets that were counted only. */
  readonly #counted = new Set<Tapped>();
  /** Connections that came and went without a name, and their octets. */
  #unseen = { flows: 0, octets: 0 };
  readonly #batch: TapBatch;
  #countedTimer: NodeJS.Timeout | undefined;

  constructor(stream: Stream, limits: Partial<TapSenderLimits> = {}) {
    this.#limits = { ...defaultTapSenderLimits, ...limits };
    const { batch, pause, budget } = this.#limits;
    this.#budget = budget === undefined ? undefined : new TapBudget(budget);
    this.#batch = new TapBatch(stream, batch, pause);
  }

  /** Sends it behind all that was told before. */
  send(record: TapRecord): void {
    this.#batch.send(record);
  }

  /** All that was told until now, and what was counted, is the stream's. */
  flush(): void {
    this.#tellCounted(Infinity);
    this.#batch.write();
  }

  /** It is told nothing more; what was not sent is not. */
  close(): void {
    this.#batch.close();
    clearTimeout(this.#countedTimer);
  }

  opened(flow: Flow): void {
    const at = now();
    const tapped = this.#begin(flow);
    if (!this.#carriesEvent(at)) return;
    tapped.named = true;
    this.send({ type: "opened", at, flow: nameOf(flow) });
  }
  refused(remote: Flow["remote"], local: Flow["local"], rule: string): void {
    const at = now();
    if (this.#carriesEvent(at)) this.send({ type: "refused", at, remote, local, rule });
    else this.#missFlow(0);
  }
  speaks(flow: Flow, protocol: string): void {
    const tapped = this.#tapped(flow);
    tapped.protocol = protocol;
    if (tapped.named) this.send({ type: "speaks", at: now(), flow: flow.id, protocol });
  }
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    const tapped = this.#tapped(flow);
    const record = {
      type: "secured",
      at: now(),
      flow: flow.id,
      protocol,
      cipher,
      ...(alpn !== undefined && { alpn }),
    } as const;
    tapped.secured = record;
    if (!tapped.named) return;
    this.#settle(tapped);
    this.send(record);
  }
  cleared(flow: Flow): void {
    const tapped = this.#tapped(flow);
    tapped.secured = undefined;
    if (!tapped.named) return;
    this.#settle(tapped);
    this.send({ type: "cleared", at: now(), flow: flow.id });
  }
  closed(flow: Flow, reason: CloseReason): void {
    const tapped = this.#flows.get(flow.id) ?? this.#begin(flow);
    this.#flows.delete(flow.id);
    this.#counted.delete(tapped);
    if (!tapped.named) return this.#missFlow(tapped.missed.in + tapped.missed.out);
    this.#settle(tapped);
    this.send({ type: "closed", at: now(), flow: flow.id, reason });
  }

  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    const at = now();
    const tapped = this.#tapped(flow);
    if (this.#budget !== undefined) {
      const busy = this.#load.isBusy(at);
      this.#budget.busy = busy;
      this.#batch.pause = busy ? this.#limits.busyPause : this.#limits.pause;
    }
    const begins = tapped.last !== direction;
    tapped.last = direction;
    const carried = this.full
      ? 0
      : (this.#budget?.carries(tapped.pace, bytes.length, begins, at) ?? bytes.length);
    if (carried > 0) {
      if (!tapped.named) this.#name(tapped, at);
      this.#settle(tapped);
      const whole = carried === bytes.length;
      this.#batch.octets({ at, flow: flow.id, direction }, whole ? bytes : bytes.subarray(0, carried));
    }
    if (carried < bytes.length) this.#miss(tapped, direction, bytes.length - carried);
  }

  intercepted(flow: Flow, { chunk, direction, outcome, before, after }: Intercepted): void {
    // Of what can be done without when the other side is slow.
    if (this.full) return;
    const at = now();
    const tapped = this.#tapped(flow);
    if (!tapped.named) this.#name(tapped, at);
    const changed = outcome === "answered" || !Buffer.from(before).equals(after);
    this.send({
      type: "intercepted",
      at,
      flow: flow.id,
      chunk,
      direction,
      outcome,
      before: before.length,
      after: after.length,
      changed,
      ...(direction === "out" && changed && { was: firstLine(before) }),
    });
  }

  /** More waits than the other side takes. */
  get full(): boolean {
    return this.#batch.queued > this.#limits.maxQueued;
  }

  #carriesEvent(at: number): boolean {
    return !this.full && (this.#budget?.carriesEvent(at) ?? true);
  }

  #begin(flow: Flow): Tapped {
    const missed = { in: 0, out: 0 };
    const tapped: Tapped = {
      flow,
      pace: new FlowPace(),
      named: false,
      missed,
      last: undefined,
      protocol: undefined,
      secured: undefined,
    };
    this.#flows.set(flow.id, tapped);
    const below = flow.parent === undefined ? undefined : this.#flows.get(flow.parent);
    // Of the same two ends: no connection of its own, as FTP's for data is, but what is in that one.
    if (below !== undefined && isBetween(flow, below.flow)) below.pace.toldWithin = true;
    return tapped;
  }

  #tapped(flow: Flow): Tapped {
    const known = this.#flows.get(flow.id);
    if (known !== undefined) return known;
    // It was open before we listened: what it has said until now nobody knows.
    const tapped = this.#begin(flow);
    const at = now();
    if (this.#carriesEvent(at)) this.#name(tapped, at);
    return tapped;
  }

  /** Later than it was opened. */
  #name(tapped: Tapped, at: number): void {
    tapped.named = true;
    const { flow, protocol, secured } = tapped;
    this.send({ type: "opened", at, flow: nameOf(flow), joined: true });
    if (protocol !== undefined) this.send({ type: "speaks", at, flow: flow.id, protocol });
    if (secured !== undefined) this.send(secured);
  }

  #miss(tapped: Tapped, direction: "in" | "out", octets: number): void {
    tapped.missed[direction] += octets;
    this.#counted.add(tapped);
    this.#tellCountedLater();
  }

  #missFlow(octets: number): void {
    this.#unseen.flows += 1;
    this.#unseen.octets += octets;
    this.#tellCountedLater();
  }

  #tellCountedLater(): void {
    this.#countedTimer ??= setTimeout(() => {
      this.#countedTimer = undefined;
      if (this.full) this.#tellCountedLater();
      else this.#tellCounted();
    }, COUNTED_MS).unref();
  }

  #tellCounted(most = COUNTED_FLOWS): void {
    const at = now();
    // Whoever is told of stands behind the others when it is counted again.
    for (const tapped of [...this.#counted].slice(0, most)) {
      if (!tapped.named && this.#carriesEvent(at)) this.#name(tapped, at);
      if (tapped.named) this.#settle(tapped);
    }
    const { flows, octets } = this.#unseen;
    this.#unseen = { flows: 0, octets: 0 };
    if (flows > 0) this.send({ type: "unseen", at, flows, octets });
    if (this.#counted.size > 0) this.#tellCountedLater();
  }

  /** What was counted and not sent is told before anything else of that flow. */
  #settle(tapped: Tapped): void {
    const { missed, flow } = tapped;
    if (missed.in + missed.out === 0) return;
    for (const direction of ["in", "out"] as const) {
      if (missed[direction] > 0)
        this.send({ type: "gap", at: now(), flow: flow.id, direction, octets: missed[direction] });
      missed[direction] = 0;
    }
    this.#counted.delete(tapped);
  }
}

/** Characters of a first line that is told. */
const SHOWN_LINE = 200;

function firstLine(octets: Uint8Array): string {
  const [line = ""] = Buffer.from(octets.subarray(0, SHOWN_LINE))
    .toString("latin1")
    .split(/[\r\n]/, 1);
  return line;
}

const ORIGIN = performance.timeOrigin;

/** Milliseconds since 1970, in fractions, on the monotonic clock. */
export function now(): number {
  return ORIGIN + performance.now();
}

function isBetween({ local, remote }: Flow, other: Flow): boolean {
  return isSame(local, other.local) && isSame(remote, other.remote);
}

function isSame(one: Flow["local"], other: Flow["local"]): boolean {
  return one.port === other.port && one.host === other.host;
}

function nameOf({ id, transport, local, remote, parent }: Flow): Flow {
  return { id, transport, local, remote, ...(parent !== undefined && { parent }) };
}
