/** The octets of an MP4 on disk: its index, and whatever stretches of it are asked for. */
import { open, type FileHandle } from "node:fs/promises";
import { FilmError } from "./film-error.ts";

/** Boxes that an MP4 or a MOV may begin with (ISO/IEC 14496-12 §4.3, §8.1; QuickTime has no ftyp). */
const FIRST = new Set(["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"]);
/** Boxes of a file that are passed over in search of moov. */
const MOST_BOXES = 64;

export class MovieFile {
  readonly #handle: FileHandle;
  /** Octets. */
  readonly #size: number;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  static async open(path: string): Promise<MovieFile> {
    const handle = await open(path, "r");
    try {
      return new MovieFile(handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** The content of moov. Undefined when this is no MP4, has none, or one of more than `most` octets. */
  async index(most: number): Promise<Uint8Array | undefined> {
    let at = 0;
    for (let boxes = 0; boxes < MOST_BOXES; boxes++) {
      const head = await this.#octets(at, 16);
      // Nor does one that is cut short have an index.
      if (head.length < 8) return undefined;
      const type = head.toString("latin1", 4, 8);
      if (boxes === 0 && !FIRST.has(type)) return undefined;
      // §4.2: 0 is up to the end, 1 a length of 64 bits behind the name.
      const short = head.readUInt32BE(0);
      const long = short === 1 && head.length === 16;
      const size = long ? Number(head.readBigUInt64BE(8)) : short;
      const begin = long ? 16 : 8;
      if (size < begin) return undefined;
      if (type === "moov")
        return size - begin > most || at + size > this.#size
          ? undefined
          : this.#octets(at + begin, size - begin);
      at += size;
    }
    return undefined;
  }

  /** Throws {@link FilmError} when the file ends before `end`. */
  check(end: number): void {
    if (end > this.#size) throw cutShort();
  }

  /** Fills `places`, one after the other, with what lies from `from` on. Throws {@link FilmError} when the file ends before that. */
  async readInto(places: readonly Uint8Array[], from: number): Promise<void> {
    let left = behind(places, 0);
    let at = from;
    while (left.length > 0) {
      const { bytesRead } = await this.#handle.readv(left, at);
      if (bytesRead === 0) throw cutShort();
      at += bytesRead;
      left = behind(left, bytesRead);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Up to the file's end. */
  async #octets(from: number, length: number): Promise<Buffer> {
    const octets = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await this.#handle.read(octets, read, length - read, from + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return octets.subarray(0, read);
  }
}

/** What of `places` is left when so many octets of them are full. */
function behind(places: readonly Uint8Array[], octets: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let full = octets;
  for (const place of places) {
    if (full < place.length) left.push(place.subarray(full));
    full = Math.max(0, full - place.length);
  }
  return left;
}

function cutShort(): FilmError {
  return new FilmError("FILM_UNREADABLE", "it cannot be read on: the file is cut short");
}
