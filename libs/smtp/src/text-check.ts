/** Whether octets are text as mail has it: lines of at most so many octets that end in CR LF, and no NUL. */

const CR = 13;
const LF = 10;

export type TextFault = "bare-cr" | "bare-lf" | "nul" | "long-line";

export class TextCheck {
  readonly #maxLine: number;
  /** Octets of the line that is not at its end. */
  #line = 0;
  #afterCr = false;
  #fault: TextFault | undefined;

  /** `maxLine` in octets, line end counted. */
  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  /** The first one found. */
  get fault(): TextFault | undefined {
    return this.#fault;
  }

  feed(octets: Uint8Array): void {
    if (this.#fault !== undefined || octets.length === 0) return;
    // RFC 5321 §4.5.2 with RFC 5322 §2.3: CR and LF only together; NUL is no part of text.
    if (octets.includes(0)) this.#fault = "nul";
    this.#feedCr(octets);
    this.#feedLf(octets);
    this.#afterCr = octets[octets.length - 1] === CR;
  }

  /** No more comes. */
  end(): void {
    if (this.#afterCr) this.#fault ??= "bare-cr";
  }

  #feedCr(octets: Uint8Array): void {
    if (this.#afterCr && octets[0] !== LF) this.#fault ??= "bare-cr";
    for (let cr = octets.indexOf(CR); cr >= 0; cr = octets.indexOf(CR, cr + 1)) {
      if (cr + 1 < octets.length && octets[cr + 1] !== LF) {
        this.#fault ??= "bare-cr";
        return;
      }
    }
  }

  #feedLf(octets: Uint8Array): void {
    let start = -this.#line;
    for (let lf = octets.indexOf(LF); lf >= 0; lf = octets.indexOf(LF, lf + 1)) {
      if (!(lf > 0 ? octets[lf - 1] === CR : this.#afterCr)) this.#fault ??= "bare-lf";
      if (lf + 1 - start > this.#maxLine) this.#fault ??= "long-line";
      start = lf + 1;
    }
    this.#line = octets.length - start;
    if (this.#line > this.#maxLine) this.#fault ??= "long-line";
  }
}
