/** What a command reads from and writes to, and how it says things. */
import { isUntrusted } from "@socketscope/socket-core";
import type { Readable, Writable } from "node:stream";
import { describeError, printable } from "@socketscope/host";

export { printable } from "@socketscope/host";

export const VERSION = "0.1.0";

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

/** One line of the dialogue, without its end. */
export type Say = (line: string) => void;

/** One line: what went wrong, and which option would change it. */
export function explain(error: unknown): string {
  return printable(
    `${describeError(error)}${isUntrusted(error) ? " (--ca FILE names an authority to trust)" : ""}`,
  );
}
