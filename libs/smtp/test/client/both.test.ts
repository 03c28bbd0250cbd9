/** Our client and our server, core to core: whatever the envelope and wherever the network cuts, what is said is heard. */
import { decodeLatin1, encodeLatin1 } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  SmtpClient,
  SmtpServer,
  type Envelope,
  type SmtpClientAction,
  type SmtpClientEvent,
  type SmtpServerAction,
  type SmtpServerEvent,
} from "../../src/index.ts";
import { bdat, content, DATA, END, QUIT } from "./told.ts";

/** What the server was told of one message. */
interface Taken {
  mail: Extract<SmtpServerEvent, { type: "mail" }>[];
  rcpt: Extract<SmtpServerEvent, { type: "rcpt" }>[];
  text: string;
  ended: boolean;
}

/** Both, with a wire between them that delivers in pieces of `cut` octets. */
class Pair {
  readonly client = new SmtpClient();
  readonly server = new SmtpServer({ hostname: "s.test", startTls: false, mechanisms: [] });
  readonly heard: SmtpClientEvent[] = [];
  readonly taken: Taken = { mail: [], rcpt: [], text: "", ended: false };
  readonly #cut: number;

  constructor(cut: number) {
    this.#cut = cut;
    this.#turn();
  }

  say(...actions: readonly SmtpClientAction[]): void {
    for (const action of actions)
      this.#deliver(this.client.send(action), (octets) => this.server.receive(octets));
    this.#turn();
  }

  #deliver(pieces: Uint8Array | readonly Uint8Array[], to: (octets: Uint8Array) => void): void {
    for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces)
      for (let at = 0; at < piece.length; at += this.#cut) {
        to(piece.slice(at, at + this.#cut));
        this.#turn();
      }
  }

  #turn(): void {
    for (let event = this.server.next(); typeof event !== "string"; event = this.server.next()) {
      const answer = this.#serve(event);
      if (answer !== undefined) this.#hear(this.server.send(answer));
    }
  }

  #hear(pieces: Uint8Array | readonly Uint8Array[]): void {
    for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces)
      for (let at = 0; at < piece.length; at += this.#cut) {
        this.client.receive(piece.slice(at, at + this.#cut));
        for (let event = this.client.next(); typeof event !== "string"; event = this.client.next())
          this.heard.push(event);
      }
  }

  #serve(event: SmtpServerEvent): SmtpServerAction | undefined {
    const { taken } = this;
    const reply = (code: number): SmtpServerAction => ({ type: "reply", reply: { code, lines: ["ok"] } });
    if ("reply" in event) return { type: "reply", reply: event.reply };
    switch (event.type) {
      case "connected":
        return reply(220);
      case "mail":
        taken.mail.push(event);
        return reply(250);
      case "rcpt":
        taken.rcpt.push(event);
        return reply(250);
      case "data":
        return event.by === "BDAT" ? { type: "take" } : reply(354);
      case "content":
        taken.text += decodeLatin1(event.octets);
        return undefined;
      case "end":
        taken.ended = true;
        return reply(250);
      case "authenticate":
      case "response":
        return reply(500);
    }
  }
}

const localPart = fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/);
const address = fc
  .tuple(localPart, fc.stringMatching(/^[a-z0-9]{1,10}\.test$/))
  .map(([local, domain]) => `${local}@${domain}`);
const printable = fc.stringMatching(/^[ -~]{1,40}$/);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const envelope: fc.Arbitrary<Envelope> = fc.record({
  reversePath: fc.oneof(address, fc.constant("")),
  parameters: fc.record({
    size: optional(fc.nat(100_000)),
    body: optional(fc.constantFrom("7BIT", "8BITMIME")),
    smtputf8: fc.boolean(),
    ret: optional(fc.constantFrom("FULL", "HDRS")),
    envid: optional(printable),
  }),
  recipients: fc.array(
    fc.record({
      forwardPath: address,
      parameters: fc.record({
        notify: optional(
          fc.constantFrom(["NEVER"] as const, ["SUCCESS"] as const, ["FAILURE", "DELAY"] as const),
        ),
        orcpt: optional(printable.map((text) => ({ addressType: "rfc822", address: text }))),
      }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const text = fc
  .array(fc.stringMatching(/^\.{0,3}[ -~]{0,20}$/), { maxLength: 8 })
  .map((lines) => lines.map((line) => `${line}\r\n`).join(""));

/** Only what is there. */
const known = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

describe("client and server", () => {
  it.each(["DATA", "BDAT"])("mean the same by an envelope and a message (%s)", (way) => {
    fc.assert(
      fc.property(envelope, text, fc.integer({ min: 1, max: 60 }), (sent, message, cut) => {
        const pair = new Pair(cut);
        pair.say({ type: "ehlo", domain: "c.test" });
        const { reversePath, parameters, recipients } = sent;
        pair.say(
          { type: "mail", reversePath, parameters },
          ...recipients.map((recipient): SmtpClientAction => ({ type: "rcpt", recipient })),
        );
        const half = Math.floor(message.length / 2);
        if (way === "DATA") {
          pair.say(DATA);
          pair.say(content(message.slice(0, half)), content(message.slice(half)), END);
        } else pair.say(bdat(message.slice(0, half)), bdat(message.slice(half), true));
        pair.say(QUIT);
        expect(pair.taken).toMatchObject({ text: message, ended: true });
        expect(pair.taken.mail).toMatchObject([{ reversePath, parameters: known(parameters) }]);
        expect(pair.taken.rcpt.map((each) => [each.forwardPath, known(each.parameters)])).toEqual(
          recipients.map((each) => [each.forwardPath, known(each.parameters)]),
        );
        expect(pair.heard.every((event) => event.type === "reply" && event.reply.code < 400)).toBe(true);
        expect([pair.client.state, pair.client.outstanding]).toEqual(["closed", []]);
      }),
      { numRuns: 150 },
    );
  });

  it("agree on what is no message: a false end goes in neither direction", () => {
    for (const end of ["\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r"]) {
      const pair = new Pair(1000);
      pair.say({ type: "ehlo", domain: "c.test" });
      pair.say({ type: "mail", reversePath: "a@b.test", parameters: { smtputf8: false } });
      pair.say({ type: "rcpt", recipient: { forwardPath: "c@d.test", parameters: {} } });
      pair.say(DATA);
      expect(() => pair.say(content(`x${end}MAIL FROM:<a@b>\r\n`))).toThrow(/stands alone/);
      pair.server.receive(encodeLatin1(`x${end}NOOP\r\n`));
      expect(pair.taken.ended).toBe(false);
    }
  });
});
