/**
 * POP3 read from a recording of anybody's server: RFC 1939, 2449, 2595, 5034, both directions, octets only. Whether an
 * answer has lines behind its first hangs on what was asked: where that is in doubt, nothing is read until it is sure again.
 */
import {
  DissectedDialogue,
  MAX_OUTSTANDING,
  Pairing,
  type DialogueOptions,
  type Direction,
  type Dissector,
  type Message,
  type TextLane,
  UNREAD,
} from "@socketscope/wire";
import {
  readCommandLine,
  readResponseLine,
  readStatusLine,
  type CommandLine,
  type StatusLine,
} from "./dissect/lines.ts";

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
  readonly #dialogue: DissectedDialogue;
  readonly #client: TextLane;
  readonly #server: TextLane;
  readonly #pairing: Pairing<Asked>;
  #clientPlace: ClientPlace = "command";
  #serverPlace: ServerPlace = "status";
  #greeted = false;

  constructor(options: DialogueOptions = {}) {
    this.#dialogue = new DissectedDialogue(options);
    this.#client = this.#dialogue.client;
    this.#server = this.#dialogue.server;
    this.#pairing = new Pairing(options.maxOutstanding ?? MAX_OUTSTANDING);
    this.#pairing.asked(GREETING);
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const isClient = direction === this.#client.direction;
    (isClient ? this.#client : this.#server).push(bytes);
    if (isClient) this.#readClient();
    else while (this.#stepServer());
    return this.#dialogue.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const isClient = direction === this.#client.direction;
    const lane = isClient ? this.#client : this.#server;
    lane.miss(octets);
    this.#cutOff(lane, UNREAD.missing);
    this.#pairing.lost();
    if (isClient) this.#clientPlace = "command";
    else this.#serverPlace = "lost";
    this.#greeted = true;
    return this.#dialogue.take();
  }

  /** RFC 2595 §4: both sides begin anew, without a second greeting. */
  secured(): void {
    this.#cutOff(this.#client, UNREAD.tls);
    this.#cutOff(this.#server, UNREAD.tls);
    this.#clientPlace = "command";
    if (this.#serverPlace === "tls") this.#serverPlace = "status";
  }

  end(direction: Direction): readonly Message[] {
    const isClient = direction === this.#client.direction;
    const place = isClient ? this.#clientPlace : this.#serverPlace;
    const why =
      place === "tls" ? UNREAD.tls : place === "lost" ? DOUBT : "the stream ends before it is whole";
    this.#cutOff(isClient ? this.#client : this.#server, why);
    return this.#dialogue.take();
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
        return this.#dialogue.readOver(this.#client, UNREAD.tls);
    }
  }

  #command(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const said = readCommandLine(line);
    const { verb, hasArgument, summary, parts } = said;
    const problem = said.problem ?? (this.#greeted ? undefined : "said before the server's greeting");
    const id = this.#dialogue.tell(this.#client, "command", line, { summary, parts, problem });
    this.#asked({ id, verb, content: contentOf(said) });
    if (verb === "STLS" || (verb === "AUTH" && hasArgument)) this.#clientPlace = "waiting";
    return true;
  }

  #response(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const id = this.#dialogue.tell(this.#client, "response", line, readResponseLine(line));
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
        return this.#dialogue.readOver(this.#server, UNREAD.tls);
      case "lost":
        // Something was answered: a client that asks now has waited for it.
        if (this.#server.held > 0) this.#pairing.answered();
        return this.#dialogue.readOver(this.#server, DOUBT);
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
      this.#dialogue.tellOctets(
        this.#server,
        "unparsed",
        line,
        "this is no answer: those begin with +OK or -ERR",
      );
      return true;
    }
    const { summary, parts, problem } = status;
    const kind = status.status === "+" ? "challenge" : asked === GREETING ? "greeting" : "answer";
    this.#greeted = true;
    this.#dialogue.tell(this.#server, kind, line, { summary, parts, problem, answers: asked?.id });
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
    this.#dialogue.tellText(this.#server, kind, stretch);
    if (stretch.last) this.#serverPlace = "status";
    return true;
  }

  // ── both

  #cutOff(lane: TextLane, problem: string): void {
    const place = lane === this.#server ? this.#serverPlace : undefined;
    this.#dialogue.cutOff(lane, problem, place === "message" || place === "listing" ? place : undefined);
  }
}

const DOUBT = `${UNREAD.missing} before: which command this answers is in doubt`;

/** RFC 1939 §5, §7; RFC 2449 §5; RFC 5034 §4: which +OK has lines behind it. */
function contentOf({ verb, hasArgument }: CommandLine): "message" | "listing" | undefined {
  if (verb === "RETR" || verb === "TOP") return "message";
  if (verb === "CAPA" || verb === "LANG") return "listing";
  return !hasArgument && (verb === "LIST" || verb === "UIDL" || verb === "AUTH") ? "listing" : undefined;
}
