/**
 * FTP's control connection read from a recording of anybody's server: RFC 959 with RFC 854's signals in it, RFC 2228,
 * 2389, 2428, 3659, 4217, both directions, octets only. Data connections are flows of their own; the tap says whose
 * children they are.
 */
import {
  decodeLatin1,
  DissectedDialogue,
  MAX_OUTSTANDING,
  ReplyParts,
  type DialogueOptions,
  type Direction,
  type Dissector,
  type Message,
  type TextLane,
  UNREAD,
} from "@socketscope/wire";
import { readCommandLine, signalsBefore } from "./dissect/command-line.ts";
import { Outstanding, type Asked } from "./dissect/outstanding.ts";
import { addReplyLine } from "./dissect/reply-line.ts";
import { scanReplyLine } from "./replies.ts";

const GREETING: Asked = { id: undefined, verb: "" };
/** Octets in which an ABOR without its LF is looked for: signals, the word, CR and one more. */
const ABOR_WITHIN = 16;

export class FtpDissector implements Dissector {
  readonly switched = false;
  readonly #dialogue: DissectedDialogue;
  readonly #client: TextLane;
  readonly #server: TextLane;
  readonly #outstanding: Outstanding;
  /** AUTH TLS was said: only the reply tells what the client's next octets are. */
  #place: "clear" | "waiting" | "tls" = "clear";
  #greeted = false;
  #reply: ReplyParts | undefined;

  constructor(options: DialogueOptions = {}) {
    this.#dialogue = new DissectedDialogue(options);
    this.#client = this.#dialogue.client;
    this.#server = this.#dialogue.server;
    this.#outstanding = new Outstanding(options.maxOutstanding ?? MAX_OUTSTANDING);
    this.#outstanding.asked(GREETING);
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const isClient = direction === this.#client.direction;
    (isClient ? this.#client : this.#server).push(bytes);
    if (isClient) this.#readClient();
    else while (this.#stepServer());
    return this.#dialogue.take();
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const lane = direction === this.#client.direction ? this.#client : this.#server;
    if (lane === this.#server) this.#breakReply(UNREAD.missing);
    lane.miss(octets);
    this.#dialogue.cutOff(lane, UNREAD.missing);
    this.#outstanding.lost();
    this.#greeted = true;
    if (this.#place === "waiting") this.#place = "clear";
    return this.#dialogue.take();
  }

  /** RFC 4217 §4: both sides begin anew, without a second greeting. */
  secured(): void {
    this.#breakReply(UNREAD.tls);
    this.#dialogue.cutOff(this.#client, UNREAD.tls);
    this.#dialogue.cutOff(this.#server, UNREAD.tls);
    this.#greeted ||= this.#place === "tls";
    this.#place = "clear";
  }

  end(direction: Direction): readonly Message[] {
    const lane = direction === this.#client.direction ? this.#client : this.#server;
    if (lane === this.#client) this.#abort(true);
    const why = this.#place === "tls" ? UNREAD.tls : "the stream ends before it is whole";
    if (lane === this.#server) this.#breakReply(why);
    this.#dialogue.cutOff(lane, why);
    return this.#dialogue.take();
  }

  // ── the client's side
  #readClient(): void {
    while (this.#stepClient());
  }

  #stepClient(): boolean {
    switch (this.#place) {
      case "clear":
        return this.#abort(false) || this.#command();
      case "waiting":
        if (this.#client.held <= this.#client.limits.maxHeld) return false;
        this.#dialogue.cutOff(this.#client, "it came before the answer that says what it is");
        return false;
      case "tls":
        return this.#dialogue.readOver(this.#client, UNREAD.tls);
    }
  }

  #command(): boolean {
    const line = this.#client.line();
    if (line === undefined) return false;
    const { verb, argument, summary, parts, problem } = readCommandLine(line);
    const early = this.#greeted ? undefined : "said before the server's greeting";
    this.#said(verb, line, { summary, parts, problem: problem ?? early });
    if (verb === "AUTH" && /^TLS|^SSL/i.test(argument)) this.#place = "waiting";
    return true;
  }

  /**
   * RFC 959 §4.1.3: sent as urgent data, ABOR loses its LF. `now`: nothing more need be waited for to know that none
   * comes.
   */
  #abort(now: boolean): boolean {
    if (this.#place !== "clear") return false;
    const octets = this.#client.peek(ABOR_WITHIN);
    const signals = signalsBefore(octets);
    const word = decodeLatin1(octets, signals, Math.min(signals + 5, octets.length));
    if (word.toUpperCase() !== "ABOR\r") return false;
    const next = octets[signals + 5];
    if (next === 10 || (next === undefined && !now)) return false;
    const line = this.#client.lineOf(signals + 5);
    if (line === undefined) return false;
    const { from, to } = line;
    const parts = [
      { name: "Telnet signals", from, to: from + signals },
      { name: "verb", from: from + signals, to: to - 1 },
      { name: "line end", from: to - 1, to },
    ];
    const problem = "its LF was the urgent octet, which is lost on the way";
    this.#said("ABOR", { from, to }, { summary: "ABOR", parts: parts.slice(signals > 0 ? 0 : 1), problem });
    return true;
  }

  #said(
    verb: string,
    range: { readonly from: number; readonly to: number },
    rest: Pick<Message, "summary" | "parts"> & { readonly problem: string | undefined },
  ): void {
    const id = this.#dialogue.tell(this.#client, "command", range, rest);
    this.#outstanding.asked({ id, verb });
  }

  // ── the server's side
  #stepServer(): boolean {
    // Who answers has heard an ABOR whose LF never comes.
    if (this.#server.held > 0) this.#abort(true);
    if (this.#place === "tls") return this.#dialogue.readOver(this.#server, UNREAD.tls);
    const line = this.#server.line();
    if (line === undefined) return false;
    const scanned = scanReplyLine(line.octets);
    const reply = this.#reply;
    if (reply === undefined && scanned === undefined) {
      const problem = "this is no reply: those begin with three digits";
      this.#dialogue.tellOctets(this.#server, "unparsed", line, problem);
      return true;
    }
    const current = reply ?? new ReplyParts(line, scanned?.code ?? 0);
    const ours = scanned !== undefined && scanned.code === current.code ? scanned : undefined;
    addReplyLine(current, line, ours);
    this.#reply = ours?.last === true ? undefined : current;
    if (ours?.last === true) this.#tellReply(current, line.to, undefined);
    return true;
  }

  /** What was read of a reply whose end is not to be had. */
  #breakReply(why: string): void {
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply !== undefined) this.#tellReply(reply, reply.parts.at(-1)?.to ?? reply.from, why);
  }

  #tellReply(reply: ReplyParts, to: number, cut: string | undefined): void {
    const asked = this.#outstanding.answered(reply.code);
    this.#greeted = true;
    const { summary, parts, from } = reply;
    this.#dialogue.tell(
      this.#server,
      asked === GREETING ? "greeting" : "reply",
      { from, to },
      { summary, parts, problem: reply.problem ?? cut, answers: asked?.id },
    );
    if (this.#place !== "waiting" || asked?.verb !== "AUTH") return;
    this.#place = reply.code === 234 ? "tls" : "clear";
    // RFC 4217 §4: what stands in clear behind AUTH would be taken for a command under TLS.
    if (reply.code === 234)
      this.#dialogue.cutOff(this.#client, "sent in clear behind AUTH: commands smuggled under TLS");
    this.#readClient();
  }
}
