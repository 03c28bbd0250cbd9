/** What every command of the workshop stands on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceView } from "@socketscope/inspector";
import { parseWalkthrough, type Values } from "@socketscope/walkthroughs";
import type { Lesson } from "./lesson.ts";
import type { Place } from "./place.ts";
import { renderStep, wrapParagraph } from "./render.ts";
import { styleText } from "./style.ts";
import { valuesOf } from "./values.ts";

export interface Ground {
  /** The workspace's folder. */
  readonly root: string;
  readonly state: string;
  readonly lessons: readonly Lesson[];
  readonly color: boolean;
  /** Columns that prose may take. */
  readonly width: number;
  readonly print: (text: string) => void;
}

/** The numbers of what runs now. */
export function valuesAt({ root }: Ground, { file }: Lesson, sources: readonly SourceView[]): Values {
  return valuesOf(parseWalkthrough(file, readFileSync(join(root, file), "utf8")), sources);
}

export function printStep(ground: Ground, place: Place, sources: readonly SourceView[]): void {
  const { lesson, step, index } = place;
  const values = valuesAt(ground, lesson, sources);
  const head = `${lesson.number}. ${lesson.title}, step ${index + 1} of ${lesson.steps.length}: ${step.title}`;
  ground.print(`\n${styleText("bold", head, ground.color)}\n\n${renderStep(step.text, values, ground)}\n`);
  for (const app of runningAlready(step.text, sources)) {
    const words = `${app} runs already. If you have not begun it for this lesson, end it first: Ctrl+C where npm start runs.`;
    ground.print(`  ${styleText("yellow", words, ground.color)}\n`);
  }
  printChecks(ground, place);
}

/** Servers that the text begins, and that run on this state folder, which one of a kind may have at a time. */
export function runningAlready(text: string, sources: readonly SourceView[]): string[] {
  const begun = [...text.matchAll(/^\$ npm start -- (\S+)(?!.* --state )/gm)].map(([, app = ""]) => app);
  return [...new Set(begun)].filter((app) => sources.some((one) => one.connected && one.app === app));
}

/** What is ticked, and what is missing of the first that is not. */
export function printChecks({ print, color, width }: Ground, { judges }: Place): void {
  const missing = judges.find(({ done }) => !done);
  for (const judge of judges) {
    const mark = judge.done ? styleText("green", "✓", color) : "○";
    print(`  ${mark} ${judge.check.title}\n`);
    if (judge === missing)
      print(`${styleText("yellow", wrapParagraph(judge.told, width, "      "), color)}\n`);
  }
}
