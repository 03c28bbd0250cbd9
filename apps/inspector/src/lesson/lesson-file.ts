/** How far somebody is in a lesson: `workshop.json` of the state folder, which tools/workshop writes, read for the page. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LessonCheckView, LessonView } from "../views.ts";

const LESSON_FILE = "workshop.json";
/** Octets: one step's words take some hundred. */
const MAX_FILE = 256 * 1024;

export interface LessonFileOptions {
  /** The state folder. */
  readonly state: string;
  /** It reads differently now; undefined where no lesson is begun. */
  readonly tell: (lesson: LessonView | undefined) => void;
}

export class LessonFile {
  readonly #options: LessonFileOptions;
  #view: LessonView | undefined;
  /** The file as it was read last: each writing makes a new one. */
  #read = "";
  #looking = false;

  constructor(options: LessonFileOptions) {
    this.#options = options;
  }

  /** As it was told last. */
  get view(): LessonView | undefined {
    return this.#view;
  }

  /** Tells when the file has changed. Never rejects. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const file = join(this.#options.state, LESSON_FILE);
    try {
      const { ino, mtimeMs, size } = await stat(file);
      const version = `${ino} ${mtimeMs} ${size}`;
      if (version !== this.#read) {
        this.#take(size > MAX_FILE ? undefined : readLesson(await readFile(file, "utf8")));
        this.#read = version;
      }
    } catch {
      // Nothing is begun, or all is to be done again.
      this.#read = "";
      if (this.#view !== undefined) this.#take(undefined);
    } finally {
      this.#looking = false;
    }
  }

  #take(view: LessonView | undefined): void {
    this.#view = view;
    this.#options.tell(view);
  }
}

/** Undefined for a file that is none of a workshop's. */
export function readLesson(text: string): LessonView | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const number = numberIn(value, "lesson");
  const step = numberIn(value, "step");
  const shown = fieldOf(value, "shown");
  const title = textIn(shown, "lesson");
  const asked = textIn(shown, "step");
  const of = numberIn(shown, "of");
  if (number === undefined || step === undefined || of === undefined) return undefined;
  if (title === undefined || asked === undefined) return undefined;
  const done = listOf(fieldOf(fieldOf(value, "done"), String(number)));
  return {
    number,
    title,
    step,
    of: Math.min(of, MAX_STEPS),
    asked,
    done: done.filter((one) => typeof one === "number"),
    checks: listOf(fieldOf(shown, "checks")).flatMap(checkOf),
  };
}

/** A dot each on the page. */
const MAX_STEPS = 50;

function checkOf(value: unknown): readonly LessonCheckView[] {
  const title = textIn(value, "title");
  const told = textIn(value, "told");
  if (title === undefined || told === undefined) return [];
  return [{ title, told, done: fieldOf(value, "done") === true }];
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return field;
}

function textIn(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : undefined;
}

function numberIn(value: unknown, name: string): number | undefined {
  const field = fieldOf(value, name);
  return typeof field === "number" ? field : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
