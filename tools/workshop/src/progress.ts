/** How far somebody is, in one plain file of the state folder: `workshop.json`. The inspector's page reads it too. */
import { join } from "node:path";
import { readFile, rename } from "node:fs/promises";
import { codeOf, openStateFolder } from "@socketscope/host";
import { WorkshopError } from "./errors.ts";

export interface Progress {
  readonly version: 1;
  /** Where the reader is: a lesson's number and a step of it, counted from 0. */
  readonly lesson: number;
  readonly step: number;
  /** Milliseconds since 1970: what was seen before belongs to another step. */
  readonly begun: number;
  /** By lesson: the steps that are done. */
  readonly done: Readonly<Record<string, readonly number[]>>;
  /** What the page shows: the step's words, and what is ticked. */
  readonly shown: {
    readonly lesson: string;
    readonly step: string;
    readonly of: number;
    readonly checks: readonly { readonly title: string; readonly done: boolean; readonly told: string }[];
  };
}

export const PROGRESS_FILE = "workshop.json";

/** Undefined where nothing was begun. Throws WorkshopError ROOM for a file that is none of ours. */
export async function readProgress(state: string): Promise<Progress | undefined> {
  const file = join(state, PROGRESS_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isProgress(value)) return value;
  } catch {
    // Said below.
  }
  throw new WorkshopError(
    "ROOM",
    `${file} is no progress of a workshop: npm run workshop -- reset begins anew`,
  );
}

/** Makes the state folder where there is none yet. */
export async function writeProgress(state: string, progress: Progress): Promise<void> {
  const folder = await openStateFolder(state);
  await folder.write(PROGRESS_FILE, `${JSON.stringify(progress, undefined, 2)}\n`);
}

/** What was done before all began anew. */
export const KEPT_FILE = "workshop-before.json";

/** Nothing is begun any more; how it stood is kept in {@link KEPT_FILE}. */
export async function forgetProgress(state: string): Promise<void> {
  try {
    await rename(join(state, PROGRESS_FILE), join(state, KEPT_FILE));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function isProgress(value: unknown): value is Progress {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === 1 &&
    "lesson" in value &&
    typeof value.lesson === "number" &&
    "step" in value &&
    typeof value.step === "number" &&
    "begun" in value &&
    typeof value.begun === "number" &&
    "done" in value &&
    typeof value.done === "object" &&
    "shown" in value &&
    typeof value.shown === "object"
  );
}
