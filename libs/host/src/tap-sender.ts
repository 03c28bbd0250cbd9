/**
 * A tap that sends what it is told over a stream. It copies octets into batches, one write for each turn; when the other
 * side is too slow, octets are dropped and counted, and the count is sent in their place.
 */
import {
  type CloseReason,
  type Flow,
  type Intercepted,
  type Stream,
  type Tap,
} from "@socketscope/socket-core";
import { BYTES_HEAD, formatLinkRecord, type TapRecord, writeBytesHead } from "@socketscope/recording";

export interface TapSenderLimits {
  /** Octets waiting for the inspector above which those of flows are counted only. Default 8 MiB. */
  readonly maxQueued: number;
  /** Octets gathered before a turn ends that are written at once. Default 64 KiB. */
  readonly batch: number;
}

export const defaultTapSenderLimits: TapSenderLimits = { maxQueued: 8 * 1024 * 1024, batch: 64 * 1024 };

/** Octets of one "bytes" record: a larger chunk becomes several. */
const PIECE = 256 * 1024;

interface Missed {
  in: number;
  out: number;
}

export class TapSender implements Tap {
  readonly #stream: Stream;
  readonly #limits: TapSenderLimits;
  /** Flows the other side knows by name. */
  readonly #named = new Set<number>();
  readonly #missed = new Map<number, Missed>();
  #batch: Buffer;
  #view: DataView;
  #filled = 0;
  #scheduled = false;

  constructor(stream: Stream, limits: Partial<TapSenderLimits> = {}) {
    this.#stream = stream;
    this.#limits = { ...defaultTapSenderLimits, ...limits };
    this.#batch = Buffer.allocUnsafe(this.#limits.batch);
    this.#view = viewOf(this.#batch);
  }

  /** Sends it behind all that was told before. */
  send(record: TapRecord): void {
    this.#append(formatLinkRecord(record));
  }

  opened(flow: Flow): void {
    this.#named.add(flow.id);
    this.send({ type: "opened", at: now(), flow: nameOf(flow) });
  }
  refused(remote: Flow["remote"], local: Flow["local"], rule: string): void {
    this.send({ type: "refused", at: now(), remote, local, rule });
  }
  speaks(flow: Flow, protocol: string): void {
    this.#name(flow);
    this.send({ type: "speaks", at: now(), flow: flow.id, protocol });
  }
  secured(flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    this.#name(flow);
    this.#settle(flow.id);
    this.send({
      type: "secured",
      at: now(),
      flow: flow.id,
      protocol,
      cipher,
      ...(alpn !== undefined && { alpn }),
    });
  }
  closed(flow: Flow, reason: CloseReason): void {
    this.#name(flow);
    this.#settle(flow.id);
    this.#named.delete(flow.id);
    this.send({ type: "closed", at: now(), flow: flow.id, reason });
  }

  bytes(flow: Flow, direction: "in" | "out", bytes: Uint8Array): void {
    this.#name(flow);
    if (this.#stream.queued + this.#filled > this.#limits.maxQueued) {
      const missed = this.#missed.get(flow.id) ?? { in: 0, out: 0 };
      missed[direction] += bytes.length;
      this.#missed.set(flow.id, missed);
      return;
    }
    if (this.#missed.size > 0) this.#settle(flow.id);
    for (let at = 0; at < bytes.length; at += PIECE)
      this.#octets(
        flow.id,
        direction,
        at === 0 && bytes.length <= PIECE ? bytes : bytes.subarray(at, at + PIECE),
      );
  }

  intercepted(flow: Flow, { chunk, direction, outcome, before, after }: Intercepted): void {
    this.#name(flow);
    // Of what can be done without when the other side is slow.
    if (this.#stream.queued + this.#filled > this.#limits.maxQueued) return;
    const changed = outcome === "answered" || !Buffer.from(before).equals(after);
    this.send({
      type: "intercepted",
      at: now(),
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

  /** What was counted and not sent is told before anything else of that flow. */
  #settle(flow: number): void {
    const missed = this.#missed.get(flow);
    if (missed === undefined) return;
    this.#missed.delete(flow);
    for (const direction of ["in", "out"] as const)
      if (missed[direction] > 0)
        this.send({ type: "gap", at: now(), flow, direction, octets: missed[direction] });
  }

  /** It was open before we listened: what it has said until now nobody knows. */
  #name(flow: Flow): void {
    if (this.#named.has(flow.id)) return;
    this.#named.add(flow.id);
    this.send({ type: "opened", at: now(), flow: nameOf(flow), joined: true });
  }

  #octets(flow: number, direction: "in" | "out", octets: Uint8Array): void {
    const length = BYTES_HEAD + octets.length;
    this.#room(length);
    writeBytesHead(this.#view, this.#filled, { at: now(), flow, direction }, octets.length);
    this.#batch.set(octets, this.#filled + BYTES_HEAD);
    this.#filled += length;
    this.#schedule();
  }

  #append(frame: Uint8Array): void {
    this.#room(frame.length);
    this.#batch.set(frame, this.#filled);
    this.#filled += frame.length;
    this.#schedule();
  }

  #room(length: number): void {
    if (this.#filled + length <= this.#batch.length) return;
    this.#flush();
    if (length <= this.#batch.length) return;
    this.#batch = Buffer.allocUnsafe(length);
    this.#view = viewOf(this.#batch);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#filled === 0) return;
    const whole = this.#batch.subarray(0, this.#filled);
    // What is written belongs to the stream from now on; a batch with room left goes on behind it.
    this.#batch = this.#batch.subarray(this.#filled);
    if (this.#batch.length < 4096) this.#batch = Buffer.allocUnsafe(this.#limits.batch);
    this.#view = viewOf(this.#batch);
    this.#filled = 0;
    this.#stream.write(whole);
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

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Milliseconds since 1970, in fractions, on the monotonic clock. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function nameOf({ id, transport, local, remote, parent }: Flow): Flow {
  return { id, transport, local, remote, ...(parent !== undefined && { parent }) };
}
