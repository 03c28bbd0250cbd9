/** RFC 5321 §4.2: the lines of a reply, one behind the other, until one has no hyphen behind its code. */
import { lineText, printableText, partsOfLine, type DissectedLine, type Range } from "@socketscope/wire";
import { scanReplyLine, type ReplyLine } from "../replies.ts";

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

  /** `to`: the verb that it answers; the lines behind the first of EHLO's name extensions. */
  add(line: DissectedLine, scanned: ReplyLine, to: string | undefined): void {
    const more = line.octets.length > 3;
    const enhanced = scanned.enhanced === undefined ? 0 : scanned.enhanced.to - scanned.enhanced.from;
    // RFC 2034 §4: the reply to EHLO has no enhanced codes: "2.0.0" there would be a domain.
    const text = lineText(line.octets.subarray(Math.min(scanned.text, line.octets.length)));
    const isExtension = to === "EHLO" && this.#count > 0 && this.code === 250;
    const name = isExtension ? `extension ${/^\S*/.exec(text)?.[0].toUpperCase() ?? ""}` : "text";
    if (this.#count < MAX_LINES) {
      this.parts.push(
        ...partsOfLine(
          line,
          [
            ["code", 3],
            [scanned.last ? "blank" : "hyphen", more ? 1 : 0],
            ["enhanced code", enhanced],
            ["blank", enhanced > 0 && scanned.text > 4 + enhanced ? 1 : 0],
          ],
          this.code === 334 ? "challenge" : name,
        ),
      );
    } else this.#extend(line.to);
    if (this.#count++ === 0) this.#text = lineText(line.octets);
    // RFC 5321 §4.2.1: each line of a reply has the same code.
    if (scanned.code !== this.code)
      this.problem ??= `it begins with ${this.code} and goes on with ${scanned.code}`;
    this.problem ??= line.problem;
  }

  get summary(): string {
    const shown = this.code === 334 ? "334 (a challenge, in base64)" : printableText(this.#text);
    return this.#count > 1 ? `${shown.replace(/^(\d{3})-/, "$1 ")} … ${this.#count} lines` : shown;
  }

  #extend(to: number): void {
    const last = this.parts.pop();
    if (last?.name === "more lines") this.parts.push({ ...last, to });
    else if (last !== undefined) this.parts.push(last, { name: "more lines", from: last.to, to });
  }
}

/** The line as one of a reply; a lone code is one (RFC 5321 §4.2). */
export function scanLine(line: DissectedLine): ReplyLine | undefined {
  return scanReplyLine(line.octets);
}
