/** What every command of the workshop stands on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceView } from "@socketscope/inspector";
import { parseWalkthrough, type Values } from "@socketscope/walkthroughs";
import type { Lesson } from "./lesson.ts";
import type { Place } from "./place.ts";
import { renderStep } from "./render.ts";
import { styleText } from "./style.ts";
import { valuesOf } from "./values.ts";

export interface Ground {
  /** The workspace's folder. */
  readonly root: string;
  readonly state: string;
  readonly lessons: readonly Lesson[];
  readonly color: boolean;
  readonly print: (text: string) => void;
}

/** The numbers of what runs now. */
export function valuesAt({ root }: Ground, { file }: Lesson, sources: readonly SourceView[]): Values {
  return valuesOf(parseWalkthrough(file, readFileSync(join(root, file), "utf8")), sources);
}

export function printStep(ground: Ground, place: Place, values: Values): void {
  const { lesson, step, index } = place;
  const head = `${lesson.number}. ${lesson.title}, step ${index + 1} of ${lesson.steps.length}: ${step.title}`;
  ground.print(
    `\n${styleText("bold", head, ground.color)}\n\n${renderStep(step.text, values, ground.color)}\n`,
  );
  printChecks(ground, place);
}

/** What is ticked, and what is missing of the first that is not. */
export function printChecks({ print, color }: Ground, { judges }: Place): void {
  const missing = judges.find(({ done }) => !done);
  for (const judge of judges) {
    const mark = judge.done ? styleText("green", "✓", color) : "○";
    print(`  ${mark} ${judge.check.title}\n`);
    if (judge === missing) print(`      ${styleText("yellow", judge.told, color)}\n`);
  }
}
