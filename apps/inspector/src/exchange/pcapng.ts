/**
 * What the store holds, and what comes, as a capture. A message is one packet (a long one several), with what it means as
 * its comment. Secrets are masked at their length. With TLS's keys, which somebody has to ask for, what was under TLS is
 * its records as they travelled: whoever has that file reads all of it, secrets as well.
 */
import { PcapngWriter, type PcapngOptions } from "@socketscope/recording";
import { maskOctets } from "../secrets.ts";
import { Gaps } from "./gaps.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import { DERIVED } from "../store/derived.ts";
import type { Store } from "../store/store.ts";
import {
  atOf,
  toldAsItComes,
  toldAsItComesWithWire,
  type ToldChunk,
  type ToldMessage,
  toldUntilNow,
  toldWithWire,
} from "./told.ts";
import { wireComments } from "./wire-comments.ts";

export interface CaptureOptions extends PcapngOptions {
  readonly showSecrets: boolean;
  /** TLS's records and its keys, of connections whose servers tell of them. */
  readonly tlsKeys: boolean;
}

/** All that is known now. */
export function* captureOf(store: Store, options: CaptureOptions): Generator<Uint8Array> {
  const capture = new Capture(options);
  yield* capture.begin();
  // In the order of time, which never goes back in a capture: each program tells its own in its own time.
  const told = options.tlsKeys ? toldWithWire(store) : toldUntilNow(store);
  yield* capture.takeAll(told.toSorted((a, b) => atOf(a) - atOf(b)));
}

/** All that is known, and then what comes, until nobody reads any more. */
export async function* captureLive(
  store: Store,
  options: CaptureOptions,
  until: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const capture = new Capture(options);
  yield Buffer.concat(capture.begin());
  const batches = options.tlsKeys ? toldAsItComesWithWire(store, until) : toldAsItComes(store, until);
  for await (const batch of batches) {
    const blocks = [...capture.takeAll(batch)];
    if (blocks.length > 0) yield Buffer.concat(blocks);
  }
}

/** What stands in for one socket: after an upgrade to TLS another, for Wireshark would read on as ciphertext. */
interface Stretch {
  readonly id: number;
  said: boolean;
  /** As the capture says it. */
  protocol: string;
  /** Where it begins: with the connection, with TLS in the midst of that, or where TLS ended. */
  readonly begins: "opened" | "secured" | "cleared";
  /** Its octets are TLS's records now. */
  below: boolean;
  /** Lines of keys that stand in the capture. */
  keys: number;
  readonly gaps: Gaps;
}

const CLEARED =
  "The same connection goes on in clear; shown as one of its own, since what came before was under TLS. ";
const SECURED =
  "The same connection goes on under TLS; shown in clear as one of its own, since Wireshark would read ciphertext. ";

const FIRST = { opened: "", secured: SECURED, cleared: CLEARED } as const;

class Capture {
  readonly #writer: PcapngWriter;
  readonly #showSecrets: boolean;
  readonly #tlsKeys: boolean;
  readonly #stretches = new Map<number, Stretch>();
  #next = 0;

  constructor(options: CaptureOptions) {
    this.#writer = new PcapngWriter(options);
    this.#showSecrets = options.showSecrets;
    this.#tlsKeys = options.tlsKeys;
  }

  begin(): readonly Uint8Array[] {
    return this.#writer.begin("Socketscope inspector");
  }

  *takeAll(told: readonly (ToldMessage | ToldChunk)[]): Generator<Uint8Array> {
    const isBelow = ({ key }: Conversation): boolean => this.#stretches.get(key)?.below === true;
    const comments = this.#tlsKeys ? wireComments(told, isBelow, ({ view }) => commentOf(view)) : undefined;
    for (const one of told)
      if ("chunk" in one) yield* this.#carry(one, comments?.get(one.chunk) ?? "");
      else yield* this.#take(one);
  }

