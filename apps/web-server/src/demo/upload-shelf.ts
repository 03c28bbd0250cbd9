/** What visitors uploaded: in a folder of our own, for a while, within bounds, each for its visitor only. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RequestBody } from "@socketscope/web";
import { receiveForm } from "../upload/form.ts";

export interface ShelfLimits {
  /** Octets of one form. Default 100 MB. */
  readonly form: number;
  /** Octets of all that is kept or on its way. Default 500 MB. */
  readonly octets: number;
  /** Uploads kept; of more, the oldest go. Default 64. */
  readonly uploads: number;
  /** Files in one form. Default 10. */
  readonly files: number;
  /** Milliseconds that an upload is kept. Default 10 minutes. */
  readonly keepMs: number;
}

export const SHELF_LIMITS: ShelfLimits = {
  form: 100_000_000,
  octets: 500_000_000,
  uploads: 64,
  files: 10,
  keepMs: 10 * 60 * 1000,
};

export interface ShelvedFile {
  readonly name: string;
  readonly octets: number;
  /** Of what lies on the disk, in hex. */
  readonly sha256: string;
}

export interface Upload {
  readonly id: string;
  /** The visit that may see it. */
  readonly owner: string;
  readonly files: readonly ShelvedFile[];
  /** Octets of the form, its boundaries included. */
  readonly octets: number;
  /** How many pieces it came in, as the socket gave them, and the largest of them in octets. */
  readonly pieces: number;
  readonly largest: number;
}

/** There is no room now; it comes back as uploads are forgotten. */
export class ShelfFull extends Error {
  override readonly name = "ShelfFull";
  readonly code = "DEMO_SHELF_FULL";
}

interface Shelved {
  readonly upload: Upload;
  /** Octets held for it. */
  readonly reserved: number;
  readonly timer: NodeJS.Timeout;
}

export class UploadShelf {
  readonly #folder: string;
  readonly #limits: ShelfLimits;
  /** The oldest first. */
  readonly #uploads = new Map<string, Shelved>();
  /** Octets kept or on their way. */
  #taken = 0;

  private constructor(folder: string, limits: ShelfLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Empties `folder`: what a run before this one left there is nobody's any more. */
  static async open(folder: string, limits: ShelfLimits = SHELF_LIMITS): Promise<UploadShelf> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new UploadShelf(folder, limits);
  }

  get limits(): ShelfLimits {
    return this.#limits;
  }

  /** Octets kept or on their way. */
  get taken(): number {
    return this.#taken;
  }

  /** Throws what `receiveForm` throws, and {@link ShelfFull}; nothing is left behind then. */
  async take(type: string, body: RequestBody, owner: string): Promise<Upload> {
    // Without a length it may be as long as any.
    const reserved = Math.min(body.length ?? this.#limits.form, this.#limits.form);
    if (this.#uploads.size >= this.#limits.uploads) this.#forgetOldest();
    while (this.#taken + reserved > this.#limits.octets && this.#uploads.size > 0) this.#forgetOldest();
    if (this.#taken + reserved > this.#limits.octets)
      throw new ShelfFull("too much is being uploaded just now");
    this.#taken += reserved;
    const id = randomBytes(12).toString("base64url");
    const folder = join(this.#folder, id);
    try {
      await mkdir(folder, { mode: 0o700 });
      const pieces = new CountedBody(body);
      const limits = { files: this.#limits.files, fields: 4 };
      const received = await receiveForm(type, pieces, folder, this.#limits.form, limits);
      for (const { received: file } of received) await file.commit();
      const files: ShelvedFile[] = [];
      for (const name of new Set(received.map(({ name }) => name))) files.push(await describe(folder, name));
      const { octets, count, largest } = pieces;
      const upload: Upload = { id, owner, files, octets, pieces: count, largest };
      const timer = setTimeout(() => this.#forget(id), this.#limits.keepMs).unref();
      this.#uploads.set(id, { upload, reserved, timer });
      return upload;
    } catch (error) {
      this.#taken -= reserved;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Undefined for any but its owner. */
  find(id: string, owner: string): Upload | undefined {
    const upload = this.#uploads.get(id)?.upload;
    return upload?.owner === owner ? upload : undefined;
  }

  location(upload: Upload, { name }: ShelvedFile): string {
    return join(this.#folder, upload.id, name);
  }

  #forgetOldest(): void {
    const [oldest] = this.#uploads.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(id: string): void {
    const shelved = this.#uploads.get(id);
    if (shelved === undefined) return;
    clearTimeout(shelved.timer);
    this.#uploads.delete(id);
    this.#taken -= shelved.reserved;
    // A file that is being sent just now stays readable until it is closed.
    rm(join(this.#folder, id), { recursive: true, force: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const { timer } of this.#uploads.values()) clearTimeout(timer);
    this.#uploads.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function describe(folder: string, name: string): Promise<ShelvedFile> {
  const location = join(folder, name);
  const hash = createHash("sha256");
  for await (const piece of createReadStream(location, { highWaterMark: 256 * 1024 }))
    if (piece instanceof Uint8Array) hash.update(piece);
  return { name, octets: (await stat(location)).size, sha256: hash.digest("hex") };
}

/** Counts what passes, as it comes from the socket. */
class CountedBody implements RequestBody {
  readonly length: number | undefined;
  count = 0;
  octets = 0;
  largest = 0;
  readonly #body: RequestBody;

  constructor(body: RequestBody) {
    this.#body = body;
    this.length = body.length;
  }

  get trailers(): RequestBody["trailers"] {
    return this.#body.trailers;
  }

  bytes(limit: number): Promise<Uint8Array> {
    return this.#body.bytes(limit);
  }

  text(limit: number): Promise<string> {
    return this.#body.text(limit);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#body) {
      this.count += 1;
      this.octets += piece.length;
      this.largest = Math.max(this.largest, piece.length);
      yield piece;
    }
  }
}
