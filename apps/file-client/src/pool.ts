/** Several connections to one server: each takes the next piece of work until there is none. */
import type { Connect } from "./connect.ts";
import { isLost } from "./errors.ts";
import type { RemoteFiles } from "./remote-files.ts";

/** Tries of one piece of work when its connection is lost under it; what arrived stays, so that each gets further. */
const TRIES = 3;

export class Pool {
  readonly #connect: Connect;
  readonly #idle: RemoteFiles[] = [];
  readonly #busy = new Set<RemoteFiles>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** One connection for one piece of work; it may be used again afterwards. */
  async with<T>(work: (files: RemoteFiles) => Promise<T>): Promise<T> {
    const files = this.#idle.pop() ?? (await this.#connect());
    this.#busy.add(files);
    try {
      return await work(files);
    } finally {
      this.#busy.delete(files);
      if (files.usable) this.#idle.push(files);
      else files.abort();
    }
  }

  /** As `with`, on another connection when one is lost. */
  async persistently<T>(work: (files: RemoteFiles) => Promise<T>): Promise<T> {
    for (let left = TRIES - 1; ; left--) {
      try {
        return await this.with(work);
      } catch (error) {
        if (left === 0 || !isLost(error)) throw error;
      }
    }
  }

  /** All of it, `parallel` at a time. What fails is told and does not hold up the rest. */
  async all<T>(
    items: readonly T[],
    parallel: number,
    work: (files: RemoteFiles, item: T) => Promise<void>,
    failed: (item: T, error: unknown) => void,
  ): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        const mine = item;
        await this.persistently((files) => work(files, mine)).catch((error: unknown) => failed(mine, error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, () => worker()));
  }

  /** Breaks off what runs; what is asked next is asked on new connections. */
  abort(): void {
    for (const files of this.#busy) files.abort();
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((files) => files.close()));
  }
}
