/**
 * What the store holds as records, in the order of the talk: a message's octets are one chunk. Secrets are masked at
 * their length, so that a recording that is handed on gives nothing away and reads the same.
 */
import type { FlowRecord, Recorded } from "@socketscope/recording";
import { maskOctets } from "../secrets.ts";
import { type Conversation, DERIVED, type Kept } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";

interface Told {
  readonly conversation: Conversation;
  readonly kept: Kept;
}

/** `showSecrets`: as they are. */
export function* recordedOf(store: Store, showSecrets: boolean): Generator<Recorded> {
  for (const [source, record] of store.sourceRecords()) yield { source, record };
  const told = [...store.sockets.values()]
    .flatMap((conversation) => conversation.kept.map((kept): Told => ({ conversation, kept })))
    .toSorted((a, b) => a.kept.view.order - b.kept.view.order);
  const spoken = new Map<number, string>();
  for (const { conversation, kept } of told) {
    const { source, key } = conversation;
    const { protocol } = kept.view;
    if (!spoken.has(key)) {
      yield { source, record: openedOf(conversation) };
      spoken.set(key, "");
    }
    if (kept.view.kind !== "event" && spoken.get(key) !== protocol) {
      spoken.set(key, protocol);
      yield { source, record: { type: "speaks", at: kept.view.at, flow: conversation.key, protocol } };
    }
    for (const record of recordsOf(conversation, kept, showSecrets)) yield { source, record };
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
  { view, message, intercepted }: Kept,
  showSecrets: boolean,
): readonly FlowRecord[] {
  const { at, direction, from, to, derived } = view;
  const flow = conversation.key;
  if (view.kind === "event") {
    if (intercepted !== undefined) return [{ ...intercepted, flow }];
    const { tls, reason = "" } = conversation.view;
    if (derived === DERIVED.secured && tls !== undefined) return [{ type: "secured", at, flow, ...tls }];
    return derived === DERIVED.closed ? [{ type: "closed", at, flow, reason }] : [];
  }
  const read = conversation.octets[direction].read(from, to);
  const found: FlowRecord[] = [];
  // What had to go to keep the store small is a gap here.
  if (read.from > from) found.push({ type: "gap", at, flow, direction, octets: read.from - from });
  const octets = showSecrets
    ? read.octets
    : maskOctets(message, read.from - from + message.from, read.octets);
  if (octets.length > 0) found.push({ type: "bytes", at, flow, direction, octets });
  const left = to - read.from - octets.length;
  if (left > 0) found.push({ type: "gap", at, flow, direction, octets: left });
  return found;
}
