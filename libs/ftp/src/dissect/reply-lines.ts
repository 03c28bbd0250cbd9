/** RFC 959 §4.2: the lines of a reply, from `code-` to `code `; what stands between is anything. */
import { lineText, partsOfLine, printableText, type DissectedLine, type Range } from "@socketscope/wire";
import type { ReplyLine } from "../replies.ts";

/** Lines of a reply that are cut into parts; what more comes is one part. */
const MAX_LINES = 256;

export class ReplyLines {
  readonly from: number;
  readonly code: number;
  readonly parts: Range[] = [];
  problem: string | undefined;
  #text = "";
  #count = 0;

  constructor(first: DissectedLine, code: number) {
    this.from = first.from;
    this.code = code;
  }

  /** `scanned`: undefined for a line between the first and the last. */
  add(line: DissectedLine, scanned: ReplyLine | undefined): void {
    if (this.#count >= MAX_LINES) this.#extend(line.to);
    else if (scanned === undefined) this.parts.push(...partsOfLine(line, [], "text"));
    else {
      const more = line.octets.length > 3 ? 1 : 0;
      const pieces = [
        ["code", 3],
        [scanned.last ? "blank" : "hyphen", more],
        ...this.#address(line),
      ] as const;
      this.parts.push(...partsOfLine(line, pieces, "text"));
    }
    if (this.#count++ === 0) this.#text = lineText(line.octets);
    this.problem ??= line.problem;
  }

  /** Where the client shall connect to: 227 and 229. */
  #address({ octets }: DissectedLine): readonly (readonly [string, number])[] {
    const wanted = { 227: /\d{1,3}(?:,\d{1,3}){5}/, 229: /([!-~])\1\1\d{1,5}\1/ }[this.code];
    const text = lineText(octets.subarray(4));
    const found = wanted?.exec(text);
    // Only where a letter is an octet are the lengths those of the line.
    if (found === null || found === undefined || text.length !== octets.length - 4) return [];
    return [
      ["text", found.index],
      ["address", found[0].length],
    ];
  }

  get summary(): string {
    const shown = printableText(this.#text);
    return this.#count > 1 ? `${shown.replace(/^(\d{3})-/, "$1 ")} … ${this.#count} lines` : shown;
  }

  #extend(to: number): void {
    const last = this.parts.pop();
    if (last?.name === "more lines") this.parts.push({ ...last, to });
    else if (last !== undefined) this.parts.push(last, { name: "more lines", from: last.to, to });
  }
}
