/**
 * What the queue has promised, in files that are only ever written at their end. Whoever appends waits for the sync
 * that covers his record, and all who come while one runs share the next (group commit). Room ahead of the end is filled
 * with zeros: a sync that need not make the file longer does without the file system's own journal, several times as fast.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "@socketscope/host";
import { QueueBroken, QueueFull } from "./errors.ts";
import { diskFiles, type JournalFile, type JournalFiles } from "./journal-files.ts";
import { decodeRecord, encodeRecord, type JournalRecord } from "./record.ts";
import { readSegment } from "./segment-reader.ts";

export interface JournalOptions {
  readonly folder: string;
  /** Octets after which a new segment begins. Default 64 MiB. */
  readonly segmentOctets?: number;
  /** Octets of room made ahead; 0: none. Default 1 MiB. */
  readonly aheadOctets?: number;
  readonly files?: JournalFiles;
  /** Octets that are no record were found and kept in this file. */
  readonly onTorn: (kept: string, octets: number) => void;
}

export interface Place {
  readonly segment: number;
  readonly at: number;
  readonly octets: number;
}

interface Waiting {
  readonly record: Buffer;
  readonly resolve: (place: Place) => void;
  readonly reject: (error: unknown) => void;
}

const SEGMENT_OCTETS = 64 * 1024 * 1024;
const AHEAD_OCTETS = 1024 * 1024;
/** Milliseconds that a record which nobody waits for may wait for others to share a sync with. */
const LATER = 1000;
/**
 * Stands before each batch but the first: what lies before it was synced when it was written. What is torn behind the
 * last one was promised to nobody.
 */
const SYNCED = encodeRecord({ type: "synced" }, new Uint8Array(0));
/** Octets of one write: what is more waits for the next sync. */
const BATCH_OCTETS = 16 * 1024 * 1024;

