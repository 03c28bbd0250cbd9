/** fsync of folders: a file's name outlasts a power loss only when its folder is synced too. Many callers share one. */
import { open } from "node:fs/promises";

export class FolderSync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves when a sync that began after this call is done. */
  sync(folder: string): Promise<void> {
    const running = this.#running.get(folder);
    if (running === undefined) return this.#begin(folder);
    // One under way may have begun before the caller's change: the next one is for all who come meanwhile.
    const waiting = this.#next.get(folder);
    if (waiting !== undefined) return waiting;
    const next = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(folder);
        return this.#begin(folder);
      });
    this.#next.set(folder, next);
    return next;
  }

  #begin(folder: string): Promise<void> {
    const running = syncFolder(folder).finally(() => {
      if (this.#running.get(folder) === running) this.#running.delete(folder);
    });
    this.#running.set(folder, running);
    return running;
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
