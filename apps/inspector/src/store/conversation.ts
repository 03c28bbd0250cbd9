/** One socket: what its taps told, read by the dissector of its protocol, message by message. */
import type { FlowName, FlowRecord, InterceptedRecord } from "@socketscope/recording";
import { isUnread, type Direction, type Message } from "@socketscope/wire";
import { EXPLAINED_OCTETS, Questions, type Told } from "../explain/explainer.ts";
import { readerOf, readsOn, type Reader } from "../explain/protocols.ts";
import { guessClient } from "../client-guess.ts";
import { maskText } from "../secrets.ts";
import { tellIntercepted } from "./intercepted.ts";
import type { MessageView, SocketView, Speaker } from "../views.ts";
import { DERIVED } from "./derived.ts";
import { KeptOctets } from "./kept-octets.ts";
import type { WireLayerRecord, WireLog } from "./wire-log.ts";

/** A message with its octets' ranges; the view is what is shown of it. */
export interface Kept {
  readonly view: MessageView;
  readonly message: Message;
  readonly told: Told;
  /** What an intercept did, where that is what is told. */
  readonly intercepted?: InterceptedRecord;
  /** Octets that are missing here, up to that one of their direction, where that is what is told. */
  readonly gap?: { readonly direction: Direction; readonly octets: number; readonly to: number };
  /** Why a capture's TLS was not opened, where that is what is told. */
  readonly unopened?: string;
}

/** Messages of a client in which it is looked for its name: who has not said it by then does not. */
const GUESSES = 50;

export interface ConversationOptions {
  readonly key: number;
  readonly source: number;
  readonly app: string;
  readonly flow: FlowName;
  readonly parent: number | undefined;
  readonly at: number;
  readonly joined: boolean;
  /** It was accepted where TLS comes before all else. */
  readonly tlsFirst: boolean;
  /** The direction in which the client speaks, seen from the tap. */
  readonly client: Direction;
  readonly nextOrder: () => number;
}

