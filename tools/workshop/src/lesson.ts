/** What a lesson is: some sections of a walkthrough, each with what must have been seen on the wire to have done it. */
import type { Filter } from "@socketscope/inspector";

/** What is told to somebody who has not done it yet, by what was seen last. */
export interface Advice {
  readonly when: Filter;
  readonly say: string;
}

/** A way to get it wrong, and what must be told then: carried out by the tests. */
export interface WrongTry {
  readonly command: string;
  /** Part of what is told. */
  readonly told: string;
}

export interface Check {
  readonly title: string;
  /** Messages of one socket, in this order; or a connection that a firewall turned away. */
  readonly seen: readonly Filter[] | "refused";
  /** The first that fits speaks. */
  readonly advice: readonly Advice[];
  /** Where nothing fits. */
  readonly nothing: string;
  readonly hint: string;
  readonly wrong: readonly WrongTry[];
  /** The line of the file. */
  readonly line: number;
}

export interface LessonStep {
  readonly title: string;
  /** Markdown, its comments taken out. */
  readonly text: string;
  readonly checks: readonly Check[];
  /** What opens the connection that the step goes on with, for who begins here; "" where it needs none. */
  readonly before: string;
  /** Lines of the file, from the heading to the last one, counted from 1. */
  readonly lines: { readonly from: number; readonly to: number };
}

export interface Lesson {
  readonly number: number;
  readonly title: string;
  readonly minutes: number;
  /** What to do on another system. */
  readonly withoutLinux: string | undefined;
  /** From the workspace's root, with slashes. */
  readonly file: string;
  readonly steps: readonly LessonStep[];
}
