/** The lessons of a workspace: in whatever walkthrough they stand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findWalkthroughs } from "@socketscope/walkthroughs";
import { WorkshopError } from "./errors.ts";
import type { Lesson } from "./lesson.ts";
import { parseLessons } from "./parse.ts";

/** By number. Throws WorkshopError LESSON_SYNTAX, for two of one number as well. */
export function findLessons(root: string): Lesson[] {
  const lessons = findWalkthroughs(root)
    .flatMap((file) => parseLessons(file, readFileSync(join(root, file), "utf8")))
    .toSorted((a, b) => a.number - b.number);
  for (const [at, lesson] of lessons.entries()) {
    if (lessons[at + 1]?.number !== lesson.number) continue;
    throw new WorkshopError("LESSON_SYNTAX", `${lesson.file}: lesson ${lesson.number} is there twice`);
  }
  return lessons;
}

/** Throws WorkshopError NO_SUCH_LESSON. */
export function lessonNumbered(lessons: readonly Lesson[], number: number): Lesson {
  const lesson = lessons.find((one) => one.number === number);
  if (lesson !== undefined) return lesson;
  const known = lessons.map((one) => one.number).join(", ");
  throw new WorkshopError("NO_SUCH_LESSON", `there is no lesson ${number}, but: ${known}`);
}
