/** RFC 3030: a message as BDAT chunks of one size, some of them sent ahead of their replies. */
import type { Reply } from "@socketscope/smtp";
import type { Exchange } from "./exchange.ts";

/** Chunks that wait for their reply: enough to keep the line busy. */
const MAX_AHEAD = 4;

export interface ChunkOptions {
  /** Of one chunk; the last may have less. */
  readonly octets: number;
  /** RFC 3030 §4.2: sent ahead, where PIPELINING is offered. */
  readonly ahead: boolean;
  /** The chunk that ends the message is about to go. */
  readonly onLast: () => void;
}

export class Chunks {
  readonly #exchange: Exchange;
  readonly #options: ChunkOptions;
  #held: Uint8Array[] = [];
  #heldOctets = 0;
  readonly #waiting: Promise<Reply | undefined>[] = [];
  /** What ends it before its time: the first refusal, or that the connection ended. */
  #verdict: Reply | "gone" | undefined;

  constructor(exchange: Exchange, options: ChunkOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  /** False: a chunk was refused, the rest is not wanted. */
  async add(octets: Uint8Array): Promise<boolean> {
    let rest = octets;
    while (rest.length > 0 && this.#verdict === undefined) {
      // Not before there is more: the chunk may be the last.
      if (this.#heldOctets === this.#options.octets) await this.#send(false);
      const piece = rest.subarray(0, this.#options.octets - this.#heldOctets);
      this.#held.push(piece);
      this.#heldOctets += piece.length;
      rest = rest.subarray(piece.length);
    }
    return this.#verdict === undefined;
  }

  /** The reply to the last chunk, or the first refusal; undefined when the connection ended. */
  async end(): Promise<Reply | undefined> {
    let last: Reply | undefined;
    if (this.#verdict === undefined) {
      this.#options.onLast();
      await this.#send(true);
    }
    // What was sent ahead is still answered; RSET comes behind it.
    for (const reply of this.#waiting.splice(0)) {
      last = await reply;
      this.#judge(last);
    }
    if (this.#verdict === "gone") return undefined;
    return this.#verdict ?? last;
  }

  async #send(last: boolean): Promise<void> {
    const octets = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldOctets = 0;
    this.#waiting.push(this.#exchange.ahead({ type: "bdat", octets, last }));
    const ahead = this.#options.ahead ? MAX_AHEAD : last ? 1 : 0;
    while (this.#waiting.length > ahead) this.#judge(await this.#waiting.shift());
    await this.#exchange.drained();
  }

  #judge(reply: Reply | undefined): void {
    if (reply === undefined) this.#verdict ??= "gone";
    else if (reply.code >= 400) this.#verdict ??= reply;
  }
}
