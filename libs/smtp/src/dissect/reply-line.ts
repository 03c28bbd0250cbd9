/** RFC 5321 §4.2: the lines of a reply, one behind the other, until one has no hyphen behind its code. */
import { lineText, type DissectedLine, type ReplyParts } from "@socketscope/wire";
import type { ReplyLine } from "../replies.ts";

/** `to`: the verb that it answers; the lines behind the first of EHLO's name extensions. */
export function addReplyLine(
  reply: ReplyParts,
  line: DissectedLine,
  scanned: ReplyLine,
  to: string | undefined,
): void {
  const more = line.octets.length > 3;
  const enhanced = scanned.enhanced === undefined ? 0 : scanned.enhanced.to - scanned.enhanced.from;
  const pieces = [
    ["code", 3],
    [scanned.last ? "blank" : "hyphen", more ? 1 : 0],
    ["enhanced code", enhanced],
    ["blank", enhanced > 0 && scanned.text > 4 + enhanced ? 1 : 0],
  ] as const;
  // RFC 5321 §4.2.1: each line of a reply has the same code.
  const problem =
    scanned.code === reply.code ? undefined : `it begins with ${reply.code} and goes on with ${scanned.code}`;
  reply.add(line, pieces, nameOfText(reply, line, scanned, to), problem);
}

function nameOfText(
  { code, count }: ReplyParts,
  line: DissectedLine,
  scanned: ReplyLine,
  to: string | undefined,
): string {
  if (code === 334) return "challenge";
  if (to !== "EHLO" || count === 0 || code !== 250) return "text";
  // RFC 2034 §4: the reply to EHLO has no enhanced codes: "2.0.0" there would be a domain.
  const text = lineText(line.octets.subarray(Math.min(scanned.text, line.octets.length)));
  return `extension ${/^\S*/.exec(text)?.[0].toUpperCase() ?? ""}`;
}
