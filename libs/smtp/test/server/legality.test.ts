/** Generated from the table: each command in each state. RFC 5321 §4.1.4. */
import { describe, expect, it } from "vitest";
import { commands, SmtpServer, type SmtpState, type Verb } from "../../src/index.ts";
import { codes, converse, standard, standardAnswer } from "./support.ts";

const EHLO = "EHLO c.test\r\n";
const ways: Readonly<Partial<Record<SmtpState, string>>> = {
  start: "",
  ready: EHLO,
  mail: `${EHLO}MAIL FROM:<a@a.test>\r\n`,
  rcpt: `${EHLO}MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n`,
  chunks: `${EHLO}MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nBDAT 0\r\n`,
};

const said: Readonly<Record<Verb, string>> = {
  EHLO: "EHLO c.test",
  HELO: "HELO c.test",
  MAIL: "MAIL FROM:<a@a.test>",
  RCPT: "RCPT TO:<b@b.test>",
  DATA: "DATA",
  BDAT: "BDAT 0",
  RSET: "RSET",
  VRFY: "VRFY bob",
  EXPN: "EXPN all",
  HELP: "HELP",
  NOOP: "NOOP",
  QUIT: "QUIT",
  STARTTLS: "STARTTLS",
  AUTH: "AUTH PLAIN =",
};

/** What a legal one is answered. */
const good: Readonly<Record<Verb, number>> = {
  EHLO: 250,
  HELO: 250,
  MAIL: 250,
  RCPT: 250,
  DATA: 354,
  BDAT: 250,
  RSET: 250,
  VRFY: 252,
  EXPN: 502,
  HELP: 214,
  NOOP: 250,
  QUIT: 221,
  STARTTLS: 220,
  AUTH: 235,
};

describe.each(Object.entries(ways))("in state %s", (state, way) => {
  it.each(Object.entries(commands))("%s", (verb, rule) => {
    if (!(verb in said)) throw new Error(verb);
    const name = verb as Verb;
    expect(converse([way]).state).toBe(state);
    const legalIn: readonly string[] = rule.legalIn;
    const heard = converse([`${way}${said[name]}\r\n`]);
    expect(codes(heard).at(-1)).toBe(legalIn.includes(state) ? good[name] : 503);
  });
});

it("knows no state that no test reaches, beside those between two answers", () => {
  const reached = new Set([
    ...Object.keys(ways),
    "greeting",
    "content",
    "chunk",
    "challenge",
    "tls",
    "closed",
  ]);
  for (const { legalIn } of Object.values(commands))
    for (const state of legalIn) expect(reached).toContain(state);
});

it("turns away who speaks before the greeting (RFC 5321 §4.3.1)", () => {
  const core = new SmtpServer(standard);
  core.receive(Buffer.from("EHLO c.test\r\n"));
  const event = core.next();
  if (typeof event === "string") throw new Error(event);
  expect(event.type).toBe("connected");
  const answer = standardAnswer(event);
  const octets = answer === undefined ? [] : core.send(answer);
  expect(Buffer.concat(octets instanceof Uint8Array ? [octets] : [...octets]).toString()).toMatch(/^554 /);
  expect(core.next()).toBe("closed");
});

it("refuses to answer what nobody asked", () => {
  const core = new SmtpServer(standard);
  expect(() => core.send({ type: "reply", reply: { code: 250, lines: ["?"] } })).toThrow("nothing waits for");
  expect(() => core.send({ type: "take" })).toThrow("nothing waits for");
  expect(() => core.send({ type: "challenge", octets: new Uint8Array(0) })).toThrow("nothing waits for");
});
