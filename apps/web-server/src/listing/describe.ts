/** What a file is, in a few words from its first octets: a page's title, a text's first line, a picture's size. */
import { open, opendir } from "node:fs/promises";
import { folderCounts } from "@socketscope/page";
import { isHidden } from "@socketscope/web";
import { mediaType } from "../media-types.ts";
import { pictureSize } from "./picture-size.ts";

export interface DescribeLimits {
  /** Octets read of a file. Default 16 KiB: a JPEG's thumbnail may stand before its size. */
  readonly head: number;
  /** Characters of a title or a first line. Default 100. */
  readonly characters: number;
  /** Entries counted in a folder. Default 1,000. */
  readonly counted: number;
}

export const DESCRIBE_LIMITS: DescribeLimits = { head: 16 * 1024, characters: 100, counted: 1000 };

/** Undefined where nothing can be said, or the file cannot be read now. */
export async function describeFile(location: string, limits = DESCRIBE_LIMITS): Promise<string | undefined> {
  const type = mediaType(location) ?? "";
  if (!type.startsWith("text/") && !type.startsWith("image/")) return undefined;
  const head = await readHead(location, limits.head);
  if (head === undefined) return undefined;
  if (type.startsWith("image/")) {
    const size = pictureSize(head, type);
    return size && `${size.width}×${size.height} pixels`;
  }
  const text = new TextDecoder().decode(head);
  const said = type === "text/html" ? title(text) : firstLine(text);
  if (said === undefined || said === "") return undefined;
  const characters = [...said];
  return characters.length > limits.characters
    ? `“${characters.slice(0, limits.characters).join("")}…”`
    : `“${said}”`;
}

/** How much is in a folder, hidden names not counted. */
export async function describeFolder(
  location: string,
  limits = DESCRIBE_LIMITS,
): Promise<string | undefined> {
  try {
    let files = 0;
    let folders = 0;
    for await (const entry of await opendir(location)) {
      if (isHidden(entry.name)) continue;
      if (entry.isDirectory()) folders += 1;
      else files += 1;
      if (files + folders >= limits.counted) return `${limits.counted.toLocaleString("en")} entries or more`;
    }
    return folderCounts(folders, files);
  } catch {
    // Not ours to read: the page that leads there will say so.
    return undefined;
  }
}

async function readHead(location: string, octets: number): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(location);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(octets), 0, octets, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  }
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: " ",
  "#39": "'",
};

function title(page: string): string | undefined {
  const text = /<title[^>]*>([^]*?)<\/title>/i.exec(page)?.[1];
  return text
    ?.replaceAll(/&([a-z]+|#39);/g, (whole, name: string) => NAMED[name] ?? whole)
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Without what cannot be seen; a file that holds NUL is no text. */
function firstLine(text: string): string | undefined {
  if (text.includes("\0")) return undefined;
  const line = text.split(/\r\n|\r|\n/).find((candidate) => /[\p{L}\p{N}]/u.test(candidate));
  return line?.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim();
}
