/** What a command writes to, and how it says things. */
import { isUntrusted } from "@socketscope/socket-core";
import type { Readable, Writable } from "node:stream";
import { describeError } from "@socketscope/host";
import type { DialogueLine } from "@socketscope/smtp-session";

export const VERSION = "0.1.0";

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

const signs: Readonly<Record<DialogueLine["from"], string>> = { client: "→", server: "←", note: "*" };

/** `--verbose`: one line of the dialogue. */
export function dialogueLine({ from, text }: DialogueLine): string {
  return `${`${signs[from]} ${text}`.trimEnd()}\n`;
}

/** One line: what went wrong, and which option would change it. */
export function explain(error: unknown): string {
  return `${describeError(error)}${isUntrusted(error) ? " (--ca FILE names an authority to trust)" : ""}`;
}
