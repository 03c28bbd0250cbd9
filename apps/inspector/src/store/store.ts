/**
 * Everything the inspector knows, bounded: octets, messages and sockets. What is oldest goes first, and those who follow
 * are told.
 */
import type { FlowRecord, SourceRecord } from "@socketscope/recording";
import type { Change, KeptView, RefusalView, SourceView } from "../views.ts";
import { Conversation } from "./conversation.ts";
import { WireLog, type WireLayerRecord } from "./wire-log.ts";

export interface StoreLimits {
  /** Octets of sockets kept in memory. Default 64 MiB. */
  readonly maxOctets: number;
  /** Messages kept. Default 200,000. */
  readonly maxMessages: number;
  /** Sockets kept, open ones included. Default 20,000. */
  readonly maxSockets: number;
  /** Refused connections kept. Default 1,000. */
  readonly maxRefusals: number;
}

export const defaultStoreLimits: StoreLimits = {
  maxOctets: 64 * 1024 * 1024,
  maxMessages: 200_000,
  maxSockets: 20_000,
  maxRefusals: 1000,
};

/** What the store tells at once; how a socket or a program stands is asked for when it is needed. */
export type StoreChange =
  | Exclude<Change, { type: "socket" }>
  | { readonly type: "touched"; readonly socket: number }
  | { readonly type: "counted"; readonly source: number }
  /** One more chunk of the layer below TLS, the nth from 0. */
  | { readonly type: "wire"; readonly socket: number; readonly chunk: number };

/** What lets go of the oldest of its octets when there are too many, and says how many those were. */
interface Forgetful {
  forgetOldest(): number;
}

const NOTHING_MISSED = { octets: 0, flows: 0 };

/** Entries that are done with, after which their room is used again. */
const COMPACT = 4096;

interface Source {
  view: SourceView;
  /** Without its token. */
  readonly record: SourceRecord;
  /** Ports that its listeners hold: a socket on one of them was accepted. */
  readonly ports: ReadonlySet<number>;
  readonly flows: Map<number, Conversation>;
}

export class Store {
  readonly sockets = new Map<number, Conversation>();
  readonly refusals: RefusalView[] = [];
  readonly #limits: StoreLimits;
  readonly #sources = new Map<number, Source>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  /** Whose chunk is the oldest, in order of arrival. */
  readonly #arrivals: Forgetful[] = [];
  #oldest = 0;
  #forgotten = 0;
  #recordings = 0;
  #octets = 0;
  #messages = 0;
  #nextSource = 0;
  #nextSocket = 1;
  #nextRefusal = 1;
  #nextOrder = 0;

  constructor(limits: Partial<StoreLimits> = {}) {
    this.#limits = { ...defaultStoreLimits, ...limits };
  }

  source(key: number): SourceView | undefined {
    return this.#sources.get(key)?.view;
  }

