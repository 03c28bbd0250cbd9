/** The other side of {@link DotReader}: a dot before each line that begins with one, and the last line (RFC 5321 §4.5.2). */
import { LocalError } from "./errors.ts";

const CR = 13;
const LF = 10;
const DOT = 46;

const ONE_DOT = Uint8Array.of(DOT);
const LAST_LINE = Uint8Array.of(DOT, CR, LF);
const LINE_END = Uint8Array.of(CR, LF);

export class DotWriter {
  #atStart = true;
  #afterCr = false;

  /** Views of `octets` with dots between them. Throws LocalError "DOT_BARE_LINE_END" for a CR or LF on its own. */
  data(octets: Uint8Array): readonly Uint8Array[] {
    if (octets.length === 0) return [];
    if (this.#afterCr && octets[0] !== LF) throw bareLineEnd();
    const pieces: Uint8Array[] = [];
    if (this.#atStart && octets[0] === DOT) pieces.push(ONE_DOT);
    let from = 0;
    for (let lf = octets.indexOf(LF); lf >= 0; lf = octets.indexOf(LF, lf + 1)) {
      if (!(lf > 0 ? octets[lf - 1] === CR : this.#afterCr)) throw bareLineEnd();
      if (octets[lf + 1] !== DOT) continue;
      pieces.push(octets.subarray(from, lf + 1), ONE_DOT);
      from = lf + 1;
    }
    for (let cr = octets.indexOf(CR); cr >= 0; cr = octets.indexOf(CR, cr + 1))
      if (cr + 1 < octets.length && octets[cr + 1] !== LF) throw bareLineEnd();
    pieces.push(octets.subarray(from));
    const last = octets.length - 1;
    this.#atStart = octets[last] === LF;
    this.#afterCr = octets[last] === CR;
    return pieces;
  }

  /** The line that ends it, behind a line end of our own where the text has none (RFC 5321 §4.1.1.4). */
  end(): readonly Uint8Array[] {
    if (this.#afterCr) throw bareLineEnd();
    return this.#atStart ? [LAST_LINE] : [LINE_END, LAST_LINE];
  }
}

function bareLineEnd(): LocalError {
  return new LocalError("DOT_BARE_LINE_END", "a CR or LF stands alone in a text that is to be sent");
}
