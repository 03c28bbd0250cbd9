/** What a list shows of a message, and the text that a search looks at, read from its first octets only. */
import { open } from "node:fs/promises";
import type { Address, Email } from "postal-mime";
import { ownText, parseLetter, shownText, soughtText, withoutAttachments } from "./letter-text.ts";

export interface Summary {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  /** As the sender wrote it; undefined where there is none that can be read. */
  readonly date: number | undefined;
  readonly messageId: string | undefined;
  readonly reversePath: string;
  /** The `id` of our own Received field. */
  readonly received: string | undefined;
  /** The beginning of its text, for the eye and for searching. */
  readonly excerpt: string;
}

/** Octets that are looked at: of most letters all. */
const LOOKED_AT = 256 * 1024;
/** Characters kept. */
const FIELD = 300;
const EXCERPT = 400;

/** `text`: what a search looks at, undefined where the file has more than was read. `modified` in milliseconds since 1970. */
export async function summarise(
  file: string,
): Promise<{ readonly summary: Summary; readonly modified: number; readonly text: string | undefined }> {
  const handle = await open(file, "r");
  try {
    const { size, mtimeMs } = await handle.stat();
    const buffer = Buffer.allocUnsafe(Math.min(size, LOOKED_AT));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const parsed = await parseLetter(withoutAttachments(buffer.subarray(0, bytesRead)));
    const text = bytesRead === size ? soughtText(parsed) : undefined;
    return { summary: summaryFrom(parsed), modified: mtimeMs, text };
  } finally {
    await handle.close();
  }
}

export async function summaryOf(octets: Uint8Array): Promise<Summary> {
  return summaryFrom(await parseLetter(octets));
}

function summaryFrom(parsed: Email | undefined): Summary {
  if (parsed === undefined)
    return {
      subject: "",
      from: "",
      to: "",
      date: undefined,
      messageId: undefined,
      reversePath: "",
      received: undefined,
      excerpt: "",
    };
  const date = Date.parse(parsed.date ?? "");
  const trace = parsed.headers.find(({ key }) => key === "received")?.value ?? "";
  const received = /\sid ([A-Za-z0-9]{6,64})\b/.exec(trace)?.[1];
  return {
    subject: kept(parsed.subject ?? "", FIELD),
    from: addresses(parsed.from === undefined ? [] : [parsed.from]),
    to: addresses(parsed.to ?? []),
    date: Number.isNaN(date) ? undefined : date,
    messageId: parsed.messageId === undefined ? undefined : kept(parsed.messageId, FIELD),
    reversePath: kept((parsed.returnPath ?? "").replaceAll(/^<|>$/g, ""), FIELD),
    received: received === undefined ? undefined : kept(received, FIELD),
    excerpt: kept(shownText(parsed), EXCERPT),
  };
}

function addresses(all: readonly Address[]): string {
  const written = all.map(({ name, address }) =>
    address === undefined ? name : name === "" ? address : `${name} <${address}>`,
  );
  return kept(written.join(", "), FIELD);
}

function kept(text: string, most: number): string {
  return ownText(text.slice(0, most));
}
