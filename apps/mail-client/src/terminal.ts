/** What a command writes to, and how it says things. */
import type { Readable, Writable } from "node:stream";
import { describeError } from "@socketscope/host";
import type { DialogueLine } from "@socketscope/smtp-session";
import { isUntrusted } from "./exit-code.ts";

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

/** What a server wrote, without what would move a terminal's cursor. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
}
