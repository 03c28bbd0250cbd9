/** One datagram in, one event out. `end` ends, `bad` is a fatal fault with an answer, `huge` breaks its limit. */
import { LimitError, RemoteError, type Core, type Input, type Rest } from "@socketscope/wire";

export interface Said {
  readonly text: string;
}

export class DatagramCore implements Core<Said, string, "datagram"> {
  state = "open";
  readonly waitingFor = "datagram";
  readonly #waiting: string[] = [];

  receive(input: Input): void {
    this.#waiting.push(typeof input === "string" ? `(${input})` : Buffer.from(input).toString("latin1"));
  }

  next(): Said | Rest {
    const text = this.#waiting.shift();
    if (text === undefined) return this.state === "open" ? "need-data" : "closed";
    if (text === "bad") throw new RemoteError("BAD", "a bad datagram", "that was bad");
    if (text === "huge") throw new LimitError("HUGE", "over the limit");
    if (text === "end") this.state = "ended";
    return { text };
  }

  /** In two pieces: they must arrive as one datagram. */
  send(text: string): readonly Uint8Array[] {
    return [Buffer.from("> ", "latin1"), Buffer.from(text, "latin1")];
  }

  unread(): Uint8Array {
    return new Uint8Array(0);
  }
}
