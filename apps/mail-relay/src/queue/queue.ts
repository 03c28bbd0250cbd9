/** Messages for elsewhere, from the moment we answer for them until every recipient is reached or given up. */
import { join } from "node:path";
import type { Envelope } from "@socketscope/smtp";
import { newId } from "../new-id.ts";
import type { Spooled } from "../spooled.ts";
import { DueHeap } from "./due-heap.ts";
import { QueueBroken, QueueFull } from "./errors.ts";
import { Journal, type JournalOptions, type Place } from "./journal.ts";
import { LargeFiles } from "./large-files.ts";
import { queueRecord } from "./queue-records.ts";
import { stateOf, type Owed, type QueuedMessage, type QueueState, type RecipientResult } from "./queued.ts";
import { afterAttempt, afterReached } from "./schedule.ts";

export interface QueueOptions extends Omit<JournalOptions, "onTorn"> {
  /** Milliseconds between attempts; the last one repeats. */
  readonly schedule: readonly number[];
  /** Messages at once; the next is answered 452. Default 1,000,000. */
  readonly maxMessages?: number;
  readonly now?: () => number;
  /** Something that is no record of ours was set aside, or a message lost its content: somebody must look. */
  readonly onTorn?: (what: string) => void;
}

export interface SettleOptions {
  /** The sender has been told that it takes long. */
  readonly delayNoticeSent?: boolean;
  /** The next attempt is not later than that: the message expires then. Milliseconds since 1970. */
  readonly notAfter?: number;
}

interface Kept {
  message: QueuedMessage;
  place: Place;
  readonly file: string | undefined;
}

const MAX_MESSAGES = 1_000_000;
const NOTHING = new Uint8Array(0);
/** Segments that may stand before the oldest is written again. */
const COMPACT_ABOVE = 8;

export class Queue {
  readonly #options: QueueOptions;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  readonly #heap = new DueHeap();
  /** Messages whose content is in it, by segment. */
  readonly #live = new Map<number, number>();
  readonly #watchers = new Set<(id: string) => void>();
  readonly #torn: string[] = [];
  #journal: Journal | undefined;
  #large: LargeFiles | undefined;
  #segments: number[] = [];
  #cleaning: Promise<void> | undefined;

