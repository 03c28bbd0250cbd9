/** What `verify` found out, one line each. */
import { describeReply } from "@socketscope/smtp";
import type { Heard } from "./probe.ts";

/** `ok`: as it should be · `note`: worth knowing · `bad`: protects nobody, or breaks a rule · `unknown`: not to be told. */
export type Verdict = "ok" | "note" | "bad" | "unknown";

export interface Finding {
  /** Stable, for `--json`: `smuggling \n.\n`. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly text: string;
}

export function describeHeard(heard: Heard): string {
  switch (heard) {
    case "silent":
      return "no reply";
    case "closed":
      return "the connection closed";
    case "garbage":
      return "no SMTP reply";
    default:
      return describeReply(heard);
  }
}
