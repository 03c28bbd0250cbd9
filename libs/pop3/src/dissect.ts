/**
 * POP3 read from a recording of anybody's server: RFC 1939, 2449, 2595, 5034, both directions, octets only. Whether an
 * answer has lines behind its first hangs on what was asked: where that is in doubt, nothing is read until it is sure again.
 */
import {
  Pairing,
  Teller,
  TextLane,
  type Direction,
  type Dissector,
  type Message,
  type Stretch,
  type TextLaneLimits,
} from "@socketscope/wire";
import {
  readCommandLine,
  readResponseLine,
  readStatusLine,
  type CommandLine,
  type StatusLine,
} from "./dissect/lines.ts";

export interface Pop3DissectorOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  readonly limits?: Partial<TextLaneLimits>;
  /** Commands without an answer that are remembered. Default 1,000. */
  readonly maxOutstanding?: number;
}

interface Asked {
  readonly id: number | undefined;
  readonly verb: string;
  /** What comes behind a +OK: a message, a list, or nothing. */
  readonly content: "message" | "listing" | undefined;
}

/** What the client's next octets are. "waiting": an answer will say. */
type ClientPlace = "command" | "waiting" | "response" | "tls";
type ServerPlace = "status" | "message" | "listing" | "tls" | "lost";

const GREETING: Asked = { id: undefined, verb: "", content: undefined };

export class Pop3Dissector implements Dissector {
  readonly switched = false;
  readonly #client: TextLane;
  readonly #server: TextLane;
  readonly #teller = new Teller();
  readonly #pairing: Pairing<Asked>;
  #clientPlace: ClientPlace = "command";
  #serverPlace: ServerPlace = "status";
  #greeted = false;

  constructor(options: Pop3DissectorOptions = {}) {
    const client = options.client ?? "in";
    this.#client = new TextLane(client, options.limits);
    this.#server = new TextLane(client === "in" ? "out" : "in", options.limits);
    this.#pairing = new Pairing(options.maxOutstanding ?? 1000);
    this.#pairing.asked(GREETING);
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const isClient = direction === this.#client.direction;
    (isClient ? this.#client : this.#server).push(bytes);
    if (isClient) this.#readClient();
    else while (this.#stepServer());
    return this.#teller.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const isClient = direction === this.#client.direction;
    const lane = isClient ? this.#client : this.#server;
    lane.miss(octets);
    this.#cutOff(lane, MISSING);
    this.#pairing.lost();
    if (isClient) this.#clientPlace = "command";
    else this.#serverPlace = "lost";
    this.#greeted = true;
    return this.#teller.take();
  }

  /** RFC 2595 §4: both sides begin anew, without a second greeting. */
  secured(): void {
    this.#cutOff(this.#client, TLS);
    this.#cutOff(this.#server, TLS);
    this.#clientPlace = "command";
    if (this.#serverPlace === "tls") this.#serverPlace = "status";
  }

  end(direction: Direction): readonly Message[] {
    const isClient = direction === this.#client.direction;
    const place = isClient ? this.#clientPlace : this.#serverPlace;
    const why = place === "tls" ? TLS : place === "lost" ? DOUBT : "the stream ends before it is whole";
    this.#cutOff(isClient ? this.#client : this.#server, why);
    return this.#teller.take();
  }

  // ── the client's side
  #readClient(): void {
    while (this.#stepClient());
  }

  #stepClient(): boolean {
    switch (this.#clientPlace) {
      case "command":
        return this.#command();
      case "response":
        return this.#response();
      case "waiting":
        if (this.#client.held <= this.#client.limits.maxHeld) return false;
        this.#cutOff(this.#client, "it came before the answer that says what it is");
        return false;
      case "tls":
        return this.#readOver(this.#client, TLS);
    }
  }

  #command(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const said = readCommandLine(line);
    const { verb, hasArgument, summary, parts } = said;
    const problem = said.problem ?? (this.#greeted ? undefined : "said before the server's greeting");
    const id = this.#tell(this.#client, "command", line, { summary, parts, problem });
    this.#asked({ id, verb, content: contentOf(said) });
    if (verb === "STLS" || (verb === "AUTH" && hasArgument)) this.#clientPlace = "waiting";
    return true;
  }

  #response(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const id = this.#tell(this.#client, "response", line, readResponseLine(line));
    this.#asked({ id, verb: "AUTH", content: undefined });
    this.#clientPlace = "waiting";
    return true;
  }

  #asked(asked: Asked): void {
    this.#pairing.asked(asked);
    if (this.#serverPlace !== "lost" || this.#pairing.inDoubt) return;
    this.#cutOff(this.#server, DOUBT);
    this.#serverPlace = "status";
  }

  // ── the server's side
  #stepServer(): boolean {
    switch (this.#serverPlace) {
      case "status":
        return this.#status();
      case "message":
      case "listing":
        return this.#text(this.#serverPlace);
      case "tls":
        return this.#readOver(this.#server, TLS);
      case "lost":
        // Something was answered: a client that asks now has waited for it.
        if (this.#server.held > 0) this.#pairing.answered();
        return this.#readOver(this.#server, DOUBT);
    }
  }

  #status(): boolean {
    const asked = this.#pairing.current();
    if (asked === undefined && this.#pairing.inDoubt) {
      this.#serverPlace = "lost";
      return true;
    }
    const line = this.#server.line();
    if (line === undefined) return false;
    const status = readStatusLine(line);
    if (status === undefined) {
      const parts = [{ name: "unparsed", from: line.from, to: line.to }];
      const problem = "this is no answer: those begin with +OK or -ERR";
      this.#tell(this.#server, "unparsed", line, {
        summary: `${line.to - line.from} octets`,
        parts,
        problem,
      });
      return true;
    }
    const { summary, parts, problem } = status;
    const kind = status.status === "+" ? "challenge" : asked === GREETING ? "greeting" : "answer";
    this.#greeted = true;
    this.#tell(this.#server, kind, line, { summary, parts, problem, answers: asked?.id });
    this.#pairing.answered();
    if (status.status === "+OK" && asked?.content !== undefined) {
      this.#serverPlace = asked.content;
      this.#server.beginText();
    }
    if (this.#clientPlace === "waiting" && asked !== undefined) this.#decide(status, asked);
    this.#readClient();
    return true;
  }

