/** Standard input as messages to send. */
import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { UsageError } from "@socketscope/host";
import type { SocketOptions } from "./options.ts";

const ENDS = { crlf: "\r\n", lf: "\n", none: "" } as const;

/** One piece for each line, or what came at once with `--send raw`. Throws UsageError for a line that is no hexadecimal. */
export async function* messages(
  input: Readable,
  { send, lineEnd }: Pick<SocketOptions, "send" | "lineEnd">,
): AsyncGenerator<Uint8Array> {
  if (send === "raw") {
    for await (const piece of input) if (piece instanceof Uint8Array) yield piece;
    return;
  }
  for await (const line of createInterface({ input, crlfDelay: Infinity }))
    yield send === "hex" ? octetsOf(line) : Buffer.from(`${line}${ENDS[lineEnd]}`);
}

/** `0d 0a ff`, blanks and colons as one likes. */
export function octetsOf(line: string): Uint8Array {
  const digits = line.replaceAll(/[\s:]/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits))
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `${JSON.stringify(line.slice(0, 60))}: give octets such as 0d 0a ff`,
    );
  return Buffer.from(digits, "hex");
}
