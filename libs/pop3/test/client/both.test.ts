/** Our client and our server, core to core: whatever the mailbox holds and wherever the network cuts, it is what is read. */
import { decodeLatin1, encodeLatin1 } from "@socketscope/wire";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  Pop3Client,
  Pop3Server,
  type Pop3ClientAction,
  type Pop3ClientEvent,
  type Pop3ServerAction,
  type Pop3ServerEvent,
} from "../../src/index.ts";
import { CAPA, dele, joined, LIST, QUIT, retr, told, UIDL } from "./told.ts";

/** Both, with a wire between them that delivers in pieces of `cut` octets. */
class Pair {
  readonly client = new Pop3Client();
  readonly server = new Pop3Server({ stls: false, passwords: true, mechanisms: ["PLAIN"] });
  readonly events: Pop3ClientEvent[] = [];
  readonly asked: Pop3ServerEvent[] = [];
  readonly #mailbox: readonly string[];
  readonly #cut: number;

  constructor(mailbox: readonly string[], cut: number) {
    this.#mailbox = mailbox;
    this.#cut = cut;
    this.#serve();
  }

  say(...actions: readonly Pop3ClientAction[]): void {
    for (const action of actions)
      for (const piece of this.#pieces(this.client.send(action))) {
        this.server.receive(piece);
        this.#serve();
      }
  }

  *#pieces(said: Uint8Array | readonly Uint8Array[]): Generator<Uint8Array> {
    for (const octets of said instanceof Uint8Array ? [said] : said)
      for (let at = 0; at < octets.length; at += this.#cut) yield octets.slice(at, at + this.#cut);
  }

  #serve(): void {
    for (let event = this.server.next(); typeof event !== "string"; event = this.server.next()) {
      this.asked.push(event);
      for (const action of this.#answers(event))
        for (const piece of this.#pieces(this.server.send(action))) {
          this.client.receive(piece);
          for (let told = this.client.next(); typeof told !== "string"; told = this.client.next())
            this.events.push(told);
        }
    }
  }

  #answers(event: Pop3ServerEvent): readonly Pop3ServerAction[] {
    switch (event.type) {
      case "said":
      case "refused":
        return [event.answer];
      case "list":
        return [
          { type: "lines", text: "", lines: this.#mailbox.map((text, at) => `${at + 1} ${text.length}`) },
        ];
      case "uidl":
        return [{ type: "lines", text: "", lines: this.#mailbox.map((_, at) => `${at + 1} .${at}`) }];
      case "retrieve":
        return [
          { type: "begin", text: "it follows" },
          { type: "data", octets: encodeLatin1(this.#mailbox[event.number - 1] ?? "") },
          { type: "end" },
        ];
      case "connected":
      case "login":
      case "authenticate":
      case "response":
      case "stls":
      case "stat":
      case "delete":
      case "reset":
      case "quit":
        return [{ type: "ok", text: event.type }];
    }
  }
}

const message = fc
  .array(fc.stringMatching(/^\.{0,3}[ -~]{0,20}$/), { maxLength: 8 })
  .map((lines) => lines.map((line) => `${line}\r\n`).join(""));
const word = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);

it("client and server mean the same by names, numbers and messages", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 4 }),
      word,
      word,
      fc.integer({ min: 1, max: 60 }),
      (mailbox, name, password, cut) => {
        const pair = new Pair(mailbox, cut);
        pair.say(CAPA, { type: "user", name }, { type: "pass", password });
        expect(pair.asked.at(-1)).toEqual({ type: "login", user: name, password });
        const numbers = mailbox.map((_, at) => at + 1);
        pair.events.length = 0;
        pair.say(LIST, UIDL, ...numbers.map(retr), ...numbers.map(dele), QUIT);
        expect(joined(pair.events).map(told)).toEqual([
          "LIST +OK",
          ...mailbox.map((text, at) => `LIST: ${at + 1} ${text.length}`),
          "end LIST",
          "UIDL +OK",
          ...numbers.map((number) => `UIDL: ${number} .${number - 1}`),
          "end UIDL",
          ...mailbox.flatMap((text) => [
            "RETR +OK it follows",
            ...(text === "" ? [] : [`piece ${JSON.stringify(text)}`]),
            "end RETR",
          ]),
          ...numbers.map(() => "DELE +OK delete"),
          "QUIT +OK quit",
        ]);
        expect(pair.asked.filter(({ type }) => type === "refused")).toEqual([]);
        expect([pair.client.state, pair.server.state, pair.client.outstanding]).toEqual([
          "closed",
          "closed",
          [],
        ]);
      },
    ),
    { numRuns: 150 },
  );
});

it("agree on what a capability is", () => {
  const pair = new Pair([], 7);
  pair.say(CAPA);
  expect(pair.client.capabilities).toMatchObject({ stls: false, pipelining: true, sasl: ["PLAIN"] });
  pair.say({ type: "auth", mechanism: "PLAIN", initial: encodeLatin1("\0u\0p") });
  const { initial } = pair.asked.find((event) => event.type === "authenticate") ?? {};
  expect(decodeLatin1(initial ?? new Uint8Array(0))).toBe("\0u\0p");
  expect(pair.client.state).toBe("transaction");
});