export class Conversation {
  readonly octets: Readonly<Record<Direction, KeptOctets>> = { in: new KeptOctets(), out: new KeptOctets() };
  readonly kept: Kept[] = [];
  /** The process at the other end, where it runs on this machine. */
  process: string | undefined;
  /** The layer below TLS, where the server tells of it. */
  wire: WireLog | undefined;
  readonly #options: ConversationOptions;
  #protocol = "";
  #reader: Reader | undefined;
  /** Octets of each direction before the present reader began: it counts from 0. */
  #base: Readonly<Record<Direction, number>> = { in: 0, out: 0 };
  /** The reader's ids in ours. */
  #ids = new Questions<number>();
  #nextId = 0;
  #tls: SocketView["tls"];
  #cleared = false;
  #guess: string | undefined;
  #guesses = 0;
  #closed: { readonly at: number; readonly reason: string } | undefined;
  #missed = 0;
  #faults = 0;
  #fresh: Kept[] = [];
  /** Chunks that somebody holds. */
  readonly #heldChunks = new Set<number>();

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { joined, at, flow } = options;
    if (flow.transport === "udp") return;
    if (joined)
      this.#event(at, "open before we listened", "What was said until now is not known.", DERIVED.joined);
    else
      this.#event(
        at,
        "Connected",
        "The system finished the TCP handshake by itself and handed over a new socket.",
        DERIVED.opened,
        { source: "RFC 9293 §3.5" },
      );
  }

  get key(): number {
    return this.#options.key;
  }
  get source(): number {
    return this.#options.source;
  }
  get flow(): FlowName {
    return this.#options.flow;
  }
  /** The direction in which the client speaks. */
  get client(): Direction {
    return this.#options.client;
  }
  /** It was open before we listened. */
  get joined(): boolean {
    return this.#options.joined;
  }
  get open(): boolean {
    return this.#closed === undefined;
  }

  get view(): SocketView {
    const { key, source, app, flow, parent, at, joined } = this.#options;
    return {
      key,
      source,
      app,
      transport: flow.transport,
      local: flow.local,
      remote: flow.remote,
      ...(parent !== undefined && { parent }),
      protocol: this.#protocol,
      ...(this.#tls && { tls: this.#tls }),
      ...(this.#cleared && { cleared: true }),
      ...(this.#guess !== undefined && { client: this.#guess }),
      ...(this.process !== undefined && { process: this.process }),
      opened: at,
      ...(this.#closed && { closed: this.#closed.at, reason: this.#closed.reason }),
      joined,
      octets: { in: this.octets.in.end, out: this.octets.out.end },
      missed: this.#missed,
      messages: this.kept.length,
      faults: this.#faults,
    };
  }

  /** What it led to. */
  take(
    record: Exclude<FlowRecord, { type: "opened" | "refused" | "unseen" } | WireLayerRecord>,
  ): readonly Kept[] {
    switch (record.type) {
      case "speaks":
        this.#speaks(record.protocol, record.at);
        break;
      case "bytes":
        this.octets[record.direction].push(record.octets);
        if (this.#reader !== undefined)
          this.#tell(this.#reader.dissector.feed(record.direction, record.octets), record.at);
        break;
      case "gap":
        this.#missed += record.octets;
        // Before what it brings to an end: a message that spans it is told behind it.
        this.#gap(record);
        if (this.#reader !== undefined) this.#tell(this.#readGap(this.#reader, record), record.at);
        this.octets[record.direction].skip(record.octets);
        break;
      case "secured":
        this.#secured(record);
        break;
      case "cleared":
        this.#cleared = true;
        this.#event(
          record.at,
          "TLS ended, the connection goes on",
          "From here on everybody on the way reads what is said, and can say something else.",
          DERIVED.cleared,
          { source: "RFC 2228 §3" },
        );
        break;
      case "unopened":
        this.#event(record.at, "TLS was not opened", `Not known: ${record.why}.`, DERIVED.unopened, {
          source: "RFC 8446 §5.2",
          protocol: "tls",
          unopened: record.why,
        });
        break;
      case "intercepted":
        this.#intercepted(record);
        break;
      case "closed":
        this.#close(record.at, record.reason);
    }
    const fresh = this.#fresh;
    this.#fresh = [];
    this.kept.push(...fresh);
    return fresh;
  }

  /** `told`: the program's name for what it speaks; a second name may belong to the same reader. */
  #speaks(protocol: string, at: number): void {
    const before = this.#protocol;
    this.#protocol = protocol;
    if (this.#reader !== undefined && readsOn(before, protocol)) return;
    this.#endReader(at);
    this.#base = { in: this.octets.in.end, out: this.octets.out.end };
    this.#ids = new Questions();
    this.#reader = readerOf(protocol, this.#options.client);
    if (!this.#options.joined) return;
    // Where a dissector joins, it must not take the first octets for the beginning of a talk.
    for (const direction of ["in", "out"] as const) this.#tell(this.#reader.dissector.gap(direction, 0), at);
  }

  #secured({ at, protocol, cipher, alpn }: Extract<FlowRecord, { type: "secured" }>): void {
    this.#tls = { protocol, cipher, ...(alpn !== undefined && { alpn }) };
    if (this.#reader !== undefined) {
      this.#reader.dissector.secured();
      this.#tell(this.#reader.dissector.feed("in", NOTHING), at);
    }
    this.#event(
      at,
      `${protocol.replace("TLSv", "TLS ")} · ${cipher}${alpn === undefined ? "" : ` · ${alpn}`}`,
      "From here on the network sees only ciphertext; we are one of the two ends and read on in clear.",
      DERIVED.secured,
      { source: "RFC 8446 §2", protocol: "tls" },
    );
  }

  #gap({ at, direction, octets }: Extract<FlowRecord, { type: "gap" }>): void {
    if (octets === 0) return;
    const whose = direction === this.#options.client ? "client" : "server";
    this.#event(
      at,
      `${octets} octets of the ${whose} are missing`,
      this.#protocol === "ssh" ? MISSING_SSH : MISSING,
      DERIVED.gap,
      { gap: { direction, octets, to: this.octets[direction].end + octets } },
    );
  }

  /** What it brings to an end; not the hole itself, which has its row. */
  #readGap({ dissector }: Reader, { direction, octets }: Extract<FlowRecord, { type: "gap" }>): Message[] {
    const from = this.octets[direction].end - this.#base[direction];
    return dissector
      .gap(direction, octets)
      .filter((one) => one.kind !== "unparsed" || one.from < from || one.to > from + octets);
  }

  #intercepted(record: InterceptedRecord): void {
    const fromClient = record.direction === this.#options.client;
    const { said, means } = tellIntercepted(record, fromClient, this.#heldChunks.has(record.chunk));
    if (record.outcome === "held") this.#heldChunks.add(record.chunk);
    else this.#heldChunks.delete(record.chunk);
    this.#event(record.at, said, means, DERIVED.intercepted, { intercepted: record });
  }

  #close(at: number, reason: string): void {
    this.#endReader(at);
    this.#closed = { at, reason };
    if (this.flow.transport === "udp") return;
    const { tlsFirst, joined } = this.#options;
    if (tlsFirst && !joined && this.#tls === undefined)
      this.#event(at, "TLS was not agreed", NO_TLS, DERIVED.unsecured, {
        source: "RFC 8446 §2",
        fault: true,
      });
    this.#event(at, `Closed: ${reason}`, CLOSINGS[reason] ?? "The socket is gone.", DERIVED.closed);
  }

  #endReader(at: number): void {
    if (this.#reader === undefined) return;
    for (const direction of ["in", "out"] as const) this.#tell(this.#reader.dissector.end(direction), at);
  }

  #tell(messages: readonly Message[], at: number): void {
    for (const message of messages) this.#one(message, at);
  }

  #one(raw: Message, at: number): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const { direction } = raw;
    const base = this.#base[direction];
    const from = raw.from + base;
    const to = raw.to + base;
    const read = this.octets[direction].read(from, Math.min(to, from + EXPLAINED_OCTETS));
    const octets = read.from === from ? read.octets : NOTHING;
    const told = reader.explainer.message(raw, octets);
    if (direction === this.#options.client && this.#guess === undefined && this.#guesses++ < GUESSES)
      this.#guess = guessClient(this.#protocol, raw, octets);
    const id = this.#nextId++;
    const answers = this.#ids.of(raw.answers);
    this.#ids.ask(raw.id, id);
    const fault = told.refuses === true || (raw.problem !== undefined && !isUnread(raw.problem));
    if (fault) this.#faults += 1;
    this.#fresh.push({
      message: raw,
      told,
      view: {
        socket: this.key,
        id,
        order: this.#options.nextOrder(),
        at,
        who: direction === this.#options.client ? "client" : "server",
        direction,
        protocol: this.#protocol,
        kind: raw.kind,
        from,
        to,
        said: maskText(raw.summary),
        means: told.means,
        ...(told.source !== undefined && { source: told.source }),
        ...(answers !== undefined && { answers }),
        ...(told.code !== undefined && { code: told.code }),
        ...(raw.problem !== undefined && { problem: raw.problem }),
        fault,
      },
    });
  }

  /** Of a message kept: its parts, with offsets in the whole stream. */
  detailOf(
    id: number,
  ): { readonly kept: Kept; readonly explain: Reader["explainer"]; readonly base: number } | undefined {
    const kept = this.kept[id];
    if (kept === undefined) return undefined;
    const reader = this.#reader ?? readerOf(kept.view.protocol, this.#options.client);
    return { kept, explain: reader.explainer, base: kept.view.from - kept.message.from };
  }

  /** What the tap's events tell and no octet said. */
  #event(
    at: number,
    said: string,
    means: string,
    derived: string,
    more: {
      readonly source?: string;
      readonly protocol?: string;
      readonly intercepted?: InterceptedRecord;
      readonly gap?: NonNullable<Kept["gap"]>;
      readonly unopened?: string;
      readonly fault?: boolean;
    } = {},
  ): void {
    const { source, protocol = "socket", intercepted, gap, unopened, fault = false } = more;
    if (fault) this.#faults += 1;
    const id = this.#nextId++;
    const who: Speaker = "both";
    const { end } = this.octets.in;
    const message: Message = {
      id,
      direction: "in",
      from: end,
      to: end,
      kind: "event",
      summary: said,
      parts: [],
    };
    this.#fresh.push({
      message,
      told: { means, follows: [] },
      ...(intercepted && { intercepted }),
      ...(gap && { gap }),
      ...(unopened !== undefined && { unopened }),
      view: {
        socket: this.key,
        id,
        order: this.#options.nextOrder(),
        at,
        who,
        direction: "in",
        protocol,
        kind: "event",
        from: end,
        to: end,
        said,
        means,
        ...(source !== undefined && { source }),
        derived,
        fault,
      },
    });
  }
}

const NOTHING = new Uint8Array(0);

const MISSING = "They were counted and not carried: more was said than the link takes, or the capture holds.";
const MISSING_SSH =
  "Ciphertext, counted and not carried: more was said than the link takes, and the SFTP in it goes first.";

const NO_TLS =
  "It ended before it was secured: one end refused what the other offered; often it does not trust the certificate.";

const CLOSINGS: Readonly<Record<string, string>> = {
  "peer-ended": "The other end said FIN: it has nothing more to say.",
  "we-ended": "Our end said FIN: the talk is done.",
  timeout: "A deadline passed without the octets that were due.",
  limit: "A limit was reached.",
  protocol: "A rule of the protocol was broken; the connection ended with the error said.",
  firewall: "The firewall cut it.",
  drained: "The server stopped, and its deadline cut what still ran.",
  parent: "The connection it belonged to ended.",
  io: "The connection broke: reset by the other end, or by the network.",
  internal: "A fault on our side ended it.",
};
