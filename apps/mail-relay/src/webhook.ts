/** Tells another program of each letter that comes in: a POST of JSON, off until asked for. */
import type { Log } from "@socketscope/host";
import { HttpAgent } from "@socketscope/web";
import type { Mailboxes, StoredMessage } from "./mailboxes/mailboxes.ts";

export interface WebhookOptions {
  readonly url: string;
  readonly log: Log;
  /** Letters that wait to be told of; beyond that the youngest is not told, and that is logged. Default 1,000. */
  readonly maxWaiting?: number;
  /** Milliseconds before each further attempt. Default 1 s, 5 s, 30 s. */
  readonly pauses?: readonly number[];
}

/** Octets of an answer that nobody reads. */
const MAX_ANSWER = 64 * 1024;

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #agent = new HttpAgent();
  readonly #waiting: StoredMessage[] = [];
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  watch(mailboxes: Mailboxes): void {
    this.#unwatch = mailboxes.watch((change) => {
      if (change.type === "added") this.#add(change.message);
    });
  }

  /** What is not told by now is not told. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#stopping.abort();
    await this.#running;
    this.#agent.close();
  }

  #add(message: StoredMessage): void {
    const { log, maxWaiting = 1000 } = this.#options;
    if (this.#waiting.length >= maxWaiting) {
      log.warn(`webhook: ${maxWaiting} letters wait to be told of; ${message.id} is not told`);
      return;
    }
    this.#waiting.push(message);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** One after the other, in the order they came. */
  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#stopping.signal.aborted) return;
      await this.#tell(next);
    }
  }

  async #tell(message: StoredMessage): Promise<void> {
    const { log, pauses = [1000, 5000, 30_000] } = this.#options;
    for (const pause of [...pauses, undefined]) {
      const failure = await this.#post(message);
      if (failure === undefined || this.#stopping.signal.aborted) return;
      log.warn(`webhook: ${message.id} was not told: ${failure}`);
      if (pause !== undefined) await this.#rest(pause);
    }
  }

  /** Why it failed; undefined: it was taken. */
  async #post(message: StoredMessage): Promise<string | undefined> {
    try {
      const response = await this.#agent.request({
        method: "POST",
        url: this.#options.url,
        fields: ["Content-Type", "application/json"],
        content: JSON.stringify(message),
        signal: this.#stopping.signal,
      });
      await response.body.text(MAX_ANSWER);
      return response.status < 300 ? undefined : `it answered ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }
}