  private constructor(options: QueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  static async open(options: QueueOptions): Promise<Queue> {
    const queue = new Queue(options);
    queue.#large = await LargeFiles.open(join(options.folder, "large"));
    queue.#journal = await Journal.open(
      { ...options, onTorn: (kept, octets) => queue.#report(`${octets} octets of no record: ${kept}`) },
      ({ meta, content }, place) => queue.#replay(meta, content.length, place),
    );
    queue.#segments = await queue.#journal.segments();
    await queue.#checkLarge();
    for (const { message } of queue.#kept.values()) queue.#heap.push(message.due, message.id);
    return queue;
  }

  get size(): number {
    return this.#kept.size;
  }
  /** What was set aside since the start: never delivered, never dropped without a word. */
  get torn(): readonly string[] {
    return this.#torn;
  }
  get syncs(): number {
    return this.#journal?.syncs ?? 0;
  }

  /** Its id, when power loss cannot take the message back. Rejects with QueueFull or QueueBroken; nothing is kept then. */
  async enqueue(
    envelope: Envelope,
    message: Spooled,
    about: { readonly arrived: number; readonly authenticated?: string | undefined },
  ): Promise<string> {
    if (this.#kept.size >= (this.#options.maxMessages ?? MAX_MESSAGES))
      throw new QueueFull("the queue holds as many messages as it may");
    const id = newId(this.#now());
    const state: QueueState = {
      recipients: envelope.recipients,
      attempts: 0,
      due: this.#now(),
      held: false,
      delayNoticeSent: false,
      history: [],
    };
    const file = message.file === undefined ? undefined : await this.#largeFiles().keep(id, message.file);
    const { arrived, authenticated } = about;
    const meta = { type: "enqueue", id, envelope, arrived, authenticated, size: message.size, file, state };
    try {
      const place = await this.#log().append(meta, message.octets ?? NOTHING);
      const queued = { id, envelope, arrived, authenticated, size: message.size, active: false, ...state };
      this.#add({ message: queued, place, file });
      this.#heap.push(queued.due, id);
      this.#tell(id);
      return id;
    } catch (error) {
      if (file !== undefined) await this.#largeFiles().remove(file);
      throw error;
    }
  }

  /** What is due and not held, and never the same twice until it is settled. */
  take(now: number = this.#now()): QueuedMessage | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined || first.due > now) return undefined;
      this.#heap.pop();
      const kept = this.#kept.get(first.id);
      if (kept === undefined || !this.#isWaiting(kept.message) || kept.message.due !== first.due) continue;
      kept.message = { ...kept.message, active: true };
      return kept.message;
    }
  }

  /** When the next one is due, in milliseconds since 1970. */
  nextDue(): number | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined) return undefined;
      const message = this.#kept.get(first.id)?.message;
      if (message !== undefined && this.#isWaiting(message) && message.due === first.due) return first.due;
      this.#heap.pop();
    }
  }

  /** One attempt is over; whoever was reached or given up is out of the message, durably when it resolves. */
  async settle(
    id: string,
    results: readonly RecipientResult[],
    { delayNoticeSent = false, notAfter = Infinity }: SettleOptions = {},
  ): Promise<void> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    const state = afterAttempt(kept.message, results, this.#now(), this.#options.schedule, notAfter);
    if (state.recipients.length === 0) return this.#end(id, kept);
    // That nobody was reached may be forgotten: it is only tried again the sooner.
    const { recipients, owed } = kept.message;
    const nothing = !delayNoticeSent && owed === undefined && state.recipients.length === recipients.length;
    const next = { ...state, delayNoticeSent: kept.message.delayNoticeSent || delayNoticeSent };
    await this.#write(kept, next, nothing);
    kept.message = { ...kept.message, active: false };
    this.#changed(kept);
  }

  /** In the middle of an attempt: these have it, others may take their time. Durable when it resolves, with the notices owed until `settle`. */
  async reached(id: string, forwardPaths: readonly string[], owed: readonly Owed[] = []): Promise<void> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    await this.#change(kept, afterReached(kept.message, forwardPaths, owed));
  }

  /** Delivery gives it back unchanged: we are shutting down. */
  putBack(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.message = { ...kept.message, active: false };
    this.#heap.push(kept.message.due, id);
  }

  /** By arrival, the oldest first. */
  list({ after, limit }: { readonly after?: string | undefined; readonly limit: number }): {
    readonly messages: readonly QueuedMessage[];
    readonly total: number;
  } {
    const messages: QueuedMessage[] = [];
    let passed = after === undefined || !this.#kept.has(after);
    for (const { message } of this.#kept.values()) {
      if (passed && messages.length < limit) messages.push(message);
      if (message.id === after) passed = true;
      if (messages.length >= limit) break;
    }
    return { messages, total: this.#kept.size };
  }

  show(id: string): QueuedMessage | undefined {
    return this.#kept.get(id)?.message;
  }

  /** Due at once: one, or all that are not held. How many. */
  async flush(id?: string): Promise<number> {
    const chosen = id === undefined ? [...this.#kept.values()] : [this.#kept.get(id)];
    let count = 0;
    for (const kept of chosen) {
      if (kept === undefined || !this.#isWaiting(kept.message)) continue;
      // Not worth a record: after a restart it is due when it would have been.
      kept.message = { ...kept.message, due: this.#now() };
      this.#heap.push(kept.message.due, kept.message.id);
      count++;
      this.#tell(kept.message.id);
    }
    return count;
  }

  /** Held messages are not tried until they are released. False: there is none. */
  async hold(id: string, held: boolean): Promise<boolean> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return false;
    await this.#change(kept, { ...stateOf(kept.message), held, ...(!held && { due: this.#now() }) });
    return true;
  }

  async remove(id: string): Promise<boolean> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return false;
    await this.#end(id, kept);
    return true;
  }

  /** The octets, checked again. Rejects with QueueBroken where the disk does not give back what was written. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new QueueBroken("the message is not in the queue");
    if (kept.file !== undefined) {
      yield* this.#largeFiles().read(kept.file);
      return;
    }
    const record = await this.#log().read(kept.place);
    if (record === undefined) {
      this.#report(`the content of ${id} is not what was written`);
      throw new QueueBroken("the disk does not give back what was written");
    }
    yield record.content;
  }

  watch(watcher: (id: string) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async close(): Promise<void> {
    await this.#cleaning;
    await this.#log().close();
  }

  #log(): Journal {
    if (this.#journal === undefined) throw new QueueBroken("the queue is not open");
    return this.#journal;
  }

  #largeFiles(): LargeFiles {
    if (this.#large === undefined) throw new QueueBroken("the queue is not open");
    return this.#large;
  }

  #isWaiting({ held, active }: QueuedMessage): boolean {
    return !held && !active;
  }

  async #change(kept: Kept, state: QueueState): Promise<void> {
    await this.#write(kept, state);
    this.#changed(kept);
  }

  /** It counts at once: what changes while it is on its way to the disk builds upon it. Durable when it resolves. */
  async #write(kept: Kept, state: QueueState, isWorthNoSync = false): Promise<void> {
    kept.message = { ...kept.message, ...state };
    const record = { type: "state", id: kept.message.id, state };
    if (isWorthNoSync) this.#log().appendLater(record);
    else await this.#log().append(record, NOTHING);
  }

  #changed({ message }: Kept): void {
    if (this.#isWaiting(message)) this.#heap.push(message.due, message.id);
    this.#tell(message.id);
  }

  async #end(id: string, kept: Kept): Promise<void> {
    await this.#log().append({ type: "gone", id }, NOTHING);
    this.#kept.delete(id);
    this.#count(kept.place.segment, -1);
    if (kept.file !== undefined) await this.#largeFiles().remove(kept.file);
    this.#tell(id);
    this.#cleaning ??= this.#clean().finally(() => {
      this.#cleaning = undefined;
    });
  }

  #add(kept: Kept): void {
    const { segment } = kept.place;
    this.#kept.set(kept.message.id, kept);
    this.#count(segment, 1);
    if (this.#segments.at(-1) !== segment) this.#segments.push(segment);
  }

  #count(segment: number, change: 1 | -1): void {
    this.#live.set(segment, (this.#live.get(segment) ?? 0) + change);
  }

  /**
   * The oldest segments go when nothing in them is needed. Only the oldest: what a later one says of a message stands
   * in no other place. Where too many have piled up, what still lives in the oldest is written again at the end.
   */
  async #clean(): Promise<void> {
    const journal = this.#log();
    for (;;) {
      const oldest = this.#segments[0];
      if (oldest === undefined || oldest === journal.current) return;
      if ((this.#live.get(oldest) ?? 0) > 0) {
        if (this.#segments.length <= COMPACT_ABOVE) return;
        await this.#rewrite(oldest);
      }
      this.#segments.shift();
      this.#live.delete(oldest);
      await journal.drop(oldest);
    }
  }

  async #rewrite(segment: number): Promise<void> {
    for (const kept of this.#kept.values()) {
      if (kept.place.segment !== segment) continue;
      const record = await this.#log().read(kept.place);
      const { id, envelope, arrived, authenticated, size, active: _active, ...state } = kept.message;
      if (record === undefined) {
        this.#report(`the content of ${id} is not what was written`);
        continue;
      }
      const meta = { type: "enqueue", id, envelope, arrived, authenticated, size, file: kept.file, state };
      kept.place = await this.#log().append(meta, record.content);
      this.#count(kept.place.segment, 1);
      // It may have ended, or changed, while it was written again: that is said once more behind it.
      if (!this.#kept.has(id)) await this.#end(id, kept);
      else if (kept.message.attempts !== state.attempts || kept.message.held !== state.held)
        await this.#change(kept, stateOf(kept.message));
    }
  }

  #replay(meta: unknown, contentOctets: number, place: Place): void {
    const record = queueRecord(meta);
    if (record === undefined) {
      this.#report(`a record that is none of ours in segment ${place.segment} at ${place.at}`);
      return;
    }
    if (record.type === "gone") {
      const kept = this.#kept.get(record.id);
      if (kept === undefined) return;
      this.#kept.delete(record.id);
      this.#count(kept.place.segment, -1);
      return;
    }
    if (record.type === "state") {
      const kept = this.#kept.get(record.id);
      if (kept !== undefined) kept.message = { ...kept.message, owed: undefined, ...record.state };
      return;
    }
    const { id, envelope, arrived, authenticated, size, file, state } = record;
    if (file === undefined && size !== contentOctets) {
      this.#report(`message ${id} has ${contentOctets} octets of ${size}`);
      return;
    }
    const before = this.#kept.get(id);
    if (before !== undefined) this.#count(before.place.segment, -1);
    this.#add({
      message: { id, envelope, arrived, authenticated, size, active: false, ...state },
      place,
      file,
    });
  }

  /** Files of their own: those whose record is missing were never promised; a message whose file is torn is set aside. */
  async #checkLarge(): Promise<void> {
    const large = this.#largeFiles();
    const needed = new Set<string>();
    for (const [id, { message, file }] of this.#kept) {
      if (file === undefined) continue;
      const size = await large.size(file);
      needed.add(file);
      if (size === message.size) continue;
      this.#report(`message ${id} has ${size} octets of ${message.size}: ${large.path(file)}`);
      this.#kept.delete(id);
    }
    await large.removeAllBut(needed);
  }

  #report(what: string): void {
    this.#torn.push(what);
    this.#options.onTorn?.(what);
  }

  #tell(id: string): void {
    for (const watcher of this.#watchers) watcher(id);
  }
}
