/** Calls under way on an open file. A descriptor that is closed under one of them is the next file's by then. */
import { asProblem, problem } from "./problems.ts";

export class Calls {
  readonly #running = new Set<Promise<unknown>>();
  #ended: Promise<void> | undefined;

  /** Those under way now. */
  get running(): ReadonlySet<Promise<unknown>> {
    return this.#running;
  }

  /** No further one begins. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Throws FileProblem: "closed", or what went wrong. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) throw problem("closed");
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw asProblem(error);
    } finally {
      this.#running.delete(running);
    }
  }

  /** `how`, once: whoever comes later waits for the same end. */
  end(how: () => Promise<void>): Promise<void> {
    this.#ended ??= how();
    return this.#ended;
  }

  /** Resolves when those under way are done, however. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }
}
