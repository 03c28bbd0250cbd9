/** Where the reader is, and what of it is done: each change is in the file before it is told. */
import { WorkshopError } from "./errors.ts";
import { lessonNumbered } from "./find.ts";
import { Judge } from "./judge.ts";
import type { Lesson, LessonStep } from "./lesson.ts";
import { readProgress, writeProgress, type Progress } from "./progress.ts";

export class Place {
  readonly state: string;
  readonly lesson: Lesson;
  readonly index: number;
  readonly begun: number;
  readonly judges: readonly Judge[];
  #done: Readonly<Record<string, readonly number[]>>;
  /** What the file shows. */
  #written = "";

  private constructor(
    state: string,
    lesson: Lesson,
    index: number,
    begun: number,
    done: Readonly<Record<string, readonly number[]>>,
  ) {
    this.state = state;
    this.lesson = lesson;
    this.index = index;
    this.begun = begun;
    this.#done = done;
    this.judges = this.step.checks.map((check) => new Judge(check));
  }

  /** Undefined where nothing was begun. */
  static async read(state: string, lessons: readonly Lesson[]): Promise<Place | undefined> {
    const progress = await readProgress(state);
    if (progress === undefined) return undefined;
    const lesson = lessonNumbered(lessons, progress.lesson);
    return new Place(
      state,
      lesson,
      Math.min(progress.step, lesson.steps.length - 1),
      progress.begun,
      progress.done,
    );
  }

  /** Throws WorkshopError NO_SUCH_LESSON. */
  static async begin(state: string, lesson: Lesson, index: number, begun: number): Promise<Place> {
    if (lesson.steps[index] === undefined) {
      const most = lesson.steps.length;
      throw new WorkshopError("NO_SUCH_LESSON", `lesson ${lesson.number} has the steps 1 to ${most}`);
    }
    const before = await readProgress(state);
    const place = new Place(state, lesson, index, begun, before?.done ?? {});
    await place.write();
    return place;
  }

  get step(): LessonStep {
    const step = this.lesson.steps[this.index];
    if (step === undefined) throw new RangeError(`lesson ${this.lesson.number} has no step ${this.index}`);
    return step;
  }

  get last(): boolean {
    return this.index === this.lesson.steps.length - 1;
  }

  /** Steps of this lesson that are done. */
  get done(): readonly number[] {
    return this.#done[String(this.lesson.number)] ?? [];
  }

  get allDone(): boolean {
    return this.judges.every(({ done }) => done);
  }

  async markDone(): Promise<void> {
    const steps = [...new Set([...this.done, this.index])].toSorted((a, b) => a - b);
    this.#done = { ...this.#done, [String(this.lesson.number)]: steps };
    await this.write();
  }

  /** What is ticked and what is told may be as it was: then nothing is written. */
  async writeNews(): Promise<void> {
    if (JSON.stringify(this.#shown()) !== this.#written) await this.write();
  }

  write(): Promise<void> {
    const { lesson, index, begun } = this;
    const shown = this.#shown();
    this.#written = JSON.stringify(shown);
    const progress: Progress = {
      version: 1,
      lesson: lesson.number,
      step: index,
      begun,
      done: this.#done,
      shown,
    };
    return writeProgress(this.state, progress);
  }

  #shown(): Progress["shown"] {
    const { lesson, step, judges } = this;
    return {
      lesson: lesson.title,
      step: step.title,
      of: lesson.steps.length,
      checks: judges.map(({ check, done, told }) => ({ title: check.title, done, told })),
    };
  }
}
