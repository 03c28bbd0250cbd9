import { readdirSync } from "node:fs";
import { dissect, holes, lines, recording, said, total, type Step } from "@socketscope/testkit";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainFtpReply, explainFtpVerb, FtpDissector } from "../src/index.ts";

const c = (text: string): Step => said("in", text);
const s = (text: string): Step => said("out", text);
const ftp = (...steps: readonly Step[]): readonly string[] => lines(dissect(new FtpDissector(), steps));
const GREETING = s("220 hello\r\n");
const then = (...steps: readonly Step[]): readonly string[] => ftp(GREETING, ...steps).slice(1);

describe("replies find their commands", () => {
  it("in order", () => {
    expect(then(c("USER ann\r\nPASS secret\r\n"), s("331 go\r\n230 in\r\n"))).toEqual([
      "1 in command: USER ann",
      "2 in command: PASS ····",
      "3 out reply: 331 go ← 1",
      "4 out reply: 230 in ← 2",
    ]);
  });

  it("of several lines, each a reply of its own", () => {
    expect(
      then(c("FEAT\r\nNOOP\r\n"), s("211-Features\r\n SIZE\r\n211-x\r\n200 y\r\n211 End\r\n200 z\r\n")).slice(
        2,
      ),
    ).toEqual(["3 out reply: 211 Features … 5 lines ← 1", "4 out reply: 200 z ← 2"]);
  });

  it("a transfer's last one, whatever was said meanwhile (RFC 959 §5.4)", () => {
    expect(
      then(
        c("RETR a\r\n"),
        s("150 go\r\n"),
        c("STAT\r\nNOOP\r\n"),
        s("211 state\r\n226 done\r\n200 still here\r\n"),
        c("PWD\r\n"),
        s("257 x\r\n"),
      ),
    ).toEqual([
      "1 in command: RETR a",
      "2 out reply: 150 go ← 1",
      "3 in command: STAT",
      "4 in command: NOOP",
      "5 out reply: 211 state ← 3",
      "6 out reply: 226 done ← 1",
      "7 out reply: 200 still here ← 4",
      "8 in command: PWD",
      "9 out reply: 257 x ← 8",
    ]);
  });

  it("ABOR's behind the transfer's", () => {
    expect(
      then(c("STOR a\r\n"), s("150 go\r\n"), c("ABOR\r\n"), s("426 cut\r\n226 aborted\r\n")).slice(3),
    ).toEqual(["4 out reply: 426 cut ← 1", "5 out reply: 226 aborted ← 3"]);
  });
});

describe("ABOR as urgent data", () => {
  it.each([
    ["its LF lost", "ABOR\r"],
    ["Telnet's signals in front, the DM lost", "\xff\xf4\xffABOR\r"],
    ["Telnet's signals in front, the IAC lost", "\xff\xf4\xf2ABOR\r"],
  ])("%s", (_, text) => {
    const said = then(
      c("RETR a\r\n"),
      s("150 go\r\n"),
      c(text),
      s("426 cut\r\n226 aborted\r\n"),
      c("NOOP\r\n"),
    );
    expect(said.slice(2)).toEqual([
      "3 in command: ABOR ! its LF was the urgent octet, which is lost on the way",
      "4 out reply: 426 cut ← 1",
      "5 out reply: 226 aborted ← 3",
      "6 in command: NOOP",
    ]);
  });

  it("stands before the reply behind AUTH's, wherever TCP has cut the two", () => {
    expect(then(c("AUTH TLS\r\n"), c("ABOR\r"), s("504 no\r\n226 done\r\n"))).toEqual([
      "1 in command: AUTH TLS",
      "2 out reply: 504 no ← 1",
      "3 in command: ABOR ! its LF was the urgent octet, which is lost on the way",
      "4 out reply: 226 done ← 3",
    ]);
  });

  it("is found too where the next command follows at once", () => {
    expect(then(c("ABOR\rNOOP\r\n"))[1]).toBe("2 in command: NOOP");
    expect(then(c("ABOR\r\nNOOP\r\n"))).toEqual(["1 in command: ABOR", "2 in command: NOOP"]);
  });
});

describe("TLS", () => {
  it("is what comes behind 234, until it stands", () => {
    const dissector = new FtpDissector();
    const before = lines(
      dissect(dissector, [GREETING, c("AUTH TLS\r\n"), s("234 go\r\n"), c("\x16\x03"), s("\x16\x03")]),
    );
    expect(before.slice(1)).toEqual(["1 in command: AUTH TLS", "2 out reply: 234 go ← 1"]);
    dissector.secured();
    expect(lines(dissect(dissector, [c("USER x\r\n"), s("331 y\r\n")]))).toEqual([
      "3 in unparsed: 2 octets ! the handshake of TLS, or what it protects",
      "4 out unparsed: 2 octets ! the handshake of TLS, or what it protects",
      "5 in command: USER x",
      "6 out reply: 331 y ← 5",
    ]);
  });

  it("is not what was smuggled in clear behind AUTH", () => {
    expect(then(c("AUTH TLS\r\nUSER root\r\n"), s("234 go\r\n")).at(-1)).toBe(
      "3 in unparsed: 11 octets ! sent in clear behind AUTH: commands smuggled under TLS",
    );
  });

  it("is not begun where it is refused", () => {
    expect(then(c("AUTH TLS\r\nUSER x\r\n"), s("502 no\r\n331 y\r\n")).slice(2)).toEqual([
      "3 in command: USER x",
      "4 out reply: 331 y ← 3",
    ]);
  });
});

