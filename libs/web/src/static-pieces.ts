/** A file's content piece by piece: one read ahead, so that disk and network work at the same time. */
import { rangeLength, type ByteRange } from "@socketscope/http";
import type { OpenFile } from "./static-file.ts";

/** The file got shorter or was rewritten while it was being sent: the message must break off, not end. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
  readonly code = "WEB_FILE_CHANGED";
  constructor(path: string) {
    super(`${path} changed while it was being sent`);
  }
}

/**
 * Octets as they are and ranges of `file`, in order. Owns the file: closes it at the end, on an error and on
 * `return`, also when nothing was ever asked for. Throws {@link FileChanged} in place of the last piece.
 */
export class FilePieces implements AsyncIterableIterator<Uint8Array> {
  readonly #file: OpenFile;
  readonly #parts: (Uint8Array | ByteRange)[];
  readonly #readSize: number;
  #ahead: Promise<Uint8Array | undefined> | undefined;
  #closed: Promise<void> | undefined;

  /** `readSize` in octets. */
  constructor(file: OpenFile, parts: readonly (Uint8Array | ByteRange)[], readSize: number) {
    this.#file = file;
    this.#parts = parts.filter((part) => part instanceof Uint8Array || rangeLength(part) > 0);
    this.#readSize = readSize;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      this.#ahead ??= this.#take();
      const piece = await this.#ahead;
      if (piece === undefined) {
        await this.#close();
        return { done: true, value: undefined };
      }
      this.#ahead = this.#closed ? undefined : this.#take();
      // Its failure belongs to the next call, or to nobody.
      this.#ahead?.catch(() => {});
      return { done: false, value: piece };
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#close();
    return { done: true, value: undefined };
  }

  async #take(): Promise<Uint8Array | undefined> {
    const part = this.#parts.shift();
    if (part === undefined) return undefined;
    if (part instanceof Uint8Array) return part;
    const length = Math.min(rangeLength(part), this.#readSize);
    if (rangeLength(part) > length) this.#parts.unshift({ first: part.first + length, last: part.last });
    // A fresh buffer each time: the socket may hold it long after `write` returned.
    const octets = Buffer.allocUnsafeSlow(length);
    let at = 0;
    while (at < length) {
      const { bytesRead } = await this.#file.handle.read(octets, at, length - at, part.first + at);
      if (bytesRead === 0) throw new FileChanged(this.#file.path);
      at += bytesRead;
    }
    // RFC 9112 §8: while the last octets are held back the message is incomplete, and the client knows.
    const isLast = !this.#parts.some((rest) => !(rest instanceof Uint8Array));
    if (isLast && !(await this.#file.unchanged())) throw new FileChanged(this.#file.path);
    return octets;
  }

  #close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    // A descriptor must not be closed under a read: its number may be another file's by then.
    await this.#ahead?.catch(() => {});
    await this.#file.close();
  }
}
