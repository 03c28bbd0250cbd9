/** Messages as they are told, with their conversations: what is known, and then what comes. */
import type { Conversation, Kept } from "../store/conversation.ts";
import type { Store, StoreChange } from "../store/store.ts";
import type { WireChunk } from "../store/wire-log.ts";

export interface ToldMessage {
  readonly conversation: Conversation;
  readonly kept: Kept;
}

/** What was said below TLS. */
export interface ToldChunk {
  readonly conversation: Conversation;
  readonly chunk: WireChunk;
}

/** Milliseconds between two batches. */
const BATCH_MS = 50;
/** Messages in one batch: a long talk is not held twice in memory. */
const BATCH = 500;
/** Messages that may wait for a slow reader; more, and it ends. */
const MAX_WAITING = 100_000;

/** All that is known now, in the order of the talk. */
export function toldUntilNow(store: Store): readonly ToldMessage[] {
  return [...store.sockets.values()]
    .flatMap((conversation) => conversation.kept.map((kept): ToldMessage => ({ conversation, kept })))
    .toSorted((a, b) => a.kept.view.order - b.kept.view.order);
}

/** The same and what was said below TLS: of what happened at once, chunks first. */
export function toldWithWire(store: Store): readonly (ToldMessage | ToldChunk)[] {
  const chunks = [...store.sockets.values()].flatMap((conversation) =>
    (conversation.wire?.chunks ?? []).map((chunk): ToldChunk => ({ conversation, chunk })),
  );
  return [...chunks, ...toldUntilNow(store)];
}

export function atOf(told: ToldMessage | ToldChunk): number {
  return "chunk" in told ? told.chunk.at : told.kept.view.at;
}

/** All that is known, and then what comes, in batches, until nobody reads any more. */
export function toldAsItComes(store: Store, until: AbortSignal): AsyncGenerator<readonly ToldMessage[]> {
  return asItComes(store, until, toldUntilNow, (change) => messageOf(store, change));
}

/** The same and what is said below TLS. */
export function toldAsItComesWithWire(
  store: Store,
  until: AbortSignal,
): AsyncGenerator<readonly (ToldMessage | ToldChunk)[]> {
  return asItComes(
    store,
    until,
    (all) => toldWithWire(all).toSorted((a, b) => atOf(a) - atOf(b)),
    (change) => messageOf(store, change) ?? chunkOf(store, change),
  );
}

/** Looked up when its batch is due: what the store has let go of by then is left out. */
type Later<T> = () => T | undefined;

function messageOf(store: Store, change: StoreChange): Later<ToldMessage> | undefined {
  if (change.type !== "message") return undefined;
  const { socket, id } = change.message;
  return () => {
    const conversation = store.sockets.get(socket);
    const kept = conversation?.kept[id];
    return conversation === undefined || kept === undefined ? undefined : { conversation, kept };
  };
}

function chunkOf(store: Store, change: StoreChange): Later<ToldChunk> | undefined {
  if (change.type !== "wire") return undefined;
  return () => {
    const conversation = store.sockets.get(change.socket);
    const chunk = conversation?.wire?.chunks[change.chunk];
    return conversation === undefined || chunk === undefined ? undefined : { conversation, chunk };
  };
}

async function* asItComes<T>(
  store: Store,
  until: AbortSignal,
  known: (store: Store) => readonly T[],
  toldBy: (change: StoreChange) => Later<T> | undefined,
): AsyncGenerator<readonly T[]> {
  let waiting: Later<T>[] = [];
  const unwatch = store.watch((change) => {
    if (waiting.length > MAX_WAITING) return;
    const later = toldBy(change);
    if (later !== undefined) waiting.push(later);
  });
  try {
    yield* batchesOf(known(store));
    while (!until.aborted && waiting.length <= MAX_WAITING) {
      await pause(BATCH_MS, until);
      const due = waiting;
      waiting = [];
      yield* batchesOf(due.map((later) => later()).filter((told) => told !== undefined));
    }
  } finally {
    unwatch();
  }
}

function* batchesOf<T>(told: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < told.length; from += BATCH) yield told.slice(from, from + BATCH);
}

function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      until.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    until.addEventListener("abort", done);
  });
}