export class Journal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  #segment = 0;
  #file: JournalFile | undefined;
  #end = 0;
  /** Up to where the file has octets. */
  #allocated = 0;
  #waiting: Waiting[] = [];
  #later: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #syncs = 0;

  private constructor(options: JournalOptions) {
    this.#options = options;
    this.#files = options.files ?? diskFiles;
  }

  /** Tells every record there is, in order, and goes on in a new segment. */
  static async open(
    options: JournalOptions,
    replay: (record: JournalRecord, place: Place) => void,
  ): Promise<Journal> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const journal = new Journal(options);
    for (const segment of await journal.segments()) {
      await journal.#replay(segment, replay);
      journal.#segment = segment;
    }
    return journal;
  }

  /** Syncs so far: a test counts that many messages share one. */
  get syncs(): number {
    return this.#syncs;
  }
  /** The one that is written to. */
  get current(): number {
    return this.#segment;
  }

  async segments(): Promise<number[]> {
    const names = await this.#files.list(this.#options.folder);
    return names
      .flatMap((name) => /^(\d{8})\.journal$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  /** Resolves when power loss cannot take it back. Rejects with QueueFull or QueueBroken: then it is not there. */
  append(meta: unknown, content: Uint8Array): Promise<Place> {
    const place = this.#add(meta, content);
    this.#running ??= this.#run();
    return place;
  }

  /** For what may be lost: it is written with the next records, or alone after a second, and nobody waits for it. */
  appendLater(meta: unknown): void {
    this.#add(meta, new Uint8Array(0)).catch(() => undefined);
    this.#later ??= setTimeout(() => {
      this.#running ??= this.#run();
    }, LATER).unref();
  }

  #add(meta: unknown, content: Uint8Array): Promise<Place> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record: encodeRecord(meta, content), resolve, reject });
    });
  }

  /** The record again, checked again; undefined when the disk does not give back what was written. */
  async read({ segment, at, octets }: Place): Promise<JournalRecord | undefined> {
    const handle = await this.#files.openToRead(this.#path(segment));
    try {
      const buffer = Buffer.allocUnsafe(octets);
      const { bytesRead } = await handle.read(buffer, 0, octets, at);
      return decodeRecord(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  }

  /** Nothing in it is needed any more. */
  async drop(segment: number): Promise<void> {
    await this.#files.remove(this.#path(segment));
  }

  async close(): Promise<void> {
    await (this.#running ?? this.#run());
    // Without its mark it is read just as well.
    await this.#leave().catch(() => undefined);
  }

  async #run(): Promise<void> {
    // Those who come in the same turn of the loop are in the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commit(this.#batch());
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#running = undefined;
  }

  #batch(): Waiting[] {
    let octets = 0;
    const count = this.#waiting.findIndex(({ record }, index) => {
      octets += record.length;
      return octets > BATCH_OCTETS && index > 0;
    });
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const records = batch.map(({ record }) => record);
    let begin = 0;
    let octets = Buffer.concat(records);
    try {
      const file = await this.#fileFor(octets.length);
      if (this.#end > 0) {
        begin = SYNCED.length;
        octets = Buffer.concat([SYNCED, octets]);
      }
      await this.#makeRoom(file, this.#end + octets.length);
      await file.write(octets, this.#end);
      this.#syncs++;
    } catch (error) {
      await this.#abandon();
      for (const { reject } of batch) reject(failure(error));
      return;
    }
    let at = this.#end + begin;
    this.#end += octets.length;
    for (const { record, resolve } of batch) {
      resolve({ segment: this.#segment, at, octets: record.length });
      at += record.length;
    }
  }

  /** `end`: of what is to be written now. Where the disk is full, what is written now may still find its place. */
  async #makeRoom(file: JournalFile, end: number): Promise<void> {
    const ahead = this.#options.aheadOctets ?? AHEAD_OCTETS;
    if (end <= this.#allocated || ahead === 0) return;
    await file.write(Buffer.alloc(end + ahead - this.#end), this.#end).then(
      () => (this.#allocated = end + ahead),
      () => undefined,
    );
  }

  /** It ends in a mark that all of it was synced, and without the room that was not used. */
  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      await file.write(SYNCED, this.#end);
      await file.truncate(this.#end + SYNCED.length);
    } finally {
      await file.close();
    }
  }

  async #fileFor(octets: number): Promise<JournalFile> {
    const most = this.#options.segmentOctets ?? SEGMENT_OCTETS;
    if (this.#file !== undefined && (this.#end === 0 || this.#end + octets <= most)) return this.#file;
    await this.#leave();
    this.#segment++;
    this.#end = 0;
    this.#allocated = 0;
    this.#file = await this.#files.create(this.#path(this.#segment));
    // Without this the file itself could be gone after a power loss, however well its content was synced.
    await this.#files.syncFolder(this.#options.folder);
    return this.#file;
  }

  /**
   * A write or sync has failed. Linux forgets the pages it could not write: a second sync would say "done" (the
   * fsync gate). So the segment is cut back to what was promised and never written to again.
   */
  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.truncate(this.#end).catch(() => undefined);
    await file?.close().catch(() => undefined);
  }

  async #replay(segment: number, replay: (record: JournalRecord, place: Place) => void): Promise<void> {
    const path = this.#path(segment);
    const handle = await this.#files.openToRead(path);
    /** Torn octets behind the last batch that is known to be synced. */
    let doubtful: { readonly at: number; readonly octets: number }[] = [];
    try {
      for await (const found of readSegment(handle)) {
        if (found.type === "torn") doubtful.push(found);
        else if (found.type === "tail") await handle.truncate(found.at);
        else if (isSynced(found.record.meta)) {
          // It was promised, and somebody must see it.
          for (const { at, octets } of doubtful) await this.#setAside(path, segment, at, octets);
          doubtful = [];
        } else replay(found.record, { segment, at: found.at, octets: found.record.octets });
      }
    } finally {
      await handle.close();
    }
  }

  async #setAside(path: string, segment: number, at: number, octets: number): Promise<void> {
    const folder = join(this.#options.folder, "aside");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const kept = join(folder, `${segment}-${at}.torn`);
    const handle = await this.#files.openToRead(path);
    try {
      const buffer = Buffer.alloc(Math.min(octets, SEGMENT_OCTETS));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      await writeFile(kept, buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
    this.#options.onTorn(kept, octets);
  }

  #path(segment: number): string {
    return join(this.#options.folder, `${String(segment).padStart(8, "0")}.journal`);
  }
}

function isSynced(meta: unknown): boolean {
  return typeof meta === "object" && meta !== null && "type" in meta && meta.type === "synced";
}

function failure(error: unknown): Error {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new QueueFull("the disk has no room for the queue", { cause: error });
  return new QueueBroken("the disk failed under the queue", { cause: error });
}
