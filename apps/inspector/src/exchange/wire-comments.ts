/**
 * What a message means, at the packet that holds it, where packets are TLS's records: what came was read out of the last
 * records before it, what was said went into the next.
 */
import type { Conversation } from "../store/conversation.ts";
import type { WireChunk } from "../store/wire-log.ts";
import type { ToldChunk, ToldMessage } from "./told.ts";

/** `isBelow`: whose packets are records already. */
export function wireComments(
  told: readonly (ToldMessage | ToldChunk)[],
  isBelow: (conversation: Conversation) => boolean,
  commentOf: (kept: ToldMessage["kept"]) => string,
): ReadonlyMap<WireChunk, string> {
  const comments = new Map<WireChunk, string>();
  const came = new Map<Conversation, WireChunk>();
  const toSay = new Map<Conversation, string>();
  const below = new Set<Conversation>();
  for (const one of told) {
    const { conversation } = one;
    if ("chunk" in one) {
      below.add(conversation);
      if (one.chunk.direction === "in") came.set(conversation, one.chunk);
      else {
        const said = toSay.get(conversation);
        if (said !== undefined) comments.set(one.chunk, said);
        toSay.delete(conversation);
      }
      continue;
    }
    const { view } = one.kept;
    if (view.kind === "event" || !(below.has(conversation) || isBelow(conversation))) continue;
    const comment = commentOf(one.kept);
    const chunk = came.get(conversation);
    if (view.direction === "out") toSay.set(conversation, joined(toSay.get(conversation), comment));
    else if (chunk !== undefined) comments.set(chunk, joined(comments.get(chunk), comment));
  }
  return comments;
}

function joined(before: string | undefined, comment: string): string {
  return before === undefined ? comment : `${before}\n${comment}`;
}
