/** RFC 1939, 2449, 2595, 5034: what each command is answered, whole and cut at every point; legality from the table. */
import { everySplit } from "@socketscope/testkit";
import { RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commands,
  Pop3Server,
  type Pop3ServerAction,
  type Pop3ServerEvent,
  type Pop3ServerOptions,
} from "../src/index.ts";

const standard: Pop3ServerOptions = { stls: true, passwords: true, mechanisms: ["PLAIN"] };
const TEXT = "Subject: x\r\n\r\n.dot\r\n";

/** A mailbox with one message; the password is "right". */
function answers(event: Pop3ServerEvent): readonly Pop3ServerAction[] {
  switch (event.type) {
    case "connected":
      return [{ type: "ok", text: "ready" }];
    case "said":
    case "refused":
      return [event.answer];
    case "login":
      return [
        event.password === "right" ? { type: "ok", text: "in" } : { type: "err", code: "AUTH", text: "no" },
      ];
    case "authenticate":
      return [
        event.initial === undefined
          ? { type: "challenge", octets: new Uint8Array(0) }
          : { type: "ok", text: "in" },
      ];
    case "response":
      return [event.octets === "cancel" ? { type: "err", text: "given up" } : { type: "ok", text: "in" }];
    case "list":
    case "uidl":
      return [
        event.number === undefined
          ? { type: "lines", text: "all", lines: ["1 20", ".2"] }
          : { type: "ok", text: "1 20" },
      ];
    case "retrieve":
      return [
        { type: "begin", text: "20 octets" },
        { type: "data", octets: Buffer.from(TEXT) },
        { type: "end" },
      ];
    case "stls":
    case "stat":
    case "delete":
    case "reset":
    case "quit":
      return [{ type: "ok", text: event.type }];
  }
}

interface Heard {
  readonly said: string;
  readonly events: readonly string[];
  readonly state: string;
  readonly fatal: string | undefined;
}

