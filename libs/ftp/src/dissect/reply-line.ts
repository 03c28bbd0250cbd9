/** RFC 959 §4.2: the lines of a reply, from `code-` to `code `; what stands between is anything. */
import { lineText, type DissectedLine, type ReplyParts } from "@socketscope/wire";
import type { ReplyLine } from "../replies.ts";

/** `scanned`: undefined for a line between the first and the last. */
export function addReplyLine(reply: ReplyParts, line: DissectedLine, scanned: ReplyLine | undefined): void {
  if (scanned === undefined) return reply.add(line, [], "text");
  const more = line.octets.length > 3 ? 1 : 0;
  const pieces = [
    ["code", 3],
    [scanned.last ? "blank" : "hyphen", more],
    ...addressIn(line, reply.code),
  ] as const;
  reply.add(line, pieces, "text");
}

/** Where the client shall connect to: 227 and 229. */
function addressIn({ octets }: DissectedLine, code: number): readonly (readonly [string, number])[] {
  const wanted = { 227: /\d{1,3}(?:,\d{1,3}){5}/, 229: /([!-~])\1\1\d{1,5}\1/ }[code];
  const text = lineText(octets.subarray(4));
  const found = wanted?.exec(text);
  // Only where a letter is an octet are the lengths those of the line.
  if (found === null || found === undefined || text.length !== octets.length - 4) return [];
  return [
    ["text", found.index],
    ["address", found[0].length],
  ];
}
