/** The lines of one reply of three digits (RFC 959 §4.2, RFC 5321 §4.2), as a dissector cuts them into parts. */
import type { Range } from "./dissect.ts";
import { lineText, partsOfLine, printableText, type DissectedLine } from "./text-lane.ts";

/** Lines of a reply that are cut into parts; what more comes is one part. */
const MAX_LINES = 256;

export class ReplyParts {
  readonly from: number;
  readonly code: number;
  readonly parts: Range[] = [];
  #problem: string | undefined;
  #first = "";
  #count = 0;

  constructor(first: DissectedLine, code: number) {
    this.from = first.from;
    this.code = code;
  }

  /** Lines so far. */
  get count(): number {
    return this.#count;
  }

  /** The first thing that was wrong. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** `pieces`, `rest`: as those of {@link partsOfLine}. */
  add(line: DissectedLine, pieces: Parameters<typeof partsOfLine>[1], rest: string, problem?: string): void {
    if (this.#count < MAX_LINES) this.parts.push(...partsOfLine(line, pieces, rest));
    else this.#extend(line.to);
    if (this.#count++ === 0) this.#first = lineText(line.octets);
    this.#problem ??= line.problem ?? problem;
  }

  get summary(): string {
    const shown = printableText(this.#first);
    return this.#count > 1 ? `${shown.replace(/^(\d{3})-/, "$1 ")} … ${this.#count} lines` : shown;
  }

  #extend(to: number): void {
    const last = this.parts.pop();
    if (last?.name === "more lines") this.parts.push({ ...last, to });
    else if (last !== undefined) this.parts.push(last, { name: "more lines", from: last.to, to });
  }
}
