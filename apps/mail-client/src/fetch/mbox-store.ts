/**
 * Messages at the end of one file (RFC 4155). A message that does not come to its end is taken back. Programs that know
 * FILE.lock, as most that read mailboxes do, wait for each other.
 */
import { open, readFile, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncFolder } from "@socketscope/maildir";
import { MboxText } from "./mbox-text.ts";
import type { Letter, Store } from "./store.ts";

/** Milliseconds that another program may have the file, and between two looks. */
const LOCK_WAIT = 10_000;
const LOCK_LOOK = 50;

export class MboxStore implements Store {
  readonly name: string;
  readonly memory: string;
  readonly #path: string;
  readonly #file: FileHandle;
  /** Octets of whole messages. */
  #size: number;

  private constructor(path: string, file: FileHandle, size: number) {
    this.name = `mbox ${path}`;
    this.memory = `${path}.uidl`;
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  static async open(path: string): Promise<MboxStore> {
    await lock(path);
    try {
      const file = await open(path, "a+", 0o600);
      try {
        const { size } = await file.stat();
        if (size === 0) await syncFolder(dirname(path));
        return new MboxStore(path, file, size + (await endLastMessage(file, size)));
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      await unlock(path);
      throw error;
    }
  }

  begin(): Letter {
    const file = this.#file;
    const text = new MboxText();
    return {
      write: (octets) => file.appendFile(text.data(octets)),
      end: async () => {
        await file.appendFile(text.end());
        this.#size = (await file.stat()).size;
      },
      keep: () => file.datasync(),
    };
  }

  async close(): Promise<void> {
    try {
      const { size } = await this.#file.stat();
      if (size > this.#size) await this.#file.truncate(this.#size);
      await this.#file.sync();
    } finally {
      await this.#file.close();
      await unlock(this.#path);
    }
  }
}

/** A program that was killed may have left half a message: ours begins behind an empty line all the same. */
async function endLastMessage(file: FileHandle, size: number): Promise<number> {
  if (size === 0) return 0;
  const last = Buffer.alloc(2, "\n");
  const length = Math.min(2, size);
  await file.read(last, 2 - length, length, size - length);
  const missing = last[1] === 10 ? (last[0] === 10 ? "" : "\n") : "\n\n";
  if (missing !== "") await file.appendFile(missing);
  return missing.length;
}

async function lock(path: string): Promise<void> {
  const deadline = performance.now() + LOCK_WAIT;
  for (;;) {
    try {
      const file = await open(`${path}.lock`, "wx", 0o600);
      await file.writeFile(`${process.pid}\n`);
      await file.close();
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if (await isDead(path)) await unlock(path);
      else if (performance.now() >= deadline) throw error;
      else await sleep(LOCK_LOOK);
    }
  }
}

function unlock(path: string): Promise<void> {
  return rm(`${path}.lock`, { force: true });
}

/** The lock names a process that is gone; one without a number is somebody's who does not say. */
async function isDead(path: string): Promise<boolean> {
  const text = await readFile(`${path}.lock`, "latin1").catch(() => "");
  const pid = /^\d{1,10}\s*$/.test(text) ? Number(text) : 0;
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
