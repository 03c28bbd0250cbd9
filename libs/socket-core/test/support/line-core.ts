/** The smallest protocol that has everything: lines in, lines out, a limit, a fatal fault, a clock, its own end. */
import { LimitError, RemoteError, type Core, type Input, type Rest } from "@socketscope/wire";

export interface Line {
  readonly text: string;
}

export const clocks = {
  slow: { line: { ms: 60_000, from: "start" } },
  lively: { line: { ms: 60_000, from: "progress" } },
} as const;

export class LineCore implements Core<Line, string, "line"> {
  state = "open";
  readonly waitingFor = "line";
  /** Inputs that are no octets, in order. */
  readonly told: string[] = [];
  #held = Buffer.alloc(0);

  receive(input: Input): void {
    if (typeof input !== "string") this.#held = Buffer.concat([this.#held, input]);
    else {
      this.told.push(input);
      if (this.state === "open") this.state = input;
    }
  }

  next(): Line | Rest {
    const at = this.#held.indexOf("\n");
    if (at >= 0) {
      const text = this.#held.toString("latin1", 0, at);
      this.#held = this.#held.subarray(at + 1);
      if (text === "BAD") throw new RemoteError("LINE_BAD", "a bad line", "error: bad");
      return { text };
    }
    if (this.#held.length > 1024)
      throw new LimitError("LINE_TOO_LONG", "over 1,024 octets", "error: too long");
    return this.state === "open" ? "need-data" : "closed";
  }

  send(text: string): Uint8Array {
    if (text === "quit") this.state = "quit";
    return Buffer.from(`${text}\n`, "latin1");
  }

  unread(): Uint8Array {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}
