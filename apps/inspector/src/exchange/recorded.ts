/**
 * What the store holds as records, in the order of the talk: a message's octets are one chunk. Secrets are masked at
 * their length, so that a recording that is handed on gives nothing away and reads the same.
 */
import type { FlowRecord, Recorded } from "@socketscope/recording";
import { maskOctets } from "../secrets.ts";
import { Gaps } from "./gaps.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import { DERIVED } from "../store/derived.ts";
import type { Store } from "../store/store.ts";
import { toldAsItComes, type ToldMessage, toldUntilNow } from "./told.ts";

/** All that is known now. `showSecrets`: as they are. */
export function* recordedOf(store: Store, showSecrets: boolean): Generator<Recorded> {
  const recorder = new Recorder(store, showSecrets);
  for (const one of toldUntilNow(store)) yield* recorder.take(one);
}

/** All that is known, and then what comes, in batches. */
export async function* recordedLive(
  store: Store,
  showSecrets: boolean,
  until: AbortSignal,
): AsyncGenerator<readonly Recorded[]> {
  const recorder = new Recorder(store, showSecrets);
  const end = store.beginRecording();
  try {
    for await (const batch of toldAsItComes(store, until))
      yield batch.flatMap((one) => [...recorder.take(one)]);
  } finally {
    end();
  }
}

class Recorder {
  readonly #store: Store;
  readonly #showSecrets: boolean;
  readonly #sources = new Set<number>();
  readonly #spoken = new Map<number, string>();
  readonly #gaps = new Map<number, Gaps>();

  constructor(store: Store, showSecrets: boolean) {
    this.#store = store;
    this.#showSecrets = showSecrets;
  }

  *take({ conversation, kept }: ToldMessage): Generator<Recorded> {
    const { source, key } = conversation;
    const { protocol, kind, at } = kept.view;
    if (!this.#sources.has(source)) {
      this.#sources.add(source);
      for (const [number, record] of this.#store.sourceRecords())
        if (number === source) yield { source, record };
    }
    if (!this.#spoken.has(key)) {
      yield { source, record: openedOf(conversation) };
      this.#spoken.set(key, "");
    }
    if (kind !== "event" && this.#spoken.get(key) !== protocol) {
      this.#spoken.set(key, protocol);
      yield { source, record: { type: "speaks", at, flow: key, protocol } };
    }
    const gaps = this.#gaps.get(key) ?? new Gaps();
    this.#gaps.set(key, gaps);
    for (const { direction, octets } of gaps.before(kept))
      yield { source, record: { type: "gap", at, flow: key, direction, octets } };
    for (const record of recordsOf(conversation, kept, this.#showSecrets)) yield { source, record };
  }
}

function openedOf({ key, flow, view, client }: Conversation): FlowRecord {
  const { transport, local, remote } = flow;
  const parent = view.parent === undefined ? {} : { parent: view.parent };
  // Keys are unique over all programs: within one recording they name the flows.
  const name = { id: key, transport, local, remote, ...parent };
  const role = client === "in" ? "server" : "client";
  return { type: "opened", at: view.opened, flow: name, role, ...(view.joined && { joined: true }) };
}

function recordsOf(
  conversation: Conversation,
  { view, message, intercepted, unopened }: Kept,
  showSecrets: boolean,
): readonly FlowRecord[] {
  const { at, direction, from, to, derived } = view;
  const flow = conversation.key;
  if (view.kind === "event") {
    if (intercepted !== undefined) return [{ ...intercepted, flow }];
    if (unopened !== undefined) return [{ type: "unopened", at, flow, why: unopened }];
    const { tls, reason = "" } = conversation.view;
    if (derived === DERIVED.cleared) return [{ type: "cleared", at, flow }];
    if (derived === DERIVED.secured && tls !== undefined) return [{ type: "secured", at, flow, ...tls }];
    return derived === DERIVED.closed ? [{ type: "closed", at, flow, reason }] : [];
  }
  const found: FlowRecord[] = [];
  // What was not carried, and what had to go to keep the store small, is a gap here.
  const gap = (octets: number): void => {
    if (octets > 0) found.push({ type: "gap", at, flow, direction, octets });
  };
  let next = from;
  for (const piece of conversation.octets[direction].pieces(from, to)) {
    gap(piece.from - next);
    const octets = showSecrets
      ? piece.octets
      : maskOctets(message, piece.from - from + message.from, piece.octets);
    found.push({ type: "bytes", at, flow, direction, octets });
    next = piece.from + octets.length;
  }
  gap(to - next);
  return found;
}
