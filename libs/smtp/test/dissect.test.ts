import { SmtpDissector } from "@socketscope/smtp";
import { dissect, holes, lines, recording, said, total, type Step } from "@socketscope/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

const RECORDINGS = ["postfix-swaks", "postfix-curl", "postfix-chunks", "postfix-pipelined"];
const recorded = (name: string): ReturnType<typeof recording> =>
  recording(new URL(`recordings/${name}.ndjson`, import.meta.url));
const c = (text: string): Step => said("in", text);
const s = (text: string): Step => said("out", text);
const smtp = (...steps: readonly Step[]): readonly string[] => lines(dissect(new SmtpDissector(), steps));
const OPEN: readonly Step[] = [s("220 mx.test\r\n"), c("EHLO a.test\r\n"), s("250 mx.test\r\n")];
/** What is told behind those three. */
const then = (...steps: readonly Step[]): readonly string[] => smtp(...OPEN, ...steps).slice(3);

describe("recordings of Postfix with swaks, curl, Python and a hand", () => {
  const connections = RECORDINGS.flatMap((name) =>
    recorded(name).map((steps, i) => [`${name} ${i}`, steps] as const),
  );

  it.each(connections)("%s: every octet belongs to one part of one message", (_, steps) => {
    const messages = dissect(new SmtpDissector(), steps);
    expect(messages.length).toBeGreaterThan(8);
    expect(holes(messages, "in", total(steps, "in"))).toEqual([]);
    expect(holes(messages, "out", total(steps, "out"))).toEqual([]);
  });

  it.each(connections)("%s: how it was cut does not matter", (_, steps) => {
    const whole = dissect(new SmtpDissector(), steps);
    for (const cut of [1, 2, 3, 7, 100]) expect(dissect(new SmtpDissector(), steps, cut)).toEqual(whole);
  });

  it.each(connections)(
    "%s: every command has its reply, and a problem is seen only in the nonsense",
    (_, steps) => {
      const messages = dissect(new SmtpDissector(), steps);
      const asked = messages.filter(({ kind }) => kind === "command").map(({ id }) => id);
      const answered = messages.flatMap(({ answers }) => (answers === undefined ? [] : [answers]));
      expect(answered).toEqual(expect.arrayContaining(asked));
      expect(messages.flatMap(({ summary, problem }) => (problem === undefined ? [] : [summary]))).toEqual(
        messages.some(({ summary }) => summary === "NONSENSE") ? ["NONSENSE"] : [],
      );
    },
  );
});

describe("what the client's octets are, a reply decides", () => {
  it("354: a letter, up to the line of one dot (RFC 5321 §4.1.1.4)", () => {
    expect(
      then(c("DATA\r\n"), s("354 go\r\n"), c("a\r\n..b\r\n.\r\nQUIT\r\n"), s("250 2.0.0 ok\r\n221 bye\r\n")),
    ).toEqual([
      "3 in command: DATA",
      "4 out reply: 354 go ← 3",
      "5 in content: 8 octets, and the dot that ends it",
      "6 in command: QUIT",
      "7 out reply: 250 2.0.0 ok ← 5",
      "8 out reply: 221 bye ← 6",
    ]);
  });

  it("no 354: what was sent ahead are commands", () => {
    expect(then(c("DATA\r\nSubject: x\r\n"), s("503 no\r\n"))).toEqual([
      "3 in command: DATA",
      "4 out reply: 503 no ← 3",
      "5 in command: Subject: x ! No such command: SUBJECT:",
    ]);
  });

  it("sent ahead in one piece (RFC 2920): each reply finds its command", () => {
    expect(
      then(
        c("MAIL FROM:<>\r\nRCPT TO:<b@b>\r\nDATA\r\nx\r\n.\r\n"),
        s("250 a\r\n250 b\r\n354 c\r\n250 d\r\n"),
      ),
    ).toEqual([
      "3 in command: MAIL FROM:<>",
      "4 in command: RCPT TO:<b@b>",
      "5 in command: DATA",
      "6 out reply: 250 a ← 3",
      "7 out reply: 250 b ← 4",
      "8 out reply: 354 c ← 5",
      "9 in content: 3 octets, and the dot that ends it",
      "10 out reply: 250 d ← 9",
    ]);
  });

  it("BDAT: octets of a known count, whatever is in them (RFC 3030 §2)", () => {
    expect(then(c("BDAT 5\r\n.\r\nQ\r\nBDAT 0 LAST\r\n"), s("250 5\r\n250 ok\r\n")).slice(0, 2)).toEqual([
      "3 in command: BDAT 5",
      "4 in chunk: 5 octets",
    ]);
    expect(then(c("BDAT 2\r\nabQUIT\r\n"), s("250 2\r\n221 bye\r\n"))).toEqual([
      "3 in command: BDAT 2",
      "4 in chunk: 2 octets",
      "5 in command: QUIT",
      "6 out reply: 250 2 ← 3",
      "7 out reply: 221 bye ← 5",
    ]);
  });

  it("334: a line of a login, of which nothing is shown (RFC 4954 §4)", () => {
    const told = then(
      c("AUTH LOGIN\r\n"),
      s("334 VXNlcg==\r\n"),
      c("YW5uYQ==\r\n"),
      s("334 UGFzcw==\r\n"),
      c("c2VjcmV0\r\n"),
      s("235 in\r\n"),
      c("AUTH PLAIN AGEAYg==\r\n"),
      s("503 twice\r\n"),
    );
    expect(told).toEqual([
      "3 in command: AUTH LOGIN",
      "4 out challenge: 334 (a challenge, in base64) ← 3",
      "5 in response: the answer to the challenge, in base64",
      "6 out challenge: 334 (a challenge, in base64) ← 5",
      "7 in response: the answer to the challenge, in base64",
      "8 out reply: 235 in ← 7",
      "9 in command: AUTH PLAIN ····",
      "10 out reply: 503 twice ← 9",
    ]);
  });

  it("220 to STARTTLS: nothing more in clear; what stands behind it already was smuggled in (RFC 3207 §4.2)", () => {
    const dissector = new SmtpDissector();
    const told = dissect(dissector, [
      ...OPEN,
      c("STARTTLS\r\nMAIL FROM:<x@y>\r\n"),
      s("220 go\r\n"),
      c("\x16\x03\x01"),
    ]);
    expect(lines(told).slice(3)).toEqual([
      "3 in command: STARTTLS",
      "4 out reply: 220 go ← 3",
      "5 in unparsed: 17 octets ! sent in clear behind STARTTLS: commands smuggled under TLS",
    ]);
    dissector.secured();
    expect(lines(dissect(dissector, [c("EHLO a.test\r\n"), s("250 hi\r\n")]))).toEqual([
      "6 in unparsed: 3 octets ! the handshake of TLS, or what it protects",
      "7 in command: EHLO a.test",
      "8 out reply: 250 hi ← 7",
    ]);
  });
});

