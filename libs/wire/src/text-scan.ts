/**
 * Text of lines that end in CR LF, looked at once: where a line begins with a dot, and what mail does not allow in it.
 * The octets come cut anyhow, and what is found does not depend on how.
 */

const LF = 10;
const CR = 13;
const DOT = 46;

export class TextScan {
  readonly #maxLine: number;
  /** Octets of the line that is not at its end. */
  #line = 0;
  #afterCr = false;
  #atStart = true;
  #bare: "bare-cr" | "bare-lf" | undefined;
  #nul = false;
  #longLine = false;

  /** `maxLine` in octets, line end counted. Default Infinity. */
  constructor(maxLine = Infinity) {
    this.#maxLine = maxLine;
  }

  /** The first line end that is none, by its place: RFC 5321 §2.3.8 forbids CR and LF on their own. */
  get bare(): "bare-cr" | "bare-lf" | undefined {
    return this.#bare;
  }
  get nul(): boolean {
    return this.#nul;
  }
  get longLine(): boolean {
    return this.#longLine;
  }
  /** What comes next begins a line. */
  get atStart(): boolean {
    return this.#atStart;
  }

  // Each octet is searched for three times by indexOf: Node's is a tenth of what a loop over the octets costs.
  /** Looks at `octets[from … to)`, up to the next line that begins with a dot; returns where it stopped. */
  feed(octets: Uint8Array, from: number, to: number): number {
    if (from >= to) return from;
    // The first octet may belong to what came before.
    if (this.#afterCr && octets[from] !== LF) this.#bare ??= "bare-cr";
    const here = to === octets.length ? octets : octets.subarray(0, to);
    const firstLf = this.#afterCr && octets[from] === LF ? from : -1;
    let bareLf = Infinity;
    let start = from - this.#line;
    let stop = to;
    for (let lf = here.indexOf(LF, from); lf >= 0; lf = here.indexOf(LF, lf + 1)) {
      const ends = lf === firstLf || (lf > from && here[lf - 1] === CR);
      if (!ends && bareLf > lf) bareLf = lf;
      if (lf + 1 - start > this.#maxLine) this.#longLine = true;
      start = lf + 1;
      if (ends && here[start] === DOT) {
        stop = start;
        break;
      }
    }
    const bareCr = this.#firstBareCr(here, from, stop);
    if (bareLf < stop || bareCr < stop) this.#bare ??= bareCr < bareLf ? "bare-cr" : "bare-lf";
    this.#nul ||= here.subarray(from, stop).includes(0);
    this.#line = stop - start;
    if (this.#line > this.#maxLine) this.#longLine = true;
    const last = here[stop - 1];
    this.#atStart = last === LF && (stop - 1 === firstLf || (stop - 1 > from && here[stop - 2] === CR));
    this.#afterCr = last === CR;
    return stop;
  }

  /** Infinity: there is none, as far as can be told yet. */
  #firstBareCr(octets: Uint8Array, from: number, to: number): number {
    for (let cr = octets.indexOf(CR, from); cr >= 0 && cr + 1 < to; cr = octets.indexOf(CR, cr + 1))
      if (octets[cr + 1] !== LF) return cr;
    return Infinity;
  }

  /** No more comes. */
  end(): void {
    if (this.#afterCr) this.#bare ??= "bare-cr";
  }
}
