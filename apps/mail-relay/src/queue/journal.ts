/**
 * What the queue has promised, in files that are only ever written at their end. Whoever appends waits for the sync
 * that covers his record, and all who come while one runs share the next (group commit).
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
/** Octets of one write: what is more waits for the next sync. */
const BATCH_OCTETS = 16 * 1024 * 1024;

export class Journal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  #segment = 0;
  #file: JournalFile | undefined;
  #end = 0;
  #waiting: Waiting[] = [];
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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record: encodeRecord(meta, content), resolve, reject });
      this.#running ??= this.#run();
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
    await this.#running;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #run(): Promise<void> {
    // Those who come in the same turn of the loop are in the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commit(this.#batch());
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
    const octets = Buffer.concat(batch.map(({ record }) => record));
    try {
      const file = await this.#fileFor(octets.length);
      await file.write(octets, this.#end);
      await file.sync();
      this.#syncs++;
    } catch (error) {
      await this.#abandon();
      for (const { reject } of batch) reject(failure(error));
      return;
    }
    let at = this.#end;
    this.#end += octets.length;
    for (const { record, resolve } of batch) {
      resolve({ segment: this.#segment, at, octets: record.length });
      at += record.length;
    }
  }

  async #fileFor(octets: number): Promise<JournalFile> {
    const most = this.#options.segmentOctets ?? SEGMENT_OCTETS;
    if (this.#file !== undefined && (this.#end === 0 || this.#end + octets <= most)) return this.#file;
    await this.#file?.close();
    this.#file = undefined;
    this.#segment++;
    this.#end = 0;
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
    try {
      for await (const found of readSegment(handle)) {
        if (found.type === "record")
          replay(found.record, { segment, at: found.at, octets: found.record.octets });
        else {
          // The tail was never promised to anybody; what is torn in the middle was, and somebody must see it.
          if (found.type === "torn") await this.#setAside(path, segment, found.at, found.octets);
          else await handle.truncate(found.at);
        }
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

function failure(error: unknown): Error {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new QueueFull("the disk has no room for the queue", { cause: error });
  return new QueueBroken("the disk failed under the queue", { cause: error });
}