describe("what is wrong is told", () => {
  it.each([
    ["an unknown command", c("XYZZY 1\r\n"), "1 in command: XYZZY 1 ! no command that our server knows"],
    ["a missing argument", c("RETR\r\n"), "1 in command: RETR ! RETR wants an argument"],
    ["one too many", c("PWD x\r\n"), "1 in command: PWD x ! PWD stands alone"],
    ["LF alone", c("NOOP\n"), "1 in command: NOOP ! the line ends in LF alone"],
    [
      "what is no reply",
      s("hello\r\n"),
      "1 out unparsed: 7 octets ! this is no reply: those begin with three digits",
    ],
  ])("%s", (_, step, line) => {
    expect(then(step)).toEqual([line]);
  });

  it("a client that is too early", () => {
    expect(ftp(c("NOOP\r\n"))).toEqual(["0 in command: NOOP ! said before the server's greeting"]);
  });

  it("a reply without its end", () => {
    const dissector = new FtpDissector();
    const told = [...dissect(dissector, [GREETING, c("FEAT\r\n"), s("211-a\r\n b\r\n c"), { end: "out" }])];
    expect(lines(told).slice(2)).toEqual([
      "2 out reply: 211 a … 2 lines ← 1 ! the stream ends before it is whole",
      "3 out unparsed: 2 octets ! the stream ends before it is whole",
    ]);
    expect(holes(told, "out", 11 + 13)).toEqual([]);
  });

  it("octets that were not recorded", () => {
    const steps: readonly Step[] = [
      GREETING,
      c("FEAT\r\n"),
      s("211-a\r\n"),
      { gap: "out", count: 40 },
      s("200 x\r\n"),
    ];
    const told = dissect(new FtpDissector(), steps);
    expect(holes(told, "out", total(steps, "out"))).toEqual([]);
    expect(lines(told).at(-1)).toBe("4 out reply: 200 x");
  });
});

it("names where the data connection goes", () => {
  const parts = (step: Step): readonly string[] =>
    dissect(new FtpDissector(), [GREETING, step])
      .slice(1)
      .flatMap((message) => message.parts.map(({ name, from, to }) => `${name} ${to - from}`));
  expect(parts(s("227 Entering (127,0,0,1,4,1).\r\n"))).toEqual([
    "code 3",
    "blank 1",
    "text 10",
    "address 13",
    "text 2",
    "line end 2",
  ]);
  expect(parts(s("229 OK (|||1025|)\r\n"))).toEqual([
    "code 3",
    "blank 1",
    "text 4",
    "address 8",
    "text 1",
    "line end 2",
  ]);
  expect(parts(c("PORT 127,0,0,1,4,1\r\n"))).toEqual(["verb 4", "blank 1", "address 13", "line end 2"]);
});

const recorded = readdirSync(new URL("recordings/", import.meta.url)).filter((name) =>
  name.endsWith(".ndjson"),
);

describe.each(recorded)("%s", (name) => {
  const connections = recording(new URL(`recordings/${name}`, import.meta.url));

  it("is read to the last octet, whatever the cuts, and every reply finds its command", () => {
    for (const steps of connections) {
      const whole = dissect(new FtpDissector(), steps);
      for (const cut of [1, 3, 7])
        expect(lines(dissect(new FtpDissector(), steps, cut))).toEqual(lines(whole));
      for (const direction of ["in", "out"] as const)
        expect(holes(whole, direction, total(steps, direction))).toEqual([]);
      const replies = whole.filter(({ kind }) => kind === "reply");
      expect(replies.every(({ answers }) => answers !== undefined)).toBe(true);
      expect(whole.filter(({ kind }) => kind === "unparsed")).toEqual([]);
    }
  });

  it("has no word without an explanation", () => {
    for (const { kind, summary } of connections.flatMap((steps) => dissect(new FtpDissector(), steps))) {
      const word = summary.split(" ")[0] ?? "";
      if (word === "XYZZY") continue;
      const { known } = kind === "command" ? explainFtpVerb(word) : explainFtpReply(Number(word));
      expect([summary, known]).toEqual([summary, true]);
    }
  });

  it("is as the golden transcript has it", async () => {
    const text = connections.flatMap((steps, index) => [
      `## Connection ${index}`,
      "",
      ...lines(dissect(new FtpDissector(), steps)).map(
        (line) => `- ${line.replace(/socketscope-recorded-\w+/, "…")}`,
      ),
      "",
    ]);
    const golden = name.replace(".ndjson", ".md");
    await expect(`# ${golden}\n\n${text.join("\n")}`).toMatchFileSnapshot(`transcripts/dissect-${golden}`);
  });
});

it("tells of every octet of anything, however it is cut", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "ABOR\r",
      "\r\n",
      "\n",
      "\r",
      "\xff\xf4\xf2",
      "RETR a\r\n",
      "150 x\r\n",
      "226 y\r\n",
      "211-a\r\n",
      "211 b\r\n",
      "AUTH TLS\r\n",
      "234 z\r\n",
    ),
    fc.string({ unit: "binary", maxLength: 5 }).map((text) => Buffer.from(text, "latin1").toString("latin1")),
  );
  const step = fc.record({
    direction: fc.constantFrom<"in" | "out">("in", "out"),
    text: fc.array(piece, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (turns, cut) => {
      const steps = turns.map(({ direction, text }) => said(direction, text.join("")));
      const dissector = new FtpDissector();
      const told = [...dissect(dissector, steps, cut), ...dissector.end("in"), ...dissector.end("out")];
      for (const direction of ["in", "out"] as const)
        expect(holes(told, direction, total(steps, direction))).toEqual([]);
    }),
  );
});
