/** A file that is there whole or not at all: written beside its place, synced, renamed over it, and the folder synced. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** More octets came than may. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
  readonly code = "WEB_UPLOAD_TOO_LARGE";
}

export interface Received {
  /** Puts it into its place. Durable when this resolves. */
  commit(): Promise<void>;
  /** Forgets it. */
  discard(): Promise<void>;
}

/** `limit` in octets. When this rejects, nothing is left behind. */
export async function receive(
  pieces: AsyncIterable<Uint8Array>,
  location: string,
  limit: number,
): Promise<Received> {
  // In the same folder, since a rename is atomic within one file system only; hidden, so nobody is shown it.
  const temporary = join(dirname(location), `.upload-${randomBytes(9).toString("hex")}`);
  const file = await open(temporary, "wx", 0o644);
  try {
    let octets = 0;
    for await (const piece of pieces) {
      octets += piece.byteLength;
      if (octets > limit) throw new TooLarge(`more than ${limit} octets`);
      await file.writev([piece]);
    }
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
  return {
    async commit() {
      try {
        await rename(temporary, location);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncFolder(dirname(location));
    },
    async discard() {
      await rm(temporary, { force: true });
    },
  };
}

/** Without it the octets are safe and their name is not: the power may go between. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
