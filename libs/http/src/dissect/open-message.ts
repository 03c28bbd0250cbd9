/** A message of content whose octets are still coming: only offsets are kept, however long it gets. */
import { UNREAD, type Direction, type Message, type Range } from "@socketscope/wire";

export class OpenMessage {
  readonly from: number;
  readonly parts: Range[] = [];
  /** Where its content begins in the stream. */
  dataFrom: number;
  /** Octets of it that were not recorded. */
  missing = 0;
  fault: string | undefined;

  constructor(from: number) {
    this.from = from;
    this.dataFrom = from;
  }

  get problem(): string | undefined {
    return this.missing > 0 ? `${this.missing} ${UNREAD.missing}` : this.fault;
  }

  /** The content ends at `to`. */
  closeData(name: string, to: number): void {
    if (to > this.dataFrom) this.parts.push({ name, from: this.dataFrom, to });
  }

  message(id: number, direction: Direction, to: number, kind: string, problem: string | undefined): Message {
    const { from, parts } = this;
    const summary = kind === "last chunk" ? this.#trailerSummary() : this.#dataSummary();
    return {
      id,
      direction,
      from,
      to,
      kind,
      summary,
      parts,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  #dataSummary(): string {
    const data = this.parts.find((part) => /^(?:content|chunk data|unparsed)$/.test(part.name));
    return `${data === undefined ? 0 : data.to - data.from} octets`;
  }

  #trailerSummary(): string {
    const count = this.parts.filter((part) => part.name.startsWith("field ")).length;
    return count === 0 ? "the end" : `the end, ${count} trailer field${count === 1 ? "" : "s"}`;
  }
}
