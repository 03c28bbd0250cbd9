/** What a publisher sends, kept as a file: readable as far as it came while it is written, one that seeks when it is whole. */
import { open, rename, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RecordingWriter, type Track } from "@socketscope/media";
import type { LaneTracks } from "../live/channel.ts";
import type { CutPart } from "../live/cutter.ts";

export interface RecorderOptions {
  readonly folder: string;
  /** A recording cannot go on; what is there remains. */
  readonly failed: (name: string, error: unknown) => void;
  readonly limits?: Partial<RecorderLimits>;
}

export interface RecorderLimits {
  /** Octets that may wait for the disk before the publisher is held back. Default 8 MiB. */
  readonly queued: number;
}

export const RECORDER_LIMITS: RecorderLimits = { queued: 8 * 1024 * 1024 };

/** Files of one name in one second. */
const SAME_SECOND = 100;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #running = new Set<Recording>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  begin(name: string, tracks: LaneTracks): Recording {
    const { folder, failed, limits } = this.#options;
    const recording = new Recording({
      base: join(folder, `${name}-${stamp(new Date())}`),
      tracks: [tracks.video, tracks.audio].filter((track) => track !== undefined),
      queued: { ...RECORDER_LIMITS, ...limits }.queued,
      failed: (error) => failed(name, error),
      over: () => this.#running.delete(recording),
    });
    this.#running.add(recording);
    return recording;
  }

  /** Ends all that run; resolves when they are on the disk. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((one) => one.end()));
  }
}

interface RecordingOptions {
  /** Path without ending. */
  readonly base: string;
  readonly tracks: readonly Track[];
  readonly queued: number;
  readonly failed: (error: unknown) => void;
  readonly over: () => void;
}

export class Recording {
  readonly #options: RecordingOptions;
  readonly #writer: RecordingWriter;
  /** What is done one after the other. */
  #work: Promise<void> = Promise.resolve();
  #queued = 0;
  #file: FileHandle | undefined;
  #path = "";
  #start: number | undefined;
  #ended = false;
  #broken = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#writer = new RecordingWriter(options.tracks);
    void this.#do(async () => {
      [this.#file, this.#path] = await create(options.base);
      await this.#file.appendFile(this.#writer.head);
    });
  }

  add({ lanes, start, last }: CutPart): void {
    if (this.#ended || this.#broken) return;
    this.#start ??= start;
    const from = this.#start;
    const runs = lanes.map((lane, i) => {
      const back = Math.round(from * lane.timescale);
      const samples = lane.samples.map((one) => ({ ...one, pts: one.pts - back, dts: one.dts - back }));
      return { track: i + 1, kind: lane.kind, ahead: lane.ahead, samples };
    });
    const octets = this.#writer.add(runs);
    this.#queued += octets.length;
    void this.#do(async () => {
      await this.#file?.appendFile(octets);
      this.#queued -= octets.length;
      // A crash costs what came since the last key picture.
      if (last) await this.#file?.datasync();
    });
  }

  /** A promise for when more may come, if it may not now. */
  held(): Promise<void> | undefined {
    return this.#queued > this.#options.queued && !this.#broken ? this.#work : undefined;
  }

  /** Resolves when it is whole on the disk, under its name. */
  end(): Promise<void> {
    if (this.#ended) return this.#work;
    this.#ended = true;
    void this.#do(() => this.#finish());
    this.#work = this.#letGo();
    return this.#work;
  }

  async #finish(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const { append, patch } = this.#writer.end();
    await file.appendFile(append);
    // The index is safe before what it takes the place of is hidden.
    await file.sync();
    await overwrite(this.#path, patch);
    await rename(this.#path, this.#path.replace(/\.part$/, ""));
    await syncFolder(dirname(this.#path));
  }

  async #letGo(): Promise<void> {
    await this.#work;
    await this.#file?.close().catch(() => undefined);
    this.#options.over();
  }

  /** After what is being done; not at all once something has failed. */
  #do(what: () => Promise<void>): Promise<void> {
    this.#work = this.#after(this.#work, what);
    return this.#work;
  }

  async #after(before: Promise<void>, what: () => Promise<void>): Promise<void> {
    await before;
    if (this.#broken) return;
    try {
      await what();
    } catch (error) {
      this.#broken = true;
      this.#options.failed(error);
    }
  }
}

/** "NAME-20260102-030405.mp4.part", with a number when there is one. */
async function create(base: string): Promise<[FileHandle, string]> {
  for (let i = 1; ; i++) {
    const path = `${base}${i === 1 ? "" : `-${i}`}.mp4.part`;
    try {
      // Never over what is there, whole or not.
      const taken = await open(path.replace(/\.part$/, ""), "r").then(
        async (file) => file.close().then(() => true),
        () => false,
      );
      if (!taken) return [await open(path, "ax"), path];
    } catch (error) {
      const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!exists || i >= SAME_SECOND) throw error;
    }
  }
}

/** A file that is appended to writes nowhere else: it is opened anew. */
async function overwrite(
  path: string,
  { at, octets }: { readonly at: number; readonly octets: Uint8Array },
): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.write(octets, 0, octets.length, at);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What was renamed is in its folder once the folder is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** "20260102-030405", in UTC. */
function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}
