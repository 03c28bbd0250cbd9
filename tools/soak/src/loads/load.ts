/** What each load of the soak is: rounds of a real client, each with a count of what was sent and what of it was found. */
import type { AppName, SoakedApp } from "../soaked-app.ts";

export interface Counted {
  readonly sent: number;
  readonly found: number;
}

export interface Load {
  readonly app: AppName;
  /** What is sent by whom: "uploads by curl under TLS". */
  readonly title: string;
  /** One after the other, `number` counts up. What it throws counts as one sent and not found. */
  round(number: number): Promise<Counted>;
  /** Asked when all rounds are over: what can be looked for only then. */
  found?(): Promise<number>;
}

export interface Room {
  /** A folder of the soak's own. */
  readonly folder: string;
  readonly apps: Readonly<Record<AppName, SoakedApp>>;
}

export function count(found: readonly boolean[]): Counted {
  return { sent: found.length, found: found.filter(Boolean).length };
}