  /** AUTH and STLS: what the client's next octets are. */
  #decide({ status }: StatusLine, { verb }: Asked): void {
    if (verb !== "AUTH" && verb !== "STLS") return;
    if (status === "+") this.#clientPlace = "response";
    else if (verb === "STLS" && status === "+OK") {
      // RFC 2595 §4: what stands in clear behind STLS would be taken for a command under TLS.
      this.#cutOff(this.#client, "sent in clear behind STLS: commands smuggled under TLS");
      this.#clientPlace = "tls";
      this.#serverPlace = "tls";
    } else this.#clientPlace = "command";
  }

  /** RFC 1939 §3: lines up to one of a single dot. */
  #text(kind: "message" | "listing"): boolean {
    const stretch = this.#server.text();
    if (stretch === undefined) return false;
    const { from, to, last, problem } = stretch;
    const parts = from < to ? [{ name: kind, from, to }] : [];
    const end = last ? [{ name: "end of content", from: to, to: to + 3 }] : [];
    this.#tell(
      this.#server,
      kind,
      { from, to: last ? to + 3 : to },
      {
        summary: `${to - from} octets${last ? ", and the dot that ends it" : ""}`,
        parts: [...parts, ...end],
        problem,
      },
    );
    if (last) this.#serverPlace = "status";
    return true;
  }

  // ── both
  #readOver(lane: TextLane, problem: string): boolean {
    const stretch = lane.readOver();
    if (stretch === undefined) return false;
    this.#tellUnparsed(lane, stretch, problem);
    return true;
  }

  #cutOff(lane: TextLane, problem: string): void {
    const stretch = lane.cutOff();
    if (stretch !== undefined) this.#tellUnparsed(lane, stretch, problem);
  }

  #tellUnparsed(lane: TextLane, stretch: Stretch, problem: string): void {
    const { from, to } = stretch;
    const place = lane === this.#server ? this.#serverPlace : undefined;
    const kind = place === "message" || place === "listing" ? place : "unparsed";
    this.#tell(lane, kind, stretch, {
      summary: `${to - from} octets`,
      parts: [{ name: kind, from, to }],
      problem,
    });
  }

  #tell(
    lane: TextLane,
    kind: string,
    { from, to }: { readonly from: number; readonly to: number },
    rest: Pick<Message, "summary" | "parts"> & {
      readonly problem?: string | undefined;
      readonly answers?: number | undefined;
    },
  ): number {
    return this.#teller.tell({ direction: lane.direction, kind, from, to, ...rest });
  }
}

const TLS = "the handshake of TLS, or what it protects";
const MISSING = "octets were not recorded";
const DOUBT = "octets were not recorded before: which command this answers is in doubt";

/** RFC 1939 §5, §7; RFC 2449 §5; RFC 5034 §4: which +OK has lines behind it. */
function contentOf({ verb, hasArgument }: CommandLine): "message" | "listing" | undefined {
  if (verb === "RETR" || verb === "TOP") return "message";
  if (verb === "CAPA" || verb === "LANG") return "listing";
  return !hasArgument && (verb === "LIST" || verb === "UIDL" || verb === "AUTH") ? "listing" : undefined;
}
