/** RFC 9112 §9.3.2: answers come in the order of the requests. Which request the next response is for, if that is sure. */

export interface Outstanding {
  readonly id: number;
  readonly method: string;
  /** It asks to leave HTTP: Upgrade or CONNECT. */
  readonly leaves: boolean;
}

export class Pairing {
  readonly #max: number;
  #outstanding: Outstanding[] = [];
  /** Requests may have gone by unseen: until the client has evidently waited for an answer, nothing is sure. */
  #doubt: "none" | "unseen" | "answered" = "none";

  constructor(max: number) {
    this.#max = max;
  }

  asked(request: Outstanding): void {
    // A client that asks again after an answer came is taken to have waited for it.
    if (this.#doubt === "answered") this.#doubt = "none";
    if (this.#doubt === "none") this.#outstanding.push(request);
    if (this.#outstanding.length > this.#max) this.lost();
  }

  /** The request the next response is for. */
  current(): Outstanding | undefined {
    return this.#outstanding[0];
  }

  /** A final response came. */
  answered(): void {
    this.#outstanding.shift();
    if (this.#doubt === "unseen") this.#doubt = "answered";
  }

  /** A request or a response may be missing. */
  lost(): void {
    this.#outstanding = [];
    this.#doubt = "unseen";
  }
}
