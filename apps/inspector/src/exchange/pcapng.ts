/**
 * What the store holds, and what comes, as a capture. A message is one packet (a long one several), with what it means as
 * its comment. Secrets are masked at their length.
 */
import { PcapngWriter, type PcapngOptions } from "@socketscope/recording";
import { maskOctets } from "../secrets.ts";
import { Gaps } from "./gaps.ts";
import { type Conversation, DERIVED, type Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";
import { toldAsItComes, toldUntilNow } from "./told.ts";

export interface CaptureOptions extends PcapngOptions {
  readonly showSecrets: boolean;
}

/** All that is known now. */
export function* captureOf(store: Store, options: CaptureOptions): Generator<Uint8Array> {
  const capture = new Capture(options);
  yield* capture.begin();
  // In the order of time, which never goes back in a capture: each program tells its own in its own time.
  const told = toldUntilNow(store).toSorted((a, b) => a.kept.view.at - b.kept.view.at);
  for (const { conversation, kept } of told) yield* capture.take(conversation, kept);
}

/** All that is known, and then what comes, until nobody reads any more. */
export async function* captureLive(
  store: Store,
  options: CaptureOptions,
  until: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const capture = new Capture(options);
  yield Buffer.concat(capture.begin());
  for await (const batch of toldAsItComes(store, until)) {
    const blocks = batch.flatMap(({ conversation, kept }) => [...capture.take(conversation, kept)]);
    if (blocks.length > 0) yield Buffer.concat(blocks);
  }
}

/** What stands in for one socket: after an upgrade to TLS another, for Wireshark would read on as ciphertext. */
interface Stretch {
  readonly id: number;
  said: boolean;
  /** As the capture says it. */
  protocol: string;
  /** It began when TLS did. */
  readonly secured: boolean;
  readonly gaps: Gaps;
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
      yield* this.#open(stretch, conversation, view.at, undefined);
    }
    for (const { direction, octets } of stretch.gaps.before(kept))
      this.#writer.gap(stretch.id, direction, octets);
    if (view.derived === DERIVED.closed) {
      const reason = conversation.view.reason ?? "";
      yield* this.#writer.closed(stretch.id, view.at, {
        first: reason === "peer-ended" ? "in" : "out",
        broken: reason === "io",
        reason,
        comment: view.means,
      });
    }
    if (view.derived === DERIVED.secured) {
      const { tls } = conversation.view;
      const before = stretch.id;
      if (stretch.said) {
        stretch = this.#stretch(key, true);
        yield* this.#open(stretch, conversation, view.at, before);
      }
      if (tls !== undefined) this.#writer.secured(stretch.id, { ...tls, since: view.at });
    }
    if (view.kind === "event") return;
    if (view.protocol !== stretch.protocol) {
      stretch.protocol = view.protocol;
      this.#writer.speaks(stretch.id, view.protocol);
    }
    if (flow.transport === "udp") yield* this.#datagrams(stretch, conversation, kept);
    else yield* this.#message(stretch, conversation, kept);
  }

  #stretch(key: number, secured: boolean): Stretch {
    const stretch = { id: this.#next++, said: false, protocol: "", secured, gaps: new Gaps() };
    this.#stretches.set(key, stretch);
    return stretch;
  }

  #open(
    stretch: Stretch,
    { flow, client, view, kept }: Conversation,
    at: number,
    goesOn: number | undefined,
  ): readonly Uint8Array[] {
    const spoken = kept.find((one) => one.view.kind !== "event")?.view.protocol ?? view.protocol;
    stretch.protocol = stretch.secured ? view.protocol : spoken;
    const { transport, local, remote } = flow;
    const parent = view.parent === undefined ? undefined : this.#stretches.get(view.parent)?.id;
    const named = { id: stretch.id, transport, local, remote, ...(parent !== undefined && { parent }) };
    return this.#writer.opened(named, at, {
      protocol: stretch.protocol,
      client,
      ...(goesOn !== undefined && { goesOn }),
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