  /** TLS's records, and before them the keys that open them. */
  *#carry({ conversation, chunk }: ToldChunk, comment: string): Generator<Uint8Array> {
    const { key, wire } = conversation;
    if (wire === undefined || wire.lost) return;
    const stretch = this.#stretches.get(key) ?? (yield* this.#begin(conversation, chunk.at));
    if (!stretch.below) {
      stretch.below = true;
      if (stretch.protocol !== "tls") this.#writer.speaks(stretch.id, "tls");
    }
    const keys = wire.keys.slice(stretch.keys);
    stretch.keys += keys.length;
    if (keys.length > 0) yield this.#writer.keys(keys);
    yield* this.#writer.bytes(stretch.id, chunk.direction, chunk.at, chunk.octets, comment);
  }

  *#take({ conversation, kept }: ToldMessage): Generator<Uint8Array> {
    const { view } = kept;
    const { key, flow } = conversation;
    let stretch = this.#stretches.get(key) ?? (yield* this.#begin(conversation, view.at));
    if (stretch.below && conversation.wire?.lost === true) {
      // Its records had to go, or were too many: from here on in clear.
      const before = stretch.id;
      stretch = this.#stretch(key, "secured");
      yield* this.#open(stretch, conversation, view.at, before);
    }
    for (const { direction, octets } of stretch.gaps.before(kept))
      if (!stretch.below) this.#writer.gap(stretch.id, direction, octets);
    if (view.derived === DERIVED.closed) {
      const reason = conversation.view.reason ?? "";
      yield* this.#writer.closed(stretch.id, view.at, {
        first: reason === "peer-ended" ? "in" : "out",
        broken: reason === "io",
        reason,
        comment: view.means,
      });
    }
    if (view.derived === DERIVED.secured && !stretch.below) {
      const { tls } = conversation.view;
      const before = stretch.id;
      if (stretch.said) {
        stretch = this.#stretch(key, "secured");
        yield* this.#open(stretch, conversation, view.at, before);
      }
      if (tls !== undefined) this.#writer.secured(stretch.id, { ...tls, since: view.at });
    }
    if (view.derived === DERIVED.cleared) {
      const before = stretch.id;
      stretch = this.#stretch(key, "cleared");
      yield* this.#open(stretch, conversation, view.at, before);
      this.#writer.cleared(stretch.id, view.at);
    }
    if (view.kind === "event" || stretch.below) return;
    if (view.protocol !== stretch.protocol) {
      stretch.protocol = view.protocol;
      this.#writer.speaks(stretch.id, view.protocol);
    }
    if (flow.transport === "udp") yield* this.#datagrams(stretch, conversation, kept);
    else yield* this.#message(stretch, conversation, kept);
  }

  *#begin(conversation: Conversation, at: number): Generator<Uint8Array, Stretch> {
    const stretch = this.#stretch(conversation.key, "opened");
    yield* this.#open(stretch, conversation, at, undefined);
    return stretch;
  }

  #stretch(key: number, begins: Stretch["begins"]): Stretch {
    const id = this.#next++;
    const stretch = { id, said: false, protocol: "", begins, below: false, keys: 0, gaps: new Gaps() };
    this.#stretches.set(key, stretch);
    return stretch;
  }

  #open(
    stretch: Stretch,
    conversation: Conversation,
    at: number,
    goesOn: number | undefined,
  ): readonly Uint8Array[] {
    const { flow, client, view, kept } = conversation;
    const spoken = kept.find((one) => one.view.kind !== "event")?.view.protocol ?? view.protocol;
    const goesOnAnew = stretch.begins !== "opened";
    const below = this.#tlsKeys && !goesOnAnew && beginsBelow(conversation);
    stretch.protocol = below ? "tls" : goesOnAnew ? view.protocol : spoken;
    const { transport, local, remote } = flow;
    const parent = view.parent === undefined ? undefined : this.#stretches.get(view.parent)?.id;
    const named = { id: stretch.id, transport, local, remote, ...(parent !== undefined && { parent }) };
    return this.#writer.opened(named, at, {
      protocol: stretch.protocol,
      client,
      ...(goesOn !== undefined && { goesOn }),
      ...(below && { under: spoken }),
      // What began in the midst of a connection had no handshake of its own.
      joined: view.joined || goesOnAnew,
    });
  }

  *#message(stretch: Stretch, conversation: Conversation, { view, message }: Kept): Generator<Uint8Array> {
    const { from, to, direction, at } = view;
    const first = stretch.said ? "" : FIRST[stretch.begins];
    let comment = first + commentOf(view);
    let next = from;
    for (const piece of conversation.octets[direction].pieces(from, to)) {
      this.#writer.gap(stretch.id, direction, piece.from - next);
      const octets = this.#showSecrets
        ? piece.octets
        : maskOctets(message, piece.from - from + message.from, piece.octets);
      yield* this.#writer.bytes(stretch.id, direction, at, octets, comment);
      comment = "";
      next = piece.from + octets.length;
    }
    stretch.said = true;
    this.#writer.gap(stretch.id, direction, to - next);
  }

  *#datagrams(stretch: Stretch, conversation: Conversation, { view }: Kept): Generator<Uint8Array> {
    let comment = commentOf(view);
    for (const { octets } of conversation.octets[view.direction].chunks(view.from, view.to)) {
      yield* this.#writer.bytes(stretch.id, view.direction, view.at, octets, comment);
      comment = "";
    }
  }
}

/** Its first octets are TLS's, and its records are here. */
function beginsBelow({ kept, wire }: Conversation): boolean {
  if (wire === undefined || wire.lost || wire.chunks.length === 0) return false;
  const spoken = kept.findIndex(({ view }) => view.kind !== "event");
  const secured = kept.findIndex(({ view }) => view.derived === DERIVED.secured);
  return spoken === -1 || (secured !== -1 && secured < spoken);
}

function commentOf({ who, means, source, problem }: Kept["view"]): string {
  const speaker = who === "client" ? "Client: " : who === "server" ? "Server: " : "";
  return `${speaker}${problem === undefined ? "" : `${problem}. `}${means}${source === undefined ? "" : ` (${source})`}`;
}
