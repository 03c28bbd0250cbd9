import { Pop3Dissector } from "@socketscope/pop3";
import { dissect, holes, lines, said, total, type Step } from "@socketscope/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

const c = (text: string): Step => said("in", text);
const s = (text: string): Step => said("out", text);
const pop3 = (...steps: readonly Step[]): readonly string[] => lines(dissect(new Pop3Dissector(), steps));
const GREETING = s("+OK hello\r\n");
const then = (...steps: readonly Step[]): readonly string[] => pop3(GREETING, ...steps).slice(1);

describe("which answer has lines behind it hangs on what was asked", () => {
  it.each([
    [
      "CAPA (RFC 2449 §5)",
      "CAPA",
      "+OK\r\nTOP\r\n.\r\n",
      ["2 out answer: +OK ← 1", "3 out listing: 5 octets, and the dot that ends it"],
    ],
    [
      "LIST",
      "LIST",
      "+OK\r\n1 5\r\n.\r\n",
      ["2 out answer: +OK ← 1", "3 out listing: 5 octets, and the dot that ends it"],
    ],
    ["LIST with a number", "LIST 1", "+OK 1 5\r\n", ["2 out answer: +OK 1 5 ← 1"]],
    ["UIDL with a number", "UIDL 1", "+OK 1 x\r\n", ["2 out answer: +OK 1 x ← 1"]],
    [
      "RETR",
      "RETR 1",
      "+OK\r\na\r\n..\r\n.\r\n",
      ["2 out answer: +OK ← 1", "3 out message: 7 octets, and the dot that ends it"],
    ],
    ["RETR that is refused", "RETR 9", "-ERR none\r\n", ["2 out answer: -ERR none ← 1"]],
    [
      "TOP",
      "TOP 1 0",
      "+OK\r\n.\r\n",
      ["2 out answer: +OK ← 1", "3 out message: 0 octets, and the dot that ends it"],
    ],
    [
      "AUTH alone",
      "AUTH",
      "+OK\r\nPLAIN\r\n.\r\n",
      ["2 out answer: +OK ← 1", "3 out listing: 7 octets, and the dot that ends it"],
    ],
  ])("%s", (_, command, answer, told) => {
    expect(then(c(`${command}\r\n`), s(answer)).slice(1)).toEqual(told);
  });

  it("sent ahead (RFC 2449 §6.6): each answer finds its command", () => {
    expect(
      then(c("RETR 1\r\nDELE 1\r\nQUIT\r\n"), s("+OK\r\na\r\n.\r\n+OK gone\r\n+OK bye\r\n")).slice(3),
    ).toEqual([
      "4 out answer: +OK ← 1",
      "5 out message: 3 octets, and the dot that ends it",
      "6 out answer: +OK gone ← 2",
      "7 out answer: +OK bye ← 3",
    ]);
  });
});

it("a login: no password is shown (RFC 1939 §7, RFC 5034 §4)", () => {
  expect(
    then(
      c("USER anna\r\nPASS a b\r\n"),
      s("+OK\r\n-ERR [AUTH] no\r\n"),
      c("AUTH PLAIN\r\n"),
      s("+ \r\n"),
      c("AGEAYg==\r\n"),
      s("+OK in\r\n"),
      c("APOP anna c4c9334bac560ecc979e58001b3e22fb\r\n"),
      s("-ERR\r\n"),
    ),
  ).toEqual([
    "1 in command: USER anna",
    "2 in command: PASS ····",
    "3 out answer: +OK ← 1",
    "4 out answer: -ERR [AUTH] no ← 2",
    "5 in command: AUTH PLAIN",
    "6 out challenge: + (a challenge, in base64) ← 5",
    "7 in response: the answer to the challenge, in base64",
    "8 out answer: +OK in ← 7",
    "9 in command: APOP anna ···· ! no command that our server knows",
    "10 out answer: -ERR ← 9",
  ]);
});

it("the secret of a login is a part by that name, so that who shows octets can hide it", () => {
  const named = (text: string): readonly string[] =>
    dissect(new Pop3Dissector(), [GREETING, c(text)])
      .at(-1)
      ?.parts.map(({ name, from, to }) => `${name} ${from}-${to}`) ?? [];
  expect(named("PASS a b\r\n")).toEqual(["verb 0-4", "blank 4-5", "secret 5-8", "line end 8-10"]);
  expect(named("AUTH PLAIN AGE=\r\n")).toEqual([
    "verb 0-4",
    "blank 4-5",
    "mechanism 5-10",
    "blank 10-11",
    "secret 11-15",
    "line end 15-17",
  ]);
  expect(named("TOP 1 20\r\n")).toEqual([
    "verb 0-3",
    "blank 3-4",
    "message number 4-5",
    "blank 5-6",
    "lines 6-8",
    "line end 8-10",
  ]);
});