  get sources(): readonly SourceView[] {
    return [...this.#sources.values()].map(({ view }) => view);
  }

  /** As a link told of it: what a recording begins with. */
  sourceRecords(): readonly (readonly [key: number, record: SourceRecord])[] {
    return [...this.#sources.values()].map(({ view, record }) => [view.key, record]);
  }

  get held(): KeptView {
    return {
      octets: this.#octets,
      messages: this.#messages,
      forgotten: this.#forgotten,
      limit: this.#limits.maxOctets,
      recordings: this.#recordings,
    };
  }

  /** Somebody writes down all that comes; returns what ends that. */
  beginRecording(): () => void {
    this.#recordings += 1;
    this.#tell({ type: "kept", kept: this.held });
    return () => {
      this.#recordings -= 1;
      this.#tell({ type: "kept", kept: this.held });
    };
  }

  /** The place in the order that the next message takes. */
  get end(): number {
    return this.#nextOrder;
  }

  /** Tells of each change as it happens; returns what ends that. */
  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Of a program that is connected, by its own number of the flow; open ones only. */
  conversationOf(app: string, flow: number): Conversation | undefined {
    for (const { view, flows } of this.#sources.values())
      if (view.connected && view.app === app) return flows.get(flow);
    return undefined;
  }

  /** `here`: it runs on our state folder. */
  addSource(record: SourceRecord, here = false): number {
    const { app, engine, pid, listeners } = record;
    const key = this.#nextSource++;
    const view: SourceView = {
      key,
      app,
      engine,
      pid,
      listeners,
      connected: true,
      here,
      missed: NOTHING_MISSED,
    };
    const ports = new Set(listeners.map(({ url }) => Number(/:(\d+)(?:\/|$)/.exec(url)?.[1])));
    const { token: _, ...shown } = record;
    this.#sources.set(key, { view, record: shown, ports, flows: new Map() });
    this.#tell({ type: "source", source: view });
    return key;
  }

  /** Its link is gone: what its sockets do from now on is not known. */
  removeSource(key: number): void {
    const source = this.#sources.get(key);
    if (source === undefined) return;
    source.view = { ...source.view, connected: false };
    this.#tell({ type: "source", source: source.view });
    // One program, one line: an old run of it is not worth one.
    for (const [other, { view }] of this.#sources)
      if (!view.connected && other !== key && view.app === source.view.app && view.pid === source.view.pid)
        this.#sources.delete(other);
  }

  /** The process at the other end of that socket. */
  nameProcess(socket: number, name: string): void {
    const conversation = this.sockets.get(socket);
    if (conversation === undefined) return;
    conversation.process = name;
    this.#tell({ type: "touched", socket });
  }

  take(sourceKey: number, record: FlowRecord): void {
    const source = this.#sources.get(sourceKey);
    if (source === undefined) return;
    if (record.type === "refused") return this.#refuse(source, record);
    if (record.type === "opened") return this.#open(source, record);
    if (record.type === "unseen") return this.#miss(source, record.octets, record.flows);
    if (record.type === "gap") this.#miss(source, record.octets);
    const conversation = source.flows.get(record.flow);
    if (conversation === undefined) return;
    if (record.type === "wire" || record.type === "wire-lost" || record.type === "keys")
      return this.#takeWire(conversation, record);
    if (record.type === "bytes") this.#keep(conversation.octets[record.direction], record.octets.length);
    const fresh = conversation.take(record);
    for (const { view } of fresh) this.#tell({ type: "message", message: view });
    this.#messages += fresh.length;
    if (record.type === "closed") source.flows.delete(record.flow);
    this.#tell({ type: "touched", socket: conversation.key });
    this.#bound();
  }

  #takeWire(conversation: Conversation, record: WireLayerRecord): void {
    // Its ClientHello may have been before we listened.
    if (conversation.joined) return;
    conversation.wire ??= new WireLog();
    const more = conversation.wire.take(record);
    if (more <= 0) {
      this.#octets += more;
      return;
    }
    this.#keep(conversation.wire, more);
    const chunk = conversation.wire.chunks.length - 1;
    this.#tell({ type: "wire", socket: conversation.key, chunk });
  }

  #open(source: Source, { flow, at, joined = false, role }: Extract<FlowRecord, { type: "opened" }>): void {
    const key = this.#nextSocket++;
    const parent = flow.parent === undefined ? undefined : source.flows.get(flow.parent);
    const accepted =
      role === undefined ? source.ports.has(flow.local.port) || parent !== undefined : role === "server";
    const conversation = new Conversation({
      key,
      source: source.view.key,
      app: source.view.app,
      flow,
      parent: parent?.key,
      at,
      joined,
      tlsFirst:
        accepted && /^(?:https|smtps|pop3s|ftps):/.test(listenerAt(source, flow.local.port)?.url ?? ""),
      client: accepted ? "in" : "out",
      nextOrder: () => this.#nextOrder++,
    });
    source.flows.set(flow.id, conversation);
    this.sockets.set(key, conversation);
    this.#tell({ type: "touched", socket: conversation.key });
    if (joined)
      this.take(source.view.key, {
        type: "speaks",
        at,
        flow: flow.id,
        protocol: protocolAt(source, flow.local.port),
      });
    this.#bound();
  }

  #refuse(source: Source, { at, remote, local, rule }: Extract<FlowRecord, { type: "refused" }>): void {
    const refusal: RefusalView = { key: this.#nextRefusal++, app: source.view.app, at, remote, local, rule };
    this.refusals.push(refusal);
    if (this.refusals.length > this.#limits.maxRefusals) this.refusals.shift();
    this.#tell({ type: "refusal", refusal });
  }

  /** What was said and is not known here stands at its program. */
  #miss(source: Source, octets: number, flows = 0): void {
    const { missed } = source.view;
    source.view = {
      ...source.view,
      missed: { octets: missed.octets + octets, flows: missed.flows + flows },
    };
    this.#tell({ type: "counted", source: source.view.key });
  }

  #keep(kept: Forgetful, length: number): void {
    this.#arrivals.push(kept);
    this.#octets += length;
    while (this.#octets > this.#limits.maxOctets && this.#oldest < this.#arrivals.length - 1) {
      const gone = this.#arrivals[this.#oldest++]?.forgetOldest() ?? 0;
      this.#octets -= gone;
      this.#forgotten += gone;
    }
    if (this.#oldest < COMPACT) return;
    this.#arrivals.splice(0, this.#oldest);
    this.#oldest = 0;
  }

  /** Ended sockets go first, the oldest before the others. */
  #bound(): void {
    const { maxMessages, maxSockets } = this.#limits;
    if (this.#messages <= maxMessages && this.sockets.size <= maxSockets) return;
    const gone: number[] = [];
    for (const ended of [true, false]) {
      for (const [key, conversation] of this.sockets) {
        if (this.#messages <= maxMessages * 0.9 && this.sockets.size <= maxSockets * 0.9) break;
        if (ended && conversation.open) continue;
        this.#messages -= conversation.kept.length;
        this.sockets.delete(key);
        this.#sources.get(conversation.source)?.flows.delete(conversation.flow.id);
        gone.push(key);
      }
    }
    this.#tell({ type: "forgotten", sockets: gone });
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** What is spoken at a listener's port, by its name: "smtps" is SMTP. */
function protocolAt(source: Source, port: number): string {
  const name = listenerAt(source, port)?.name ?? "";
  return LISTENER_PROTOCOLS[name] ?? name;
}

function listenerAt({ view }: Source, port: number): SourceView["listeners"][number] | undefined {
  return view.listeners.find(({ url }) => url.endsWith(`:${port}`) || url.includes(`:${port}/`));
}

const LISTENER_PROTOCOLS: Readonly<Record<string, string>> = {
  https: "http",
  web: "http",
  page: "http",
  submission: "smtp",
  smtps: "smtp",
  pop3s: "pop3",
  ftps: "ftp",
};
