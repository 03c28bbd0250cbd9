/**
 * SMTP read from a recording of anybody's server: RFC 5321 and its extensions, both directions, octets only. What a client
 * sends may be a command, a letter or a password, and only the server's reply says which: what comes before that reply
 * is held. Nothing is refused.
 */
import {
  DissectedDialogue,
  MAX_OUTSTANDING,
  Pairing,
  ReplyParts,
  type DialogueOptions,
  type Direction,
  type Dissector,
  type Message,
  type Stretch,
  type TextLane,
  UNREAD,
} from "@socketscope/wire";
import { readCommandLine, readResponseLine } from "./dissect/command-line.ts";
import { addReplyLine } from "./dissect/reply-line.ts";
import { scanReplyLine } from "./replies.ts";

interface Asked {
  readonly id: number | undefined;
  readonly verb: string;
}

/** What the client's next octets are. "waiting": a reply will say · "tls": another layer's · "lost": nobody knows. */
type Place = "command" | "waiting" | "response" | "content" | "chunk" | "tls" | "lost";

/** What follows them depends on their reply (RFC 5321 §4.1.1.4, RFC 4954 §4, RFC 3207 §4). */
const DECIDE = new Set(["DATA", "AUTH", "STARTTLS"]);

export class SmtpDissector implements Dissector {
  readonly switched = false;
  readonly #dialogue: DissectedDialogue;
  readonly #client: TextLane;
  readonly #server: TextLane;
  readonly #pairing: Pairing<Asked>;
  #place: Place = "command";
  /** Which command the client waits for an answer to. */
  #waitsFor = "";
  #reply: ReplyParts | undefined;
  /** The server has spoken. RFC 5321 §4.3.1: a client waits for that. */
  #greeted = false;
  /** What is wrong with the content that is being read. */
  #problem: string | undefined;

  constructor(options: DialogueOptions = {}) {
    this.#dialogue = new DissectedDialogue(options);
    this.#client = this.#dialogue.client;
    this.#server = this.#dialogue.server;
    this.#pairing = new Pairing(options.maxOutstanding ?? MAX_OUTSTANDING);
    this.#pairing.asked({ id: undefined, verb: "" });
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const lane = this.#dialogue.lane(direction);
    lane.push(bytes);
    if (lane === this.#client) this.#readClient();
    else while (this.#readServer());
    return this.#dialogue.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    if (direction === this.#client.direction) this.#clientGap(octets);
    else this.#serverGap(octets);
    this.#greeted = true;
    return this.#dialogue.take();
  }

  /** RFC 3207 §4.2: both sides begin anew; the server does not greet again. */
  secured(): void {
    this.#leaveTls();
    this.#place = "command";
  }

  end(direction: Direction): readonly Message[] {
    if (direction === this.#client.direction) this.#endClient("the stream ends before it is whole");
    else this.#cutReply("the stream ends in a reply");
    return this.#dialogue.take();
  }

  // ── the client's side
  #readClient(): void {
    while (this.#stepClient());
  }

  /** False when more octets are needed, or a reply. */
  #stepClient(): boolean {
    switch (this.#place) {
      case "command":
        return this.#command();
      case "response":
        return this.#response();
      case "content":
        return this.#content();
      case "chunk":
        return this.#chunk();
      case "waiting":
        if (this.#client.held <= this.#client.limits.maxHeld) return false;
        this.#lose();
        return true;
      case "tls":
        return this.#dialogue.readOver(this.#client, UNREAD.tls);
      case "lost":
        return this.#dialogue.readOver(this.#client, LOST);
    }
  }

  #command(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const { verb, summary, parts, problem, chunk } = readCommandLine(line);
    const early = this.#greeted ? undefined : "said before the server's greeting";
    const id = this.#dialogue.tell(this.#client, "command", line, {
      summary,
      parts,
      problem: problem ?? early,
    });
    this.#pairing.asked({ id, verb });
    if (DECIDE.has(verb)) this.#wait(verb);
    else if (chunk !== undefined && chunk > 0) {
      this.#place = "chunk";
      this.#client.beginOctets(chunk);
    }
    return true;
  }

