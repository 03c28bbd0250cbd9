/** Whether octets are text as mail has it: lines of at most so many octets that end in CR LF, and no NUL. */

const CR = 13;
const LF = 10;

export class TextCheck {
  readonly #maxLine: number;
  /** Octets of the line that is not at its end. */
  #line = 0;
  #afterCr = false;
  #bare = false;
  #nul = false;
  #longLine = false;

  /** `maxLine` in octets, line end counted. */
  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  /** A CR or LF stands alone. */
  get bare(): boolean {
    return this.#bare;
  }
  get nul(): boolean {
    return this.#nul;
  }
  get longLine(): boolean {
    return this.#longLine;
  }

  // All of it is looked for to the end: what is found must not depend on how the network has cut the octets.
  feed(octets: Uint8Array): void {
    if (octets.length === 0) return;
    // RFC 5321 §4.5.2 with RFC 5322 §2.3: CR and LF only together; NUL is no part of text.
    this.#nul ||= octets.includes(0);
    this.#feedCr(octets);
    this.#feedLf(octets);
    this.#afterCr = octets[octets.length - 1] === CR;
  }

  /** No more comes. */
  end(): void {
    this.#bare ||= this.#afterCr;
  }

  #feedCr(octets: Uint8Array): void {
    if (this.#afterCr && octets[0] !== LF) this.#bare = true;
    for (let cr = octets.indexOf(CR); cr >= 0 && !this.#bare; cr = octets.indexOf(CR, cr + 1))
      if (cr + 1 < octets.length && octets[cr + 1] !== LF) this.#bare = true;
  }

  #feedLf(octets: Uint8Array): void {
    let start = -this.#line;
    for (let lf = octets.indexOf(LF); lf >= 0; lf = octets.indexOf(LF, lf + 1)) {
      if (!(lf > 0 ? octets[lf - 1] === CR : this.#afterCr)) this.#bare = true;
      if (lf + 1 - start > this.#maxLine) this.#longLine = true;
      start = lf + 1;
    }
    this.#line = octets.length - start;
    if (this.#line > this.#maxLine) this.#longLine = true;
  }
}