it("-ERR with a reason in brackets (RFC 2449 §8)", () => {
  const answer = dissect(new Pop3Dissector(), [GREETING, c("STAT\r\n"), s("-ERR [IN-USE] locked\r\n")]).at(
    -1,
  );
  expect(answer?.parts.map(({ name }) => name)).toEqual([
    "status",
    "blank",
    "response code",
    "text",
    "line end",
  ]);
});

it("STLS: what stands in clear behind it was smuggled in (RFC 2595 §4)", () => {
  const dissector = new Pop3Dissector();
  const told = dissect(dissector, [GREETING, c("STLS\r\nUSER x\r\n"), s("+OK go\r\n")]);
  expect(lines(told).slice(1)).toEqual([
    "1 in command: STLS",
    "2 out answer: +OK go ← 1",
    "3 in unparsed: 8 octets ! sent in clear behind STLS: commands smuggled under TLS",
  ]);
  dissector.secured();
  expect(lines(dissect(dissector, [c("CAPA\r\n"), s("+OK\r\n.\r\n")]))).toEqual([
    "4 in command: CAPA",
    "5 out answer: +OK ← 4",
    "6 out listing: 0 octets, and the dot that ends it",
  ]);
});

describe("what was not recorded", () => {
  it("of the answers: nothing is read until a client asks that has waited", () => {
    expect(
      then(
        c("RETR 1\r\n"),
        { gap: "out", count: 100 },
        s("x\r\n+OK\r\n.\r\n"),
        c("STAT\r\n"),
        s("+OK 1 5\r\n"),
      ),
    ).toEqual([
      "1 in command: RETR 1",
      "2 out unparsed: 100 octets ! octets were not recorded",
      "3 in command: STAT",
      "4 out unparsed: 11 octets ! octets were not recorded before: which command this answers is in doubt",
      "5 out answer: +OK 1 5 ← 3",
    ]);
  });

  it("of the commands: a message that has begun is read to its end", () => {
    expect(
      then(
        c("RETR 1\r\n"),
        s("+OK\r\nab"),
        { gap: "in", count: 8 },
        s("c\r\n.\r\n+OK\r\n"),
        c("NOOP\r\n"),
        s("+OK\r\n"),
      ).slice(2),
    ).toEqual([
      "3 in unparsed: 8 octets ! octets were not recorded",
      "4 out message: 5 octets, and the dot that ends it",
      "5 in command: NOOP",
      "6 out unparsed: 5 octets ! octets were not recorded before: which command this answers is in doubt",
      "7 out answer: +OK ← 5",
    ]);
  });

  it("the end in the middle of a message", () => {
    expect(then(c("RETR 1\r\n"), s("+OK\r\nabc"), { end: "out" }).at(-1)).toBe(
      "3 out message: 3 octets ! the stream ends before it is whole",
    );
  });
});

it("whatever both sides say: no octet is told of twice or not at all, and cuts do not matter", () => {
  const words = fc.constantFrom(
    "CAPA\r\n",
    "RETR 1\r\n",
    "+OK\r\n",
    "-ERR\r\n",
    "+ \r\n",
    "AUTH PLAIN\r\n",
    "STLS\r\n",
    ".\r\n",
    "..\r\n",
    "LIST\r\n",
    "+O",
    "\n",
    "\r",
    "x",
  );
  const turn = fc.record({
    direction: fc.constantFrom("in" as const, "out" as const),
    text: fc.array(words, { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
      const steps: Step[] = turns.map(({ direction, text }) => said(direction, text.join("")));
      steps.push({ end: "in" }, { end: "out" });
      const whole = dissect(new Pop3Dissector(), steps);
      expect(holes(whole, "in", total(steps, "in"))).toEqual([]);
      expect(holes(whole, "out", total(steps, "out"))).toEqual([]);
      expect(dissect(new Pop3Dissector(), steps, 1)).toEqual(whole);
    }),
  );
});
