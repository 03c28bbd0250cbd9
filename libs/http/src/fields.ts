/**
 * RFC 9110 §5: field lines as they came. Names keep their case, values are latin1 text (§5.5: anything
 * else is opaque), order is kept. A list that is read once and thrown away: no map is built.
 */

/** Name, value, name, value, …: flat, since a head is made and read for every message. */
export type FieldLines = readonly string[];

export class Fields {
  readonly lines: FieldLines;

  constructor(lines: FieldLines) {
    this.lines = lines;
  }

  /** The value; several lines of one name are joined by ", " (RFC 9110 §5.3). `name` in lower case. */
  get(name: string): string | undefined {
    const { lines } = this;
    let value: string | undefined;
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const candidate = lines[i];
      if (candidate?.length === name.length && candidate.toLowerCase() === name) {
        value = value === undefined ? lines[i + 1] : `${value}, ${lines[i + 1]}`;
      }
    }
    return value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Every line's value on its own (RFC 9110 §5.3: Set-Cookie cannot be joined). `name` in lower case. */
  all(name: string): readonly string[] {
    const values: string[] = [];
    const { lines } = this;
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const candidate = lines[i];
      if (candidate?.length === name.length && candidate.toLowerCase() === name)
        values.push(lines[i + 1] ?? "");
    }
    return values;
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    for (let i = 0; i + 1 < this.lines.length; i += 2) yield [this.lines[i] ?? "", this.lines[i + 1] ?? ""];
  }
}
