/**
 * Changes for those who follow live, in batches: so many at once, or what came within so many milliseconds. The last
 * batches are kept, so that who comes again goes on without a gap.
 */
import { encodeEvent, EventStream } from "@socketscope/web";
import { KernelWatch } from "../kernel-watch.ts";
import type { Store, StoreChange } from "../store/store.ts";
import type { Change } from "../views.ts";

/** Milliseconds from a change to its batch. */
const BATCH_MS = 50;
/**
 * Milliseconds from a batch of many changes to the next, and where many go on, at most: nobody reads that fast, and whoever
 * is woken takes time from the servers.
 */
const MANY_MS = 250;
const MANY_MOST_MS = 1000;
/** Changes that are many. */
const MANY = 10;
/** Milliseconds between two calls of `whileFollowed`. */
const FOLLOWED_MS = 250;
/** Changes in one batch. */
const BATCH_CHANGES = 500;
/** Octets of batches kept for who comes again. */
const KEPT_OCTETS = 16 * 1024 * 1024;
/** Octets that may wait for one reader; more, and it has to come again. */
const READER_OCTETS = 8 * 1024 * 1024;

interface Batch {
  readonly number: number;
  readonly octets: Uint8Array;
}

export class Feed {
  readonly #store: Store;
  readonly #unwatch: () => void;
  readonly #readers = new Set<EventStream>();
  readonly #batches: Batch[] = [];
  readonly #whileFollowed: () => void;
  #keptOctets = 0;
  #pending: Change[] = [];
  #touched = new Set<number>();
  /** Programs of which something was counted only. */
  #counted = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #followedTimer: NodeJS.Timeout | undefined;
  readonly #kernel: KernelWatch;
  #number = 0;
  /** On the clock of `performance.now()`: no batch that is not full before that. */
  #next = 0;
  /** Milliseconds from the last batch to that. */
  #pause = 0;
  /** Octets that the store had let go of when it was told last. */
  #forgotten = 0;

  /** `whileFollowed`: called four times a second while somebody follows. */
  constructor(store: Store, whileFollowed: () => void = () => undefined) {
    this.#store = store;
    this.#whileFollowed = whileFollowed;
    this.#kernel = new KernelWatch(store, (change) => this.#take(change));
    this.#unwatch = store.watch((change) => this.#take(change));
  }

  /** What is no change of the store. */
  tell(change: Exclude<Change, { type: "socket" }>): void {
    this.#take(change);
  }

  /** Of the last batch; what waits is sent first, so that a snapshot taken now holds all up to it. */
  get number(): number {
    this.#send();
    return this.#number;
  }

  /** `after`: the last batch that reader has. It is told "reset" when what lies between is no longer kept. */
  follow(after: number): EventStream {
    const stream: EventStream = new EventStream({
      maxQueued: READER_OCTETS,
      retry: 500,
      closed: () => {
        this.#readers.delete(stream);
        if (this.#readers.size === 0) this.#nobodyFollows();
      },
    });
    this.#readers.add(stream);
    this.#followedTimer ??= setInterval(this.#whileFollowed, FOLLOWED_MS);
    this.#kernel.start();
    const first = this.#batches[0]?.number ?? this.#number + 1;
    if (after > this.#number || after < first - 1)
      stream.send({ event: "reset", data: "", id: String(this.#number) });
    else
      for (const batch of this.#batches) if (batch.number > after && !stream.sendEncoded(batch.octets)) break;
    return stream;
  }

  close(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
    this.#nobodyFollows();
    for (const reader of this.#readers) reader.close();
  }

  #nobodyFollows(): void {
    clearInterval(this.#followedTimer);
    this.#followedTimer = undefined;
    this.#kernel.stop();
  }

  #take(change: StoreChange): void {
    // For a capture only.
    if (change.type === "wire") return;
    if (change.type === "counted") this.#counted.add(change.source);
    else if (change.type === "touched") {
      this.#touched.add(change.socket);
      this.#kernel.touched(change.socket);
    } else this.#pending.push(change);
    if (change.type === "forgotten") this.#kernel.forgotten(change.sockets);
    if (this.#pending.length >= BATCH_CHANGES) this.#send();
    else {
      this.#timer ??= setTimeout(() => this.#send(), Math.max(BATCH_MS, this.#next - performance.now()));
    }
  }

  #paceAfter(count: number): void {
    const now = performance.now();
    const goesOn = now < this.#next + MANY_MS;
    this.#pause = count > MANY ? Math.min(MANY_MOST_MS, (goesOn ? this.#pause : 0) + MANY_MS) : 0;
    this.#next = now + this.#pause;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sockets = [...this.#touched].flatMap((key): Change[] => {
      const socket = this.#store.sockets.get(key)?.view;
      return socket === undefined ? [] : [{ type: "socket", socket }];
    });
    const sources = [...this.#counted].flatMap((key): Change[] => {
      const source = this.#store.source(key);
      return source === undefined ? [] : [{ type: "source", source }];
    });
    const changes = [...sources, ...sockets, ...this.#pending];
    this.#touched = new Set();
    this.#counted = new Set();
    this.#pending = [];
    this.#paceAfter(changes.length);
    if (changes.length === 0) return;
    const kept = this.#store.held;
    if (kept.forgotten !== this.#forgotten) changes.push({ type: "kept", kept });
    this.#forgotten = kept.forgotten;
    this.#number += 1;
    const event = { event: "changes", id: String(this.#number), data: JSON.stringify(changes) };
    const batch = { number: this.#number, octets: Buffer.from(encodeEvent(event)) };
    this.#batches.push(batch);
    this.#keptOctets += batch.octets.length;
    while (this.#keptOctets > KEPT_OCTETS && this.#batches.length > 1)
      this.#keptOctets -= this.#batches.shift()?.octets.length ?? 0;
    for (const reader of this.#readers) reader.sendEncoded(batch.octets);
  }
}
