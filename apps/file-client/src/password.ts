/** A password asked of whoever sits at the terminal; what is typed is not shown. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Terminal } from "./terminal.ts";

/** Undefined: nobody sits there, or nobody wants to say. */
export type Ask = (prompt: string) => Promise<string | undefined>;

/** Asks on standard error, since what is fetched may go to standard output. */
export function askAt({ stdin, stderr }: Terminal): Ask {
  return async (prompt) => {
    if (stdin.isTTY !== true) return undefined;
    stderr.write(prompt);
    const lines = createInterface({ input: stdin, output: new Hidden(), terminal: true, historySize: 0 });
    try {
      return await new Promise<string | undefined>((resolve) => {
        lines.once("line", resolve);
        // Ctrl-C and Ctrl-D.
        lines.once("close", () => resolve(undefined));
      });
    } finally {
      lines.close();
      stderr.write("\n");
    }
  };
}

class Hidden extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

/** The terminal of a prompt, which can be kept from showing what is typed. */
export class Screen extends Writable {
  readonly #to: Terminal["stdout"] & { readonly columns?: number };
  hidden = false;

  constructor(to: Terminal["stdout"]) {
    super();
    this.#to = to;
  }

  get columns(): number | undefined {
    return this.#to.columns;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (!this.hidden) this.#to.write(chunk);
    done();
  }
}
