/** Dialogues that go to both engines of a server as the same octets: what was seen, what of it is kept, and the table of what differs. */
import { readFileSync, writeFileSync } from "node:fs";
import { DifferentialError } from "./differential-error.ts";
import type { Reason } from "./reasons.ts";

export interface Dialogues {
  /** The engine beside "hand". */
  readonly library: string;
  /** Names are unique: the table and the reasons go by them. */
  readonly cases: readonly { readonly name: string; readonly section: string }[];
  readonly reasons: Readonly<Record<string, Reason>>;
  readonly goldenFile: string;
  readonly tableFile: string;
  /** Heading and introduction of the table. */
  readonly words: (same: number, different: number) => string;
  /** What a server with that engine did, in the order of the cases. */
  readonly ask: (engine: string) => Promise<readonly string[]>;
}

/**
 * Milliseconds without an octet after which a server is said to wait for more: few for one that is known to. A busy machine
 * takes its time over an upload, and nobody is to be called silent for that.
 */
export function patienceFor(waits: boolean): number {
  return waits ? 4000 : 60_000;
}

/** By the case's name, in the corpus' order; then by the engine's. */
export type Outcomes = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const enginesOf = ({ library }: Dialogues): readonly [string, string] => ["hand", library];

export async function compareDialogues(dialogues: Dialogues): Promise<Outcomes> {
  const { library, cases } = dialogues;
  const [hand, other] = await Promise.all(enginesOf(dialogues).map(dialogues.ask));
  return Object.fromEntries(
    cases.map(({ name }, at) => [name, { hand: hand?.[at] ?? "", [library]: other?.[at] ?? "" }]),
  );
}

/** Throws DifferentialError "BAD_GOLDEN". */
export function readOutcomes({ goldenFile, library }: Dialogues): Outcomes {
  const parsed: unknown = JSON.parse(readFileSync(goldenFile, "utf8"));
  if (!isOutcomes(parsed, library))
    throw new DifferentialError("BAD_GOLDEN", `${goldenFile} is not what --update writes`);
  return parsed;
}

function isOutcomes(value: unknown, library: string): value is Outcomes {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every(
    (one: unknown) => typeof one === "object" && one !== null && "hand" in one && library in one,
  );
}

/** Names of the cases in which the engines differ. */
export function differences({ cases, library }: Dialogues, outcomes: Outcomes): string[] {
  const differs = (name: string): boolean => outcomes[name]?.["hand"] !== outcomes[name]?.[library];
  return cases.map(({ name }) => name).filter(differs);
}

/** Markdown. */
export function dialoguesTable(dialogues: Dialogues, outcomes: Outcomes): string {
  const { library, cases, reasons, words } = dialogues;
  const different = differences(dialogues, outcomes);
  const same = cases.filter(({ name }) => !different.includes(name));
  const seen = (name: string, engine: string): string => cell(outcomes[name]?.[engine] ?? "");
  const rows = different.map((name) => {
    const { why, section } = reasons[name] ?? {};
    return `| ${named(name)} | ${seen(name, "hand")} | ${seen(name, library)} | ${why} (${section}) |\n`;
  });
  const sameRows = same.map(
    ({ name, section }) => `| ${named(name)} | ${seen(name, "hand")} | ${section} |\n`,
  );
  return `${words(same.length, different.length)}

| said | hand | ${library} | why |
|---|---|---|---|
${rows.join("")}
## The same by both

| said | replies | about |
|---|---|---|
${sameRows.join("")}`;
}

/** What names octets by escapes stands as code: Markdown would read them. */
function named(name: string): string {
  return name.includes("\\") ? `\`${name}\`` : cell(name);
}

/** A column ends at a bar. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Runs them. `update` keeps what was seen; without it what has changed is shown. Returns the exit code. */
export async function runDialogues(dialogues: Dialogues, update: boolean): Promise<number> {
  const { reasons, goldenFile, tableFile } = dialogues;
  const seen = await compareDialogues(dialogues);
  for (const name of differences(dialogues, seen))
    if (reasons[name] === undefined)
      console.log(`no reason for ${name}: ${Object.values(seen[name] ?? {}).join(" / ")}`);
  if (update) {
    writeFileSync(goldenFile, `${JSON.stringify(seen, undefined, 2)}\n`);
    writeFileSync(tableFile, dialoguesTable(dialogues, seen));
    return 0;
  }
  const kept = readOutcomes(dialogues);
  let changed = 0;
  for (const [name, outcomes] of Object.entries(seen))
    for (const [engine, outcome] of Object.entries(outcomes)) {
      if (kept[name]?.[engine] === outcome) continue;
      changed += 1;
      console.log(`${name}, ${engine}: was ${kept[name]?.[engine]}, is ${outcome}`);
    }
  console.log(`${Object.keys(seen).length} cases, ${changed} changed`);
  return changed === 0 ? 0 : 1;
}
