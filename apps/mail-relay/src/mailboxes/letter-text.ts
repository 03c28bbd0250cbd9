/** The text of a letter: for the eye, and for a search, which looks at all of it, HTML and names of attachments too. */
import PostalMime, { type Email } from "postal-mime";
import { htmlText } from "./html-text.ts";
import { TextParts } from "./text-parts.ts";

export interface LetterText {
  readonly text: string;
  /** It has no more. */
  readonly isWhole: boolean;
}

/** Undefined: nothing in it can be made out. */
export function parseLetter(octets: Uint8Array): Promise<Email | undefined> {
  return PostalMime.parse(octets, { maxNestingDepth: 20 }).catch(() => undefined);
}

/** In one line; HTML only where there is no other. */
export function shownText({ text, html }: Email): string {
  return inOneLine(text ?? htmlText(html ?? ""));
}

/** In one line and in small letters, as a search compares it. */
export function soughtText(parsed: Email | undefined): string {
  if (parsed === undefined) return "";
  const names = parsed.attachments.map(({ filename }) => filename ?? "");
  const all = [parsed.text ?? "", htmlText(parsed.html ?? ""), ...names];
  return ownText(inOneLine(all.join(" ")).toLowerCase());
}

/** In memory of its own: in V8 a piece of a text holds the whole text, here as long as the letter is in its mailbox. */
export function ownText(text: string): string {
  const encoding = /[^\0-\xff]/.test(text) ? "utf16le" : "latin1";
  return Buffer.from(text, encoding).toString(encoding);
}

/** A letter, or its beginning, without what need not be taken apart for its text. */
export function withoutAttachments(octets: Uint8Array): Uint8Array {
  const parts = new TextParts();
  return Buffer.concat([...parts.feed(octets), ...parts.end()]);
}

/** What {@link soughtText} has of a letter of any size: attachments are read over, and at most `most` octets taken apart. */
export async function readSoughtText(pieces: AsyncIterable<Uint8Array>, most: number): Promise<LetterText> {
  const parts = new TextParts();
  const kept: Uint8Array[] = [];
  let left = most;
  let isWhole = true;
  const keep = (runs: readonly Uint8Array[]): void => {
    for (const run of runs) {
      kept.push(run.subarray(0, left));
      isWhole &&= run.length <= left;
      left -= Math.min(run.length, left);
    }
  };
  for await (const piece of pieces) {
    keep(parts.feed(piece));
    if (!isWhole) break;
  }
  keep(parts.end());
  return { text: soughtText(await parseLetter(Buffer.concat(kept))), isWhole };
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
