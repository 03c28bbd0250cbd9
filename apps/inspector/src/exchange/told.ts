/** Messages as they are told, with their conversations: what is known, and then what comes. */
import type { Conversation, Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";

export interface ToldMessage {
  readonly conversation: Conversation;
  readonly kept: Kept;
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

/** All that is known, and then what comes, in batches, until nobody reads any more. */
export async function* toldAsItComes(
  store: Store,
  until: AbortSignal,
): AsyncGenerator<readonly ToldMessage[]> {
  let waiting: { readonly socket: number; readonly id: number }[] = [];
  const unwatch = store.watch((change) => {
    if (change.type === "message" && waiting.length <= MAX_WAITING) waiting.push(change.message);
  });
  try {
    yield* batchesOf(toldUntilNow(store));
    while (!until.aborted && waiting.length <= MAX_WAITING) {
      await pause(BATCH_MS, until);
      const messages = waiting;
      waiting = [];
      const batch = messages.flatMap(({ socket, id }): ToldMessage[] => {
        const conversation = store.sockets.get(socket);
        const kept = conversation?.kept[id];
        return conversation === undefined || kept === undefined ? [] : [{ conversation, kept }];
      });
      yield* batchesOf(batch);
    }
  } finally {
    unwatch();
  }
}

function* batchesOf(told: readonly ToldMessage[]): Generator<readonly ToldMessage[]> {
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
