/**
 * What the store holds, and what comes, as a capture. A message is one packet (a long one several), with what it means as
 * its comment. Secrets are masked at their length.
 */
import { PcapngWriter, type PcapngOptions } from "@socketscope/recording";
import { maskOctets } from "../secrets.ts";
import { type Conversation, DERIVED, type Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";

export interface CaptureOptions extends PcapngOptions {
  readonly showSecrets: boolean;
}

/** Milliseconds between two writes of a live capture. */
const BATCH_MS = 50;
/** Messages that may wait for a slow reader of a live capture; more, and it ends. */
const MAX_WAITING = 100_000;

/** All that is known now. */
export function* captureOf(store: Store, options: CaptureOptions): Generator<Uint8Array> {
  const capture = new Capture(options);
  yield* capture.begin();
  for (const { conversation, kept } of inOrder(store)) yield* capture.take(conversation, kept);
}

/** All that is known, and then what comes, until nobody reads any more. */
export async function* captureLive(
  store: Store,
  options: CaptureOptions,
  until: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const capture = new Capture(options);
  let waiting: { readonly socket: number; readonly id: number }[] = [];
  const unwatch = store.watch((change) => {
    if (change.type === "message" && waiting.length <= MAX_WAITING) waiting.push(change.message);
  });
  try {
    const known = [...inOrder(store)];
    yield Buffer.concat([...capture.begin()]);
    for (const { conversation, kept } of known) yield* capture.take(conversation, kept);
    while (!until.aborted && waiting.length <= MAX_WAITING) {
      await pause(BATCH_MS, until);
      const messages = waiting;
      waiting = [];
      const blocks: Uint8Array[] = [];
      for (const { socket, id } of messages) {
        const conversation = store.sockets.get(socket);
        const kept = conversation?.kept[id];
        if (conversation !== undefined && kept !== undefined)
          blocks.push(...capture.take(conversation, kept));
      }
      if (blocks.length > 0) yield Buffer.concat(blocks);
    }
  } finally {
    unwatch();
  }
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

interface Told {
  readonly conversation: Conversation;
  readonly kept: Kept;
}

function inOrder(store: Store): readonly Told[] {
  return [...store.sockets.values()]
    .flatMap((conversation) => conversation.kept.map((kept): Told => ({ conversation, kept })))
    .toSorted((a, b) => a.kept.view.order - b.kept.view.order);
}

/** What stands in for one socket: after an upgrade to TLS another, for Wireshark would read on as ciphertext. */
interface Stretch {
  readonly id: number;
  said: boolean;
  /** It began when TLS did. */
  readonly secured: boolean;
}

const SECURED =
  "The same connection goes on under TLS; shown in clear as one of its own, since Wireshark would read ciphertext. ";

class Capture {
  readonly #writer: PcapngWriter;
  readonly #showSecrets: boolean;
  readonly #stretches = new Map<number, Stretch>();
  #next = 0;

  constructor(options: CaptureOptions) {
    this.#writer = new PcapngWriter(options);
    this.#showSecrets = options.showSecrets;
  }

  begin(): readonly Uint8Array[] {
    return this.#writer.begin("Socketscope inspector");
  }

  *take(conversation: Conversation, kept: Kept): Generator<Uint8Array> {
    const { view } = kept;
    const { key, flow } = conversation;
    let stretch = this.#stretches.get(key);
    if (stretch === undefined) {
      stretch = this.#stretch(key, false);
      yield* this.#open(stretch, conversation, view.at);
    }
    if (view.derived === DERIVED.closed) {
      const reason = conversation.view.reason ?? "";
      yield* this.#writer.closed(stretch.id, view.at, {
        first: reason === "peer-ended" ? "in" : "out",
        broken: reason === "io",
        comment: view.means,
      });
    }
    if (view.derived === DERIVED.secured && stretch.said) {
      stretch = this.#stretch(key, true);
      yield* this.#open(stretch, conversation, view.at);
    }
    if (view.kind === "event") return;
    if (flow.transport === "udp") yield* this.#datagrams(stretch, conversation, kept);
    else yield* this.#message(stretch, conversation, kept);
  }

  #stretch(key: number, secured: boolean): Stretch {
    const stretch = { id: this.#next++, said: false, secured };
    this.#stretches.set(key, stretch);
    return stretch;
  }

  #open(stretch: Stretch, conversation: Conversation, at: number): readonly Uint8Array[] {
    const { flow, client, view, kept } = conversation;
    const spoken = kept.find((one) => one.view.kind !== "event")?.view.protocol ?? view.protocol;
    return this.#writer.opened({ ...flow, id: stretch.id }, at, {
      protocol: stretch.secured ? view.protocol : spoken,
      client,
      // What began under TLS in the midst of a connection had no handshake of its own.
      joined: view.joined || stretch.secured,
    });
  }

  *#message(stretch: Stretch, conversation: Conversation, { view, message }: Kept): Generator<Uint8Array> {
    const { from, to, direction, at } = view;
    const first = stretch.said ? "" : stretch.secured ? SECURED : "";
    const read = conversation.octets[direction].read(from, to);
    if (read.from > from) this.#writer.gap(stretch.id, direction, read.from - from);
    const octets = this.#showSecrets
      ? read.octets
      : maskOctets(message, read.from - from + message.from, read.octets);
    yield* this.#writer.bytes(stretch.id, direction, at, octets, first + commentOf(view));
    stretch.said = true;
    const left = to - read.from - octets.length;
    if (left > 0) this.#writer.gap(stretch.id, direction, left);
  }

  *#datagrams(stretch: Stretch, conversation: Conversation, { view }: Kept): Generator<Uint8Array> {
    let comment = commentOf(view);
    for (const { octets } of conversation.octets[view.direction].chunks(view.from, view.to)) {
      yield* this.#writer.bytes(stretch.id, view.direction, view.at, octets, comment);
      comment = "";
    }
  }
}

function commentOf({ who, means, source, problem }: Kept["view"]): string {
  const speaker = who === "client" ? "Client: " : who === "server" ? "Server: " : "";
  return `${speaker}${problem === undefined ? "" : `${problem}. `}${means}${source === undefined ? "" : ` (${source})`}`;
}
