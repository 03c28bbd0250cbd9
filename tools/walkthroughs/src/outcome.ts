/** How a step ended, and how that is told: file and line first, so that a terminal leads there. */
import { toLines } from "./output.ts";
import type { Values } from "./pattern.ts";
import { type Step, titleOf } from "./step.ts";

export type Outcome =
  | { readonly state: "passed"; readonly captured: Values }
  | { readonly state: "left out"; readonly reason: string }
  | {
      readonly state: "failed";
      /** The line of the file that is wrong. */
      readonly line: number;
      readonly why: string;
      /** What was printed and with which status, when the command came to its end: `-u` writes it down. */
      readonly actual?: { readonly lines: readonly string[]; readonly status: number };
      readonly output: string;
    };

/** Lines of output a report quotes. */
const quoted = 40;

export function describeFailure(
  path: string,
  step: Step,
  { line, why, output }: Outcome & { state: "failed" },
): string {
  const lines = toLines(output);
  const shown = lines.slice(0, quoted).map((text) => `  | ${text}`);
  const more = lines.length > quoted ? [`  | (${lines.length - quoted} more lines)`] : [];
  const all = lines.length === 0 ? ["  it printed nothing"] : ["  it printed:", ...shown, ...more];
  return [`${path}:${line}: ${why}`, `  ${titleOf(step)}`, ...all].join("\n");
}
