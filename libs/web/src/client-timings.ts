/** How long each step of a request took, as it was seen, never derived. */
import type { DialTimes } from "./client-dial.ts";

/** Milliseconds since the request began, fractions included; undefined: there was no such step, or not yet. */
export interface Timings {
  /** The name's addresses are known. */
  readonly name: number | undefined;
  /** TCP is open. */
  readonly connect: number | undefined;
  /** The TLS handshake is done. */
  readonly tls: number | undefined;
  /** The first octet of an answer, an interim one too, is here. */
  readonly firstByte: number | undefined;
  /** The last octet of the content is here. */
  readonly total: number | undefined;
}

export class RequestClock implements Timings {
  readonly dial: DialTimes = { name: undefined, connect: undefined, tls: undefined };
  /** On the clock of `performance.now()`, as in {@link dial}. */
  firstOctet: number | undefined;
  ended: number | undefined;
  readonly #start = performance.now();

  get name(): number | undefined {
    return this.#since(this.dial.name);
  }
  get connect(): number | undefined {
    return this.#since(this.dial.connect);
  }
  get tls(): number | undefined {
    return this.#since(this.dial.tls);
  }
  get firstByte(): number | undefined {
    return this.#since(this.firstOctet);
  }
  get total(): number | undefined {
    return this.#since(this.ended);
  }

  #since(moment: number | undefined): number | undefined {
    return moment === undefined ? undefined : moment - this.#start;
  }
}