describe("parts", () => {
  const parts = (step: Step, of: readonly Step[] = OPEN): readonly string[] => {
    const message = dissect(new SmtpDissector(), [...of, step]).at(-1);
    const base = message?.from ?? 0;
    return message?.parts.map(({ name, from, to }) => `${name} ${from - base}-${to - base}`) ?? [];
  };

  it.each<[string, Step, readonly string[]]>([
    [
      "MAIL",
      c("MAIL FROM:<ü@b> SIZE=5 BODY=8BITMIME\r\n"),
      [
        "verb 0-4",
        "blank 4-5",
        "keyword 5-10",
        "reverse-path 10-15",
        "blank 15-16",
        "parameter SIZE 16-22",
        "blank 22-23",
        "parameter BODY 23-36",
        "line end 36-38",
      ],
    ],
    [
      "RCPT",
      c("rcpt to:<a@b>\r\n"),
      ["verb 0-4", "blank 4-5", "keyword 5-8", "forward-path 8-13", "line end 13-15"],
    ],
    [
      "AUTH",
      c("AUTH PLAIN AGEAYg==\r\n"),
      ["verb 0-4", "blank 4-5", "mechanism 5-10", "blank 10-11", "secret 11-19", "line end 19-21"],
    ],
    [
      "an enhanced code",
      s("550 5.7.1 no\r\n"),
      ["code 0-3", "blank 3-4", "enhanced code 4-9", "blank 9-10", "text 10-12", "line end 12-14"],
    ],
    ["a bare LF", c("NOOP\n"), ["verb 0-4", "line end 4-5"]],
  ])("of %s", (_, step, expected) => {
    expect(parts(step)).toEqual(expected);
  });

  it("of the answer to EHLO: each extension by its name", () => {
    const answer = s("250-mx.test\r\n250-SIZE 5\r\n250 DSN\r\n");
    expect(parts(answer, OPEN.slice(0, 2)).filter((part) => part.startsWith("ext"))).toEqual([
      "extension SIZE 17-23",
      "extension DSN 29-32",
    ]);
  });
});

