/** What a participant tells the room: a name that was chosen, and how far. Nothing of what was said on the wire. */
import type { Lesson } from "../lesson.ts";

export interface Report {
  readonly name: string;
  /** Tells two of one name apart: of a machine and a state folder, and says neither. */
  readonly seat: string;
  /** Where they are: a lesson's number, and a step counted from 0. */
  readonly lesson: number;
  readonly step: number;
  /** By lesson: the steps that are done. */
  readonly done: Readonly<Record<string, readonly number[]>>;
}

/** Octets of a report: a whole one takes some hundred. */
export const MAX_REPORT = 8 * 1024;
/** Characters. */
export const MAX_NAME = 40;

/** Undefined for what is none, or speaks of steps that no lesson has. */
export function readReport(text: string, lessons: readonly Lesson[]): Report | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (!("name" in value && "seat" in value && "lesson" in value && "step" in value && "done" in value))
    return undefined;
  const { name, seat, lesson, step, done } = value;
  const at = lessons.find(({ number }) => number === lesson);
  if (!isName(name) || typeof seat !== "string" || !/^[0-9a-f]{16}$/.test(seat)) return undefined;
  if (at === undefined || !isStepOf(at, step)) return undefined;
  const steps = readDone(done, lessons);
  return steps && { name, seat, lesson: at.number, step, done: steps };
}

/** Letters, digits and what stands between them, as a page can show them; none that turn the text around. */
export function isName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= MAX_NAME &&
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .'_-]*$/u.test(value)
  );
}

function readDone(value: unknown, lessons: readonly Lesson[]): Report["done"] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const done: Record<string, number[]> = {};
  for (const [number, steps] of Object.entries(value)) {
    const lesson = lessons.find((one) => String(one.number) === number);
    if (lesson === undefined || !Array.isArray(steps)) return undefined;
    const right = steps.filter((step) => isStepOf(lesson, step));
    if (right.length !== steps.length) return undefined;
    done[number] = [...new Set(right)];
  }
  return done;
}

function isStepOf({ steps }: Lesson, step: unknown): step is number {
  return typeof step === "number" && Number.isInteger(step) && step >= 0 && step < steps.length;
}
