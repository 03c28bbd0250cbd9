/** The queue for people: list, show, flush, hold, release, remove; by the control socket, the terminal and the page. */
import { ControlProblem, type ControlRequest, type ControlResources } from "@socketscope/host";
import { describeReply } from "@socketscope/smtp";
import type { Queue } from "./queue.ts";
import type { QueuedMessage } from "./queued.ts";

/** What is shown of a message. Times are milliseconds since 1970. */
export interface QueueEntry {
  readonly id: string;
  readonly status: "active" | "held" | "waiting";
  readonly reversePath: string;
  /** Those still to be reached. */
  readonly recipients: readonly {
    readonly forwardPath: string;
    readonly said: string | undefined;
    readonly host: string | undefined;
  }[];
  /** Octets. */
  readonly size: number;
  readonly arrived: number;
  readonly attempts: number;
  /** When the last ones were made. */
  readonly tried: readonly number[];
  readonly due: number;
}

export interface QueuePage {
  readonly total: number;
  readonly messages: readonly QueueEntry[];
  /** Set aside: somebody must look. */
  readonly torn: readonly string[];
}

export const QUEUE_COMMANDS = ["flush", "hold", "release", "remove"] as const;
export type QueueCommand = (typeof QUEUE_COMMANDS)[number];

const MAX_PAGE = 1000;
/** Octets. */
const HEAD = 64 * 1024;

export class QueueDesk {
  readonly #queue: Queue;
  readonly #beforeFlush: () => void;

  /** `beforeFlush`: what is known of hops that are down is forgotten. */
  constructor(queue: Queue, beforeFlush: () => void) {
    this.#queue = queue;
    this.#beforeFlush = beforeFlush;
  }

  get size(): number {
    return this.#queue.size;
  }

  list({ after, limit }: { readonly after?: string | undefined; readonly limit: number }): QueuePage {
    const { messages, total } = this.#queue.list({ after, limit: Math.min(limit, MAX_PAGE) });
    return { total, messages: messages.map(entryOf), torn: this.#queue.torn };
  }

  show(id: string): (QueueEntry & { readonly history: QueuedMessage["history"] }) | undefined {
    const message = this.#queue.show(id);
    return message && { ...entryOf(message), history: message.history };
  }

  /** The beginning of its content: header section and more; empty where the disk has it no longer. */
  async headOf(id: string): Promise<Uint8Array> {
    for await (const octets of this.#queue.read(id)) return octets.subarray(0, HEAD);
    return new Uint8Array(0);
  }

  /** How many were made due. */
  flush(id?: string): Promise<number> {
    this.#beforeFlush();
    return this.#queue.flush(id);
  }

  /** False: there is no such message. */
  async carryOut(command: QueueCommand, id: string): Promise<boolean> {
    switch (command) {
      case "flush":
        if (this.#queue.show(id) === undefined) return false;
        await this.flush(id);
        return true;
      case "hold":
        return this.#queue.hold(id, true);
      case "release":
        return this.#queue.hold(id, false);
      case "remove":
        return this.#queue.remove(id);
    }
  }

  watch(watcher: () => void): () => void {
    return this.#queue.watch(watcher);
  }

  /** `/queue`, `/queue/flush`, `/queue/{id}`, `/queue/{id}/{command}`. */
  get resources(): ControlResources {
    const one =
      (command: QueueCommand) =>
      async ({ params }: ControlRequest): Promise<unknown> => {
        const id = params["id"] ?? "";
        if (!(await this.carryOut(command, id))) throw missing(id);
        return this.show(id) ?? { id, status: "removed" };
      };
    return {
      "/queue": { GET: ({ query }) => this.list(pageOf(query)) },
      "/queue/flush": { POST: async () => ({ flushed: await this.flush() }) },
      "/queue/{id}": {
        GET: async ({ params }) => {
          const id = params["id"] ?? "";
          const shown = this.show(id) ?? raise(missing(id));
          return { ...shown, beginning: Buffer.from(await this.headOf(id)).toString("utf8") };
        },
        DELETE: one("remove"),
      },
      "/queue/{id}/flush": { POST: one("flush") },
      "/queue/{id}/hold": { POST: one("hold") },
      "/queue/{id}/release": { POST: one("release") },
    };
  }
}

export function pageOf(query: URLSearchParams): {
  readonly after: string | undefined;
  readonly limit: number;
} {
  return { after: query.get("after") ?? undefined, limit: Number(query.get("limit") ?? "100") || 100 };
}

function missing(id: string): ControlProblem {
  return new ControlProblem(404, "QUEUE_NO_SUCH_MESSAGE", `there is no message ${id} in the queue`);
}

function raise(error: Error): never {
  throw error;
}

function entryOf(message: QueuedMessage): QueueEntry {
  const { id, active, held, envelope, recipients, size, arrived, attempts, due, history } = message;
  const last = (forwardPath: string) =>
    history
      .toReversed()
      .flatMap(({ results }) => results)
      .find((result) => result.forwardPath === forwardPath);
  return {
    id,
    status: active ? "active" : held ? "held" : "waiting",
    reversePath: envelope.reversePath,
    recipients: recipients.map(({ forwardPath }) => {
      const result = last(forwardPath);
      return { forwardPath, said: result && describeReply(result.reply), host: result?.host };
    }),
    size,
    arrived,
    attempts,
    tried: history.map(({ at }) => at),
    due,
  };
}
