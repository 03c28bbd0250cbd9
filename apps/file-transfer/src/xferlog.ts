/** The file of `--xferlog`: lines are appended in the order of the transfers' ends, and nobody waits for the disk. */
import { open, type FileHandle } from "node:fs/promises";
import { xferlogLine, type FtpTransfer } from "./ftp/transfer-record.ts";

/** Octets that wait for the disk; with more, lines are lost and counted. */
const MAX_WAITING = 1024 * 1024;

export class Xferlog {
  readonly #file: FileHandle;
  readonly #onError: (error: unknown) => void;
  #waiting = "";
  #lost = 0;
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, onError: (error: unknown) => void) {
    this.#file = file;
    this.#onError = onError;
  }

  /** Rejects with the system's error where the file cannot be had. */
  static async open(path: string, onError: (error: unknown) => void): Promise<Xferlog> {
    return new Xferlog(await open(path, "a", 0o640), onError);
  }

  /** Lines that were lost because the disk was too slow. */
  get lost(): number {
    return this.#lost;
  }

  add(transfer: FtpTransfer, time: number): void {
    const line = `${xferlogLine(transfer, time)}\n`;
    if (this.#waiting.length + line.length > MAX_WAITING) this.#lost++;
    else this.#waiting += line;
    this.#writing ??= this.#write();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const lines = this.#waiting;
        this.#waiting = "";
        await this.#file.appendFile(lines);
      }
    } catch (error) {
      this.#onError(error);
    }
    this.#writing = undefined;
  }
}
