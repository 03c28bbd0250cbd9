/** What was seen when the table was made, kept beside it: `outcomes.json`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Compared } from "./compare.ts";
import { DifferentialError } from "./differential-error.ts";
import type { Engine } from "./server.ts";

export type Outcomes = Readonly<Record<Engine, string>>;

export interface Golden {
  /** Major version of Node: its parser changes with it, ours does not. */
  readonly node: number;
  /** By the case's name, in the corpus' order. */
  readonly outcomes: Readonly<Record<string, Outcomes>>;
}

export const goldenFile = fileURLToPath(new URL("../outcomes.json", import.meta.url));
export const tableFile = fileURLToPath(new URL("../DIFFERENCES.md", import.meta.url));

export const nodeMajor = (): number => Number(process.versions.node.split(".", 1)[0]);

export function goldenOf(compared: readonly Compared[]): Golden {
  return {
    node: nodeMajor(),
    outcomes: Object.fromEntries(compared.map((one) => [one.case.name, one.outcomes])),
  };
}

/** Throws DifferentialError "BAD_GOLDEN". */
export function readGolden(): Golden {
  const parsed: unknown = JSON.parse(readFileSync(goldenFile, "utf8"));
  if (!isGolden(parsed))
    throw new DifferentialError("BAD_GOLDEN", `${goldenFile} is not what --update writes`);
  return parsed;
}

function isGolden(value: unknown): value is Golden {
  if (typeof value !== "object" || value === null || !("node" in value) || !("outcomes" in value))
    return false;
  if (typeof value.node !== "number" || typeof value.outcomes !== "object" || value.outcomes === null)
    return false;
  return Object.values(value.outcomes).every(
    (one: unknown) => typeof one === "object" && one !== null && "hand" in one && "node-http" in one,
  );
}