function talk(chunks: readonly (string | Uint8Array)[], options: Partial<Pop3ServerOptions> = {}): Heard {
  const core = new Pop3Server({ ...standard, ...options });
  let said = "";
  let fatal: string | undefined;
  const events: string[] = [];
  const say = (action: Pop3ServerAction): void => {
    const sent = core.send(action);
    for (const piece of sent instanceof Uint8Array ? [sent] : sent)
      said += Buffer.from(piece).toString("latin1");
  };
  const pull = (): void => {
    try {
      for (let event = core.next(); typeof event !== "string"; event = core.next()) {
        events.push(event.type);
        for (const action of answers(event)) say(action);
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      fatal = error.code;
      const { answer } = error as RemoteError<Pop3ServerAction>;
      if (answer !== undefined) say(answer);
    }
  };
  pull();
  for (const chunk of chunks) {
    if (fatal !== undefined) break;
    core.receive(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
    pull();
  }
  return { said, events, state: core.state, fatal };
}

const IN = "USER ann\r\nPASS right\r\n";
const cases: readonly (readonly [name: string, said: string, answer: RegExp, state: string])[] = [
  ["USER and PASS (RFC 1939 §7)", IN, /\+OK in\r\n$/, "transaction"],
  ["a password with blanks is one", "USER ann\r\nPASS a b\r\n", /-ERR \[AUTH\] no\r\n$/, "authorization"],
  ["PASS without USER", "PASS right\r\n", /-ERR Say USER first/, "authorization"],
  ["AUTH with an initial response (RFC 5034 §4)", "AUTH PLAIN AGEAYg==\r\n", /\+OK in\r\n$/, "transaction"],
  ["AUTH by a challenge", "AUTH PLAIN\r\nAGEAYg==\r\n", /\+ \r\n\+OK in\r\n$/, "transaction"],
  ["AUTH given up", "AUTH PLAIN\r\n*\r\n", /-ERR given up\r\n$/, "authorization"],
  ["AUTH without a mechanism lists them", "AUTH\r\n", /\+OK Mechanisms\r\nPLAIN\r\n\.\r\n$/, "authorization"],
  ["AUTH with what is no base64", "AUTH PLAIN ???\r\n", /-ERR That is no base64\r\n$/, "authorization"],
  [
    "CAPA before the login offers STLS (RFC 2449 §5)",
    "CAPA\r\n",
    /\r\nSTLS\r\nSASL PLAIN\r\n\.\r\n$/,
    "authorization",
  ],
  [
    "CAPA behind it does not",
    `${IN}CAPA\r\n`,
    /IMPLEMENTATION Socketscope\r\nSASL PLAIN\r\n\.\r\n$/,
    "transaction",
  ],
  ["STLS (RFC 2595 §4)", "STLS\r\n", /\+OK stls\r\n$/, "tls"],
  [
    "LIST of all stuffs its dots (RFC 1939 §3)",
    `${IN}LIST\r\n`,
    /\+OK all\r\n1 20\r\n\.\.2\r\n\.\r\n$/,
    "transaction",
  ],
  [
    "RETR stuffs the dots of the message",
    `${IN}RETR 1\r\n`,
    /\+OK 20 octets\r\nSubject: x\r\n\r\n\.\.dot\r\n\.\r\n$/,
    "transaction",
  ],
  [
    "TOP needs two numbers",
    `${IN}TOP 1\r\nTOP 1 x\r\nTOP 1 0\r\n`,
    /-ERR TOP takes other arguments\r\n-ERR That is no message number\r\n\+OK 20/,
    "transaction",
  ],
  [
    "a message number that is none",
    `${IN}DELE 0\r\nDELE x\r\nDELE -1\r\n`,
    /(?:-ERR That is no message number\r\n){3}$/,
    "transaction",
  ],
  ["QUIT closes", `${IN}QUIT\r\nNOOP\r\n`, /\+OK quit\r\n$/, "closed"],
  ["what is no command", "FOO\r\n", /-ERR No such command\r\n$/, "authorization"],
  [
    "a line over the limit",
    `USER ${"x".repeat(1100)}\r\n`,
    /-ERR A command has at most 1024 octets\r\n$/,
    "authorization",
  ],
  ["a bare CR", "US\rER\r\nCAPA\r\n", /-ERR Lines end in CR LF here/, "authorization"],
];

describe("Pop3Server", () => {
  it.each(cases)("%s", (_name, said, answer, state) => {
    const first = talk([said]);
    expect(first.said).toMatch(answer);
    expect(first.state).toBe(state);
    for (const split of everySplit(Buffer.from(said, "latin1"))) expect(talk(split)).toEqual(first);
  });

  it("ends with a word for a bare LF, which would wait for ever otherwise", () => {
    expect(talk(["CAPA\n"])).toMatchObject({ fatal: "POP3_BARE_LF", state: "closed" });
    expect(talk(["CAPA\n"]).said).toContain("-ERR Lines end in CR LF here");
  });

  it("takes no password in clear where it may not", () => {
    const { said } = talk(["USER ann\r\nAUTH PLAIN\r\nCAPA\r\n"], { passwords: false, mechanisms: [] });
    expect(said).toContain("-ERR Say STLS first");
    expect(said).not.toMatch(/\r\nUSER\r\n|SASL/);
  });

  it("closes after too many errors", () => {
    expect(talk(["FOO\r\n".repeat(10)], { limits: { errors: 3 } })).toMatchObject({ state: "closed" });
    expect(talk(["FOO\r\n".repeat(100)], { limits: { errors: Infinity } }).state).toBe("authorization");
  });

  it.each(Object.entries(commands))("%s is legal where the table says, and nowhere else", (verb, rule) => {
    const count = rule.arguments === "rest" ? 1 : rule.arguments[0];
    const line = `${[verb, ...Array.from({ length: count }, () => "1")].join(" ")}\r\n`;
    for (const [state, way] of Object.entries({ authorization: "", transaction: IN })) {
      const legal: readonly string[] = rule.legalIn;
      const refused = /-ERR (?:Log in first|You are logged in already)\r\n$/.test(talk([way + line]).said);
      expect(refused, state).toBe(!legal.includes(state));
    }
  });

  it("throws nothing but a fault of the peer for any octets (property)", () => {
    const word = fc.constantFrom(
      "USER a",
      "PASS right",
      "RETR 1",
      "TOP 1 1",
      "AUTH PLAIN",
      "*",
      "STLS",
      "QUIT",
      "\r\n",
      "\r\n",
      "\n",
      "\r",
      "\0",
      "\xff",
      " ",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(() => talk([words.join("")])).not.toThrow();
      }),
    );
  });

  it("refuses to answer what nobody asked", () => {
    expect(() => new Pop3Server(standard).send({ type: "ok", text: "?" })).toThrow("nothing waits for");
    expect(() => new Pop3Server(standard).send({ type: "end" })).toThrow("without a beginning");
  });
});
