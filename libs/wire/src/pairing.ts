/**
 * Protocols in which answers come in the order of the requests (RFC 9112 §9.3.2, RFC 2920 §3.1, RFC 2449 §6.6), read from
 * a recording: which request the next answer is for, if that is sure.
 */
export class Pairing<Request> {
  readonly #max: number;
  #outstanding: Request[] = [];
  /** Requests may have gone by unseen: until the client has evidently waited for an answer, nothing is sure. */
  #doubt: "none" | "unseen" | "answered" = "none";

  /** `max`: requests without an answer that are remembered; with more than that nothing is sure any more. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Requests may have gone by unseen. */
  get inDoubt(): boolean {
    return this.#doubt !== "none";
  }

  asked(request: Request): void {
    // A client that asks again after an answer came is taken to have waited for it.
    if (this.#doubt === "answered") this.#doubt = "none";
    if (this.#doubt === "none") this.#outstanding.push(request);
    if (this.#outstanding.length > this.#max) this.lost();
  }

  /** The request the next answer is for. */
  current(): Request | undefined {
    return this.#outstanding[0];
  }

  /** A final answer came. */
  answered(): void {
    this.#outstanding.shift();
    if (this.#doubt === "unseen") this.#doubt = "answered";
  }

  /** A request or an answer may be missing. */
  lost(): void {
    this.#outstanding = [];
    this.#doubt = "unseen";
  }
}
