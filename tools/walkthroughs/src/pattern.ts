/** Does the output hold what the block promises? `...` any lines, `[..]` any text, `{{name}}` a value. */

export type Values = ReadonlyMap<string, string>;

export type Match =
  | { readonly matches: true; readonly captured: Values; readonly taken: number }
  /** The first line that differs: index into the expected and into the output (or past their end). */
  | { readonly matches: false; readonly expected: number; readonly actual: number };

export const placeholder = /\{\{([a-z][a-z0-9_]*)\}\}/g;

export interface MatchOptions {
  /** The output may go on after what is expected: a program that still runs. */
  readonly open?: boolean;
}

/**
 * Lines are compared without the blanks and the CR at their end. A value is captured where it is met first
 * (one or more octets that are not blank) and must be the same from then on.
 */
export function matchOutput(
  expected: readonly string[],
  actual: readonly string[],
  values: Values,
  { open = false }: MatchOptions = {},
): Match {
  const segments = toSegments(expected);
  const captured = new Map(values);
  let at = 0;
  for (const [index, segment] of segments.entries()) {
    const anchored = index === 0;
    const toTheEnd = index === segments.length - 1 && !open;
    const last = actual.length - segment.lines.length;
    const from = toTheEnd && !anchored ? Math.max(at, last) : at;
    const until = anchored || toTheEnd ? from : last;
    let best = compare(segment, actual, from, captured);
    // Between two elisions the first place that fits is taken, as a reader would.
    for (let place = from + 1; place <= until && !best.fits; place += 1) {
      const next = compare(segment, actual, place, captured);
      if (next.fits || next.length > best.length) best = next;
    }
    if (!best.fits) {
      return { matches: false, expected: segment.from + best.length, actual: best.from + best.length };
    }
    for (const [name, value] of best.captured) captured.set(name, value);
    at = best.from + segment.lines.length;
    if (toTheEnd && at < actual.length) return { matches: false, expected: expected.length, actual: at };
  }
  return { matches: true, captured, taken: at };
}

interface Segment {
  /** Index of the first line among the expected ones. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** The runs of lines between `...`; n elisions make n + 1 runs, empty ones among them. */
function toSegments(expected: readonly string[]): Segment[] {
  const segments: { from: number; lines: string[] }[] = [{ from: 0, lines: [] }];
  for (const [index, line] of expected.entries()) {
    if (line.trimEnd() === "...") segments.push({ from: index + 1, lines: [] });
    else segments.at(-1)?.lines.push(line);
  }
  return segments;
}

interface Comparison {
  readonly fits: boolean;
  readonly from: number;
  /** Lines that fit before the first that does not. */
  readonly length: number;
  readonly captured: Values;
}

function compare(segment: Segment, actual: readonly string[], from: number, values: Values): Comparison {
  const captured = new Map(values);
  for (const [index, pattern] of segment.lines.entries()) {
    const line = actual[from + index];
    const found = line === undefined ? undefined : matchLine(pattern, line, captured);
    if (found === undefined) return { fits: false, from, length: index, captured };
    for (const [name, value] of found) captured.set(name, value);
  }
  return { fits: true, from, length: segment.lines.length, captured };
}

/** The values this line captures, or undefined when it does not match. */
export function matchLine(pattern: string, line: string, values: Values): Values | undefined {
  const names: string[] = [];
  const source = pattern
    .trimEnd()
    .split(/(\[\.\.\]|\{\{[a-z][a-z0-9_]*\}\})/)
    .map((part, index, parts) => {
      if (part === "[..]") return ".*?";
      const name = part.startsWith("{{") ? part.slice(2, -2) : "";
      if (name === "") return escape(part);
      const value = values.get(name);
      if (value !== undefined) return escape(value);
      const again = names.indexOf(name);
      if (again !== -1) return `\\${again + 1}`;
      names.push(name);
      // Before "any text" a value ends where a word does, not after its first sign.
      const before = parts[index + 1] === "" && parts[index + 2] === "[..]";
      return before ? "(\\S+?)(?!\\w)" : "(\\S+?)";
    })
    .join("");
  const found = new RegExp(`^${source}$`, "su").exec(line.trimEnd());
  if (found === null) return undefined;
  return new Map(names.map((name, index) => [name, found[index + 1] ?? ""]));
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Puts captured values into a command or a file. `missing` gets each name that has none. */
export function fillIn(text: string, values: Values, missing: (name: string) => void): string {
  return text.replaceAll(placeholder, (whole, name: string) => {
    const value = values.get(name);
    if (value === undefined) missing(name);
    return value ?? whole;
  });
}
