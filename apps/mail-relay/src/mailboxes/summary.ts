/** What a list shows of a message, read from its first octets only. */
import { open } from "node:fs/promises";
import PostalMime, { type Address } from "postal-mime";

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

/** Octets that are looked at: the header section and the beginning of the text. */
const LOOKED_AT = 80 * 1024;
/** Characters kept. */
const FIELD = 300;
const EXCERPT = 400;

export async function summarise(file: string): Promise<Summary & { readonly modified: number }> {
  const handle = await open(file, "r");
  try {
    const { size, mtimeMs } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, LOOKED_AT));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { ...(await summaryOf(buffer.subarray(0, bytesRead))), modified: mtimeMs };
  } finally {
    await handle.close();
  }
}

export async function summaryOf(octets: Uint8Array): Promise<Summary> {
  const parsed = await PostalMime.parse(octets, { maxNestingDepth: 20 }).catch(() => undefined);
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
  const text = parsed.text ?? (parsed.html ?? "").replaceAll(/<style[\s\S]*?<\/style>|<[^>]*>/g, " ");
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
    excerpt: kept(text.replaceAll(/\s+/g, " ").trim(), EXCERPT),
  };
}

function addresses(all: readonly Address[]): string {
  const written = all.map(({ name, address }) =>
    address === undefined ? name : name === "" ? address : `${name} <${address}>`,
  );
  return kept(written.join(", "), FIELD);
}

/** In memory of its own: in V8 a piece of a text holds the whole text, here as long as the letter is in its mailbox. */
function kept(text: string, most: number): string {
  return Buffer.from(text.slice(0, most), "utf16le").toString("utf16le");
}
