/**
 * Which messages hold these octets: looked through in the order of the talk, for some milliseconds at a time, so that
 * nobody else waits. Searched is what is shown: what is masked is not found, or one could guess a secret piece by piece.
 */
import { maskOctets } from "../secrets.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";
import type { SearchView } from "../views.ts";

export interface SearchOptions {
  readonly showSecrets: boolean;
  /** Milliseconds after which an answer goes out. Default 50. */
  readonly maxMs?: number;
}

/** Messages put in order at once. */
const STRETCH = 2000;
/** Octets looked through at once. */
const WINDOW = 256 * 1024;

/** `from`: the place in the order to begin with. */
export function searchOctets(
  store: Store,
  pattern: Buffer,
  from: number,
  { showSecrets, maxMs = 50 }: SearchOptions,
): SearchView {
  const { end } = store;
  const until = performance.now() + maxMs;
  const found: number[] = [];
  let unkept = 0;
  let to = Math.max(from, firstOrder(store));
  while (to < end) {
    const behind = Math.min(end, to + STRETCH);
    for (const [conversation, kept] of messagesBetween(store, to, behind)) {
      const { whole, holds } = search(conversation, kept, pattern, showSecrets);
      if (holds) found.push(kept.view.order);
      else if (!whole) unkept += 1;
      to = kept.view.order + 1;
      if (performance.now() > until) return { found, unkept, to, end };
    }
    to = behind;
  }
  return { found, unkept, to: end, end };
}

function firstOrder({ sockets, end }: Store): number {
  let first = end;
  for (const { kept } of sockets.values()) first = Math.min(first, kept[0]?.view.order ?? end);
  return first;
}

function messagesBetween(store: Store, from: number, to: number): readonly (readonly [Conversation, Kept])[] {
  const found: [Conversation, Kept][] = [];
  for (const conversation of store.sockets.values()) {
    const { kept } = conversation;
    for (let at = firstAtOrBehind(kept, from); ; at++) {
      const one = kept[at];
      if (one === undefined || one.view.order >= to) break;
      if (one.view.kind !== "event") found.push([conversation, one]);
    }
  }
  return found.toSorted(([, a], [, b]) => a.view.order - b.view.order);
}

function firstAtOrBehind(kept: readonly Kept[], order: number): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.view.order ?? 0) < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

function search(
  conversation: Conversation,
  { view, message }: Kept,
  pattern: Buffer,
  showSecrets: boolean,
): { readonly holds: boolean; readonly whole: boolean } {
  const kept = conversation.octets[view.direction];
  let whole = true;
  for (let at = view.from; at + pattern.length <= view.to;) {
    const to = Math.min(view.to, at + WINDOW);
    const read = kept.read(at, to);
    const end = read.from + read.octets.length;
    if (read.from > at || end < to) whole = false;
    if (includes(read.octets, pattern)) {
      if (showSecrets) return { holds: true, whole };
      const shown = maskOctets(message, read.from - view.from + message.from, read.octets);
      if (includes(shown, pattern)) return { holds: true, whole };
    }
    // What lies across a window's edge is looked at again; a hole ends what can be found.
    if (read.octets.length === 0) at = to;
    else at = read.octets.length === WINDOW ? end - pattern.length + 1 : end;
  }
  return { holds: false, whole };
}

function includes(octets: Uint8Array, pattern: Buffer): boolean {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).includes(pattern);
}
