/** What a session has been told to do: each command that says how the next transfer is to be leaves its word here. */
import { defaultFacts, type FactName } from "./facts.ts";
import type { HashAlgorithm } from "./hash.ts";
import type { Representation } from "./server-events.ts";

export interface FtpSettings {
  /** USER's. */
  readonly user: string | undefined;
  /** RFC 959 §5.1: TYPE is A until it is said otherwise. */
  readonly representation: Representation;
  /** REST's, for the next transfer. */
  readonly offset: number;
  /** ALLO's, for the next transfer. */
  readonly allocated: number | undefined;
  readonly facts: readonly FactName[];
  readonly algorithm: HashAlgorithm;
  /** MODE. */
  readonly mode: "S" | "Z";
  /** OPTS MODE Z LEVEL. */
  readonly level: number;
  /** PBSZ was said. */
  readonly buffer: boolean;
  readonly protection: "C" | "P";
  /** How the next data connection comes about. */
  readonly prepared: "passive" | "active" | undefined;
  /** RFC 2428 §4: EPSV ALL was said. */
  readonly onlyEpsv: boolean;
  /** RNFR's. */
  readonly renaming: string | undefined;
}

export const freshSettings: FtpSettings = {
  user: undefined,
  representation: "A",
  offset: 0,
  allocated: undefined,
  facts: defaultFacts,
  algorithm: "SHA-256",
  mode: "S",
  level: 6,
  buffer: false,
  protection: "C",
  prepared: undefined,
  onlyEpsv: false,
  renaming: undefined,
};

/** What a transfer uses up, whatever becomes of it: a connection that waited for another file must not get this one. */
export const usedUp = { offset: 0, allocated: undefined, prepared: undefined } as const;