  #response(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const id = this.#dialogue.tell(this.#client, "response", line, readResponseLine(line));
    this.#pairing.asked({ id, verb: "AUTH" });
    this.#wait("AUTH");
    return true;
  }

  #wait(verb: string): void {
    this.#place = "waiting";
    this.#waitsFor = verb;
  }

  /** RFC 5321 §4.1.1.4: the letter, and the line of one dot that ends it. */
  #content(): boolean {
    const stretch = this.#client.text();
    if (stretch === undefined) return false;
    const id = this.#dialogue.tellText(this.#client, "content", stretch);
    if (stretch.last) {
      this.#pairing.asked({ id, verb: "content" });
      this.#place = "command";
    }
    return true;
  }

  /** RFC 3030 §2: its reply answers BDAT, which was said before. */
  #chunk(): boolean {
    const stretch = this.#client.octets();
    if (stretch === undefined) return false;
    this.#dialogue.tellOctets(this.#client, "chunk", stretch, this.#problem);
    if (stretch.last) {
      this.#problem = undefined;
      this.#place = "command";
    }
    return true;
  }

  #clientGap(octets: number): void {
    const known = this.#place === "chunk" ? this.#client.missOctets(octets) : 0;
    if (known > 0) this.#problem = UNREAD.missing;
    this.#readClient();
    if (known === octets) return;
    this.#lose();
    this.#client.miss(octets - known);
  }

  /** What comes is told of and not read, until the server's next reply shows that a command is due. */
  #lose(): void {
    this.#pairing.lost();
    this.#place = "lost";
    this.#readClient();
  }

  #endClient(why: string): void {
    const { begun } = this.#client;
    const stretch = this.#client.cutOff();
    const kind = this.#place === "content" || this.#place === "chunk" ? this.#place : "unparsed";
    const problem = UNREAD_IN[this.#place] ?? why;
    if (stretch !== undefined && begun) this.#dialogue.tellOctets(this.#client, kind, stretch, problem);
    // What the server said last is ciphertext as well.
    if (this.#place !== "tls") this.#place = "command";
  }

  // ── the server's side
  #readServer(): boolean {
    if (this.#place === "tls") return this.#dialogue.readOver(this.#server, UNREAD.tls);
    const line = this.#server.line();
    if (line === undefined) return false;
    const scanned = scanReplyLine(line.octets);
    if (scanned === undefined) {
      this.#tellBroken(this.#reply, undefined, "the reply breaks off");
      this.#dialogue.tellOctets(this.#server, "unparsed", line, "this is no line of a reply");
      return true;
    }
    const to = this.#pairing.current();
    this.#reply ??= new ReplyParts(line, scanned.code);
    addReplyLine(this.#reply, line, scanned, to?.verb);
    if (scanned.last) this.#finish(this.#reply, line.to, to);
    return true;
  }

  #finish(reply: ReplyParts, to: number, asked: Asked | undefined): void {
    const { from, code, parts, problem } = reply;
    const summary = code === 334 ? "334 (a challenge, in base64)" : reply.summary;
    const greets = asked?.verb === "" && asked.id === undefined;
    const kind = code === 334 ? "challenge" : greets ? "greeting" : "reply";
    this.#reply = undefined;
    this.#greeted = true;
    if (this.#place === "lost") this.#endClient(LOST);
    this.#dialogue.tell(this.#server, kind, { from, to }, { summary, parts, problem, answers: asked?.id });
    this.#pairing.answered();
    // RFC 5321 §4.3.2: 220 and 5yz greet; anything else: the recording began in the middle.
    if (greets && code !== 220 && code < 400) this.#pairing.lost();
    if (this.#place === "waiting") this.#decide(code, asked?.verb);
    this.#readClient();
  }

  /** `to`: undefined where it is in doubt what the reply answers; then its code has to do. */
  #decide(code: number, to: string | undefined): void {
    if (to !== undefined && to !== this.#waitsFor) return;
    if (this.#waitsFor === "DATA" && code === 354) {
      this.#place = "content";
      this.#client.beginText();
    } else if (this.#waitsFor === "AUTH" && code === 334) this.#place = "response";
    else if (this.#waitsFor === "STARTTLS" && code === 220) this.#beginTls();
    // In doubt a 2yz may answer an earlier command; a refusal is taken for the one we wait for.
    else if (to !== undefined || code >= 400 || this.#waitsFor === "AUTH") this.#place = "command";
  }

  #beginTls(): void {
    // RFC 3207 §4.2: what stands in clear behind STARTTLS would be taken for a command under TLS.
    this.#dialogue.cutOff(this.#client, "sent in clear behind STARTTLS: commands smuggled under TLS");
    this.#place = "tls";
  }

  #leaveTls(): void {
    this.#cutReply("TLS begins");
    if (this.#place === "tls") this.#endClient(UNREAD.tls);
    this.#dialogue.cutOff(this.#server, UNREAD.tls);
  }

  #serverGap(octets: number): void {
    this.#server.miss(octets);
    this.#cutReply(UNREAD.missing);
    this.#pairing.lost();
  }

  #cutReply(problem: string): void {
    this.#tellBroken(this.#reply, this.#server.cutOff(), this.#place === "tls" ? UNREAD.tls : problem);
  }

  /** What was read of a reply, and the line that is not whole. */
  #tellBroken(reply: ReplyParts | undefined, rest: Stretch | undefined, problem: string): void {
    this.#reply = undefined;
    const from = reply?.from ?? rest?.from;
    const to = rest?.to ?? reply?.parts.at(-1)?.to;
    if (from === undefined || to === undefined) return;
    const parts = [...(reply?.parts ?? []), ...(rest === undefined ? [] : [unparsed(rest)])];
    this.#dialogue.tell(
      this.#server,
      "unparsed",
      { from, to },
      { summary: `${to - from} octets`, parts, problem },
    );
  }
}

const LOST = `${UNREAD.missing}, or no reply said what they are`;
/** Where it is not known what the client says. */
const UNREAD_IN: Partial<Readonly<Record<Place, string>>> = {
  tls: UNREAD.tls,
  lost: LOST,
  waiting: UNREAD.unsaid,
};

function unparsed({ from, to }: Stretch): { name: string; from: number; to: number } {
  return { name: "unparsed", from, to };
}