describe("problems", () => {
  it.each([
    ["an unknown parameter", c("MAIL FROM:<a@b> X=1\r\n"), /Parameter not known/],
    ["no path", c("MAIL FROM a@b\r\n"), /Say MAIL FROM/],
    ["LF alone", c("NOOP\n"), /LF alone/],
    ["CR inside", c("NO\rOP\r\n"), /CR stands alone/],
    ["a line without end", c(`NOOP ${"x".repeat(70_000)}\r\n`), /too long/],
    ["no reply", s("hello\r\n"), /no line of a reply/],
    ["two codes in one reply", s("250-a\r\n251 b\r\n"), /begins with 250 and goes on with 251/],
  ])("%s", (_, step, problem) => {
    expect(dissect(new SmtpDissector(), [...OPEN, step]).at(-1)?.problem).toMatch(problem);
  });

  it("a bare LF in the letter, the first half of many a smuggled one", () => {
    const told = then(c("DATA\r\n"), s("354 go\r\n"), c("a\n.\nMAIL FROM:<x@y>\r\n.\r\n"));
    expect(told.at(-1)).toBe(
      "5 in content: 21 octets, and the dot that ends it ! a LF stands alone in the text",
    );
  });

  it("who talks before the greeting (RFC 5321 §4.3.1)", () => {
    expect(smtp(c("EHLO a\r\n"), s("220 hi\r\n"), s("250 a\r\n"))).toEqual([
      "0 in command: EHLO a ! said before the server's greeting",
      "1 out greeting: 220 hi",
      "2 out reply: 250 a ← 0",
    ]);
  });
});

describe("what was not recorded", () => {
  it("in a chunk: its length says where the next command begins", () => {
    expect(then(c("BDAT 100\r\nabc"), { gap: "in", count: 90 }, c("1234567QUIT\r\n"))).toEqual([
      "3 in command: BDAT 100",
      "4 in chunk: 100 octets ! octets were not recorded",
      "5 in command: QUIT",
    ]);
  });

  it("in a letter: the next reply shows that a command is due", () => {
    expect(
      then(
        c("DATA\r\n"),
        s("354 go\r\n"),
        c("abc"),
        { gap: "in", count: 10 },
        c("def\r\n.\r\n"),
        s("250 ok\r\n"),
        c("QUIT\r\n"),
        s("221 bye\r\n"),
      ),
    ).toEqual([
      "3 in command: DATA",
      "4 out reply: 354 go ← 3",
      "5 in unparsed: 21 octets ! octets were not recorded, or no reply said what they are",
      "6 out reply: 250 ok",
      "7 in command: QUIT",
      "8 out reply: 221 bye ← 7",
    ]);
  });

  it("of a reply: no link is told until the client has evidently waited", () => {
    expect(
      then(c("NOOP\r\nNOOP\r\n"), { gap: "out", count: 8 }, s("250 b\r\n"), c("QUIT\r\n"), s("221 bye\r\n")),
    ).toEqual([
      "3 in command: NOOP",
      "4 in command: NOOP",
      "5 out unparsed: 8 octets ! octets were not recorded",
      "6 out reply: 250 b",
      "7 in command: QUIT",
      "8 out reply: 221 bye ← 7",
    ]);
  });

  it("held octets are bounded: no server that keeps silent makes us hold a letter", () => {
    const told = then(c("DATA\r\n"), c("x".repeat(70_000)), s("554 no\r\n"));
    expect(told[1]).toMatch(/^4 in unparsed: 70000 octets/);
    expect(told[2]).toMatch(/^5 out reply: 554 no/);
  });

  it("the end in the middle of anything", () => {
    expect(
      then(c("DATA\r\n"), s("354 go\r\n"), c("abc"), { end: "in" }, s("250-a\r\n25"), { end: "out" }),
    ).toEqual([
      "3 in command: DATA",
      "4 out reply: 354 go ← 3",
      "5 in content: 3 octets ! the stream ends before it is whole",
      "6 out unparsed: 9 octets ! the stream ends in a reply",
    ]);
  });
});

it("long content comes in pieces, cut at the same place however it was fed", () => {
  const steps = [...OPEN, c("DATA\r\n"), s("354 go\r\n"), c(`${"x".repeat(248)}\r\n.\r\n`)];
  for (const cut of [1, 30, Infinity])
    expect(lines(dissect(new SmtpDissector({ limits: { piece: 100 } }), steps, cut)).slice(5)).toEqual([
      "5 in content: 100 octets",
      "6 in content: 100 octets",
      "7 in content: 50 octets, and the dot that ends it",
    ]);
});

it("whatever both sides say: no octet is told of twice or not at all, and cuts do not matter", () => {
  const words = fc.constantFrom(
    "EHLO a\r\n",
    "DATA\r\n",
    "354 go\r\n",
    "250 ok\r\n",
    "334 x\r\n",
    "AUTH LOGIN\r\n",
    "BDAT 7\r\n",
    ".\r\n",
    "..\r\n",
    "220 hi\r\n",
    "STARTTLS\r\n",
    "25",
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
      const whole = dissect(new SmtpDissector(), steps);
      expect(holes(whole, "in", total(steps, "in"))).toEqual([]);
      expect(holes(whole, "out", total(steps, "out"))).toEqual([]);
      expect(dissect(new SmtpDissector(), steps, 1)).toEqual(whole);
    }),
  );
});
