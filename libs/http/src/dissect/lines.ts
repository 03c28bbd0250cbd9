/** RFC 9112 §2.1, §2.2: the lines of a head, a chunk or a trailer section, found once however the octets are cut. */

export interface Line {
  /** Index of the first octet. */
  readonly from: number;
  /** Index behind the last octet of the text. */
  readonly to: number;
  /** Index behind the line's end. */
  readonly end: number;
  /** Ended by LF alone. */
  readonly bare: boolean;
}

const CR = 0x0d;
const LF = 0x0a;

export class LineScanner {
  readonly lines: Line[] = [];
  /** No LF before this index, except those of {@link lines}. */
  #searched = 0;
  #start = 0;

  /** The next line, kept in {@link lines} too; undefined when it is not whole. `octets`: the same ones, and more. */
  next(octets: Uint8Array): Line | undefined {
    const at = octets.indexOf(LF, this.#searched);
    if (at < 0) {
      this.#searched = octets.length;
      return undefined;
    }
    const bare = at === this.#start || octets[at - 1] !== CR;
    const line = { from: this.#start, to: bare ? at : at - 1, end: at + 1, bare };
    this.#start = at + 1;
    this.#searched = at + 1;
    this.lines.push(line);
    return line;
  }
}
