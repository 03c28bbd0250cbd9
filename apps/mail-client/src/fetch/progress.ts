/** One line on a terminal that says how far it is. */
import type { Terminal } from "../terminal.ts";

/** Milliseconds between two drawings. */
const EVERY = 100;

export class FetchProgress {
  readonly #terminal: Terminal;
  readonly #shown: boolean;
  #total = { messages: 0, octets: 0 };
  #messages = 0;
  #octets = 0;
  #drawn = 0;

  constructor(terminal: Terminal, shown: boolean) {
    this.#terminal = terminal;
    this.#shown = shown && terminal.stderr.isTTY === true;
  }

  /** `octets`: as the server counts them. */
  expect(messages: number, octets: number): void {
    this.#total = { messages, octets };
  }

  add(octets: number): void {
    this.#octets += octets;
    this.#draw();
  }

  done(): void {
    this.#messages++;
    this.#draw();
  }

  clear(): void {
    if (this.#drawn > 0) this.#terminal.stderr.write("\r\u001b[K");
    this.#drawn = 0;
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#shown || now - this.#drawn < EVERY) return;
    this.#drawn = now;
    const { messages, octets } = this.#total;
    const text = `${this.#messages} of ${messages} messages, ${this.#octets} of ${octets} octets`;
    this.#terminal.stderr.write(`\r\u001b[K${text.slice(0, (this.#terminal.stderr.columns ?? 80) - 1)}`);
  }
}
