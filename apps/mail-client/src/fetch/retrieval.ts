/** Which messages are fetched, and what becomes of each: written, synced, remembered, and only then marked for removal. */
import { describeResponse } from "@socketscope/pop3";
import type { Exchange, Taker } from "./exchange.ts";
import { listMailbox, type ListedMessage } from "./mailbox.ts";
import type { Memory } from "./memory.ts";
import type { Letter, Store } from "./store.ts";

/** Messages asked for ahead (RFC 2449 §6.6): enough that a far server is never idle. */
const AHEAD = 8;

export interface Wanted {
  readonly number: number | undefined;
  readonly all: boolean;
  readonly remove: boolean;
}

export interface Watcher {
  expect(messages: number, octets: number): void;
  add(octets: number): void;
  done(): void;
  complain(text: string): void;
}

export interface Tally {
  fetched: number;
  octets: number;
  /** Here from before, not fetched again. */
  known: number;
  /** -ERR to RETR or DELE. */
  refused: number;
  /** DELE was answered with +OK; removed they are behind QUIT. */
  marked: number;
}

export class Retrieval {
  readonly #exchange: Exchange;
  readonly #store: Store;
  readonly #memory: Memory | undefined;
  readonly #wanted: Wanted;
  readonly #watcher: Watcher;
  readonly tally: Tally = { fetched: 0, octets: 0, known: 0, refused: 0, marked: 0 };

  constructor(
    exchange: Exchange,
    store: Store,
    memory: Memory | undefined,
    wanted: Wanted,
    watcher: Watcher,
  ) {
    this.#exchange = exchange;
    this.#store = store;
    this.#memory = memory;
    this.#wanted = wanted;
    this.#watcher = watcher;
  }

  /** Rejects where the conversation cannot go on; the tally says what was done by then. */
  async run(): Promise<void> {
    const listed = await listMailbox(this.#exchange);
    await this.#memory?.keepOnly(new Set(listed.flatMap(({ id }) => id ?? [])));
    const chosen = this.#chosen(listed);
    const fresh = chosen.filter((message) => !this.#isKnown(message));
    this.tally.known = chosen.length - fresh.length;
    this.#watcher.expect(
      fresh.length,
      fresh.reduce((sum, { octets }) => sum + octets, 0),
    );
    if (this.#wanted.remove)
      for (const message of chosen) if (this.#isKnown(message)) await this.#mark(message);
    await this.#fetchAll(fresh);
  }

  #chosen(listed: readonly ListedMessage[]): readonly ListedMessage[] {
    const { number } = this.#wanted;
    if (number === undefined) return listed;
    const chosen = listed.filter((message) => message.number === number);
    if (chosen.length === 0) {
      this.tally.refused++;
      this.#watcher.complain(`there is no message ${number}`);
    }
    return chosen;
  }

  #isKnown({ id }: ListedMessage): boolean {
    return id !== undefined && !this.#wanted.all && this.#memory?.has(id) === true;
  }

  async #fetchAll(messages: readonly ListedMessage[]): Promise<void> {
    const ahead = this.#exchange.capabilities.pipelining ? AHEAD : 1;
    const running: Promise<void>[] = [];
    try {
      for (const message of messages) {
        const one = this.#fetch(message);
        // It may fail, with the connection, before its turn to be waited for.
        one.catch(() => undefined);
        running.push(one);
        if (running.length >= ahead) await running.shift();
      }
      while (running.length > 0) await running.shift();
    } finally {
      await Promise.allSettled(running);
      await this.#exchange.taken();
    }
  }

  async #fetch(message: ListedMessage): Promise<void> {
    const taker = new LetterTaker(this.#store, (octets) => this.#watcher.add(octets));
    const response = await this.#exchange.retrieve(message.number, taker);
    if (!response.good) {
      this.tally.refused++;
      this.#watcher.complain(`message ${message.number}: ${describeResponse(response)}`);
      return;
    }
    await taker.keep();
    this.tally.fetched++;
    this.tally.octets += taker.octets;
    this.#watcher.done();
    if (message.id !== undefined) await this.#memory?.add(message.id);
    if (this.#wanted.remove) await this.#mark(message);
  }

  async #mark({ number }: ListedMessage): Promise<void> {
    const response = await this.#exchange.ask({ type: "dele", number });
    if (response.good) {
      this.tally.marked++;
      return;
    }
    this.tally.refused++;
    this.#watcher.complain(`message ${number} is not removed: ${describeResponse(response)}`);
  }
}

class LetterTaker implements Taker {
  readonly #store: Store;
  readonly #onOctets: (octets: number) => void;
  #letter: Letter | undefined;
  octets = 0;

  constructor(store: Store, onOctets: (octets: number) => void) {
    this.#store = store;
    this.#onOctets = onOctets;
  }

  async begin(): Promise<void> {
    this.#letter = await this.#store.begin();
  }

  piece(octets: Uint8Array): void | Promise<void> {
    this.octets += octets.length;
    this.#onOctets(octets.length);
    return this.#letter?.write(octets);
  }

  end(): void | Promise<void> {
    return this.#letter?.end();
  }

  async keep(): Promise<void> {
    await this.#letter?.keep();
  }
}
