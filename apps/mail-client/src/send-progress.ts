/** One line on a terminal that says how far many messages are, and the summary behind them. */
import type { Tally } from "./dispatch.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds between two drawings. */
const EVERY = 100;

export class SendProgress {
  readonly #terminal: Terminal;
  readonly #count: number;
  readonly #shown: boolean;
  readonly #started = performance.now();
  #drawn = 0;

  constructor(terminal: Terminal, count: number, silent: boolean) {
    this.#terminal = terminal;
    this.#count = count;
    this.#shown = count > 1 && !silent && terminal.stderr.isTTY === true;
  }

  draw(done: number): void {
    const now = performance.now();
    if (!this.#shown || now - this.#drawn < EVERY) return;
    this.#drawn = now;
    const text = `${done} of ${this.#count} messages, ${this.#rate(done)}`;
    this.#terminal.stderr.write(`\r\u001b[K${text.slice(0, (this.#terminal.stderr.columns ?? 80) - 1)}`);
  }

  clear(): void {
    if (this.#drawn > 0) this.#terminal.stderr.write("\r\u001b[K");
    this.#drawn = 0;
  }

  summary({ connections, sent, partly, failed, octets }: Tally): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const more = [
      partly > 0 ? `${partly} for some recipients` : "",
      failed > 0 ? `${failed} not sent` : "",
    ].filter(Boolean);
    const what = [`${sent} of ${this.#count} messages sent`, ...more].join(", ");
    const over = `${connections} connection${connections === 1 ? "" : "s"}`;
    return `${what}; ${octets} octets over ${over} in ${seconds.toFixed(2)} s, ${this.#rate(sent)}`;
  }

  #rate(messages: number): string {
    const seconds = Math.max(0.001, (performance.now() - this.#started) / 1000);
    return `${(messages / seconds).toFixed(1)}/s`;
  }
}
