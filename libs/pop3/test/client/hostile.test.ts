/** Servers that lie, lose count, never end, or want our commands to mean something else. */
import { feed, feedEverySplit } from "@socketscope/testkit";
import { encodeLatin1, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pop3Client } from "../../src/index.ts";
import {
  ALL,
  auth,
  CAPA,
  dele,
  greeted,
  heard,
  inside,
  joined,
  LIST,
  NOOP,
  PASS,
  QUIT,
  retr,
  sent,
  STAT,
  STLS,
  told,
  top,
  UIDL,
  USER,
} from "./told.ts";

function rests(make: () => Pop3Client, text: string, end = false): readonly string[] {
  const outcome = feedEverySplit(
    make,
    encodeLatin1(text),
    (actual, expected) => expect(actual).toEqual(expected),
    { end, merge: joined },
  );
  return [...outcome.events.map(told), typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error];
}

const SMALL = { line: 40, challenge: 60, lines: 3, capabilities: 6, message: 10 };

describe("responses that do not fit", () => {
  it.each<readonly [what: string, make: () => Pop3Client, text: string, result: readonly string[]]>([
    ["a greeting of SMTP", () => new Pop3Client(), "220 x\r\n", ["POP3_RESPONSE"]],
    ["a challenge for a greeting", () => new Pop3Client(), "+ eA==\r\n", ["POP3_OUT_OF_PLACE"]],
    ["a second greeting", () => new Pop3Client(), "+OK a\r\n+OK b\r\n", ["greeting +OK a", "POP3_UNASKED"]],
    ["a challenge to STAT", () => inside([STAT]), "+ \r\n", ["POP3_OUT_OF_PLACE"]],
    ["a challenge to nothing", () => inside(), "+ \r\n", ["POP3_UNASKED"]],
    ["+OK to nothing", () => inside(), "+OK\r\n", ["POP3_UNASKED"]],
    ["two +OK to NOOP", () => inside([NOOP]), "+OK\r\n+OK\r\n", ["NOOP +OK", "POP3_UNASKED"]],
    [
      "success behind a challenge",
      () => after(greeted(), auth("SCRAM-SHA-256")),
      "+ \r\n+OK\r\n",
      ["challenge ", "POP3_UNASKED"],
    ],
    ["small letters", () => inside([NOOP]), "+ok\r\n", ["POP3_RESPONSE"]],
    ["no blank behind the status", () => inside([NOOP]), "+OKAY\r\n", ["POP3_RESPONSE"]],
    ["an empty line", () => inside([NOOP]), "\r\n", ["POP3_RESPONSE"]],
    ["octets of TLS", () => inside([NOOP]), "\x16\x03\x01\x02\r\n", ["POP3_RESPONSE"]],
    ["a bare LF", () => inside([NOOP]), "+OK\n", ["POP3_LINE"]],
    ["a bare CR", () => inside([NOOP]), "+OK a\rb\r\n", ["POP3_LINE"]],
    ["two CR", () => inside([NOOP]), "+OK\r\r\n", ["POP3_LINE"]],
    ["a listing with a bare LF", () => inside([LIST]), "+OK\r\n1 2\n", ["LIST +OK", "POP3_LINE"]],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text)).toEqual(result);
  });

  it("a response that is here before its command is not the command's", () => {
    const core = inside();
    core.receive(encodeLatin1("+OK x\r\n"));
    expect(sent(core, dele(1))).toBe("");
    expect(() => core.next()).toThrow(RemoteError);
  });

  it("nor is one that began before it", () => {
    const core = inside();
    expect(heard(core, "+OK")).toEqual(["need-data"]);
    expect([sent(core, dele(1)), core.waitingFor]).toEqual(["", "command"]);
    expect(() => heard(core, "\r\n")).toThrow(/nobody had asked for/);
  });

  it("nor one that never ends", () => {
    const core = inside();
    heard(core, "+OK");
    core.send(dele(1));
    core.receive("timeout");
    expect(() => core.next()).toThrow(/began a response that nobody had asked for/);
  });
});

function after(core: Pop3Client, ...actions: Parameters<Pop3Client["send"]>): Pop3Client {
  core.send(...actions);
  return core;
}

describe("limits", () => {
  it.each<readonly [what: string, make: () => Pop3Client, text: string, result: readonly string[]]>([
    [
      "a line at the limit",
      () => inside([NOOP], ALL, SMALL),
      `+OK ${"x".repeat(34)}\r\n`,
      [`NOOP +OK ${"x".repeat(34)}`, "need-data"],
    ],
    ["a line over it", () => inside([NOOP], ALL, SMALL), `+OK ${"x".repeat(35)}\r\n`, ["POP3_LINE_LIMIT"]],
    ["a line without end", () => inside([NOOP], ALL, SMALL), "+OK ".padEnd(200, "x"), ["POP3_LINE_LIMIT"]],
    [
      "a challenge may be longer",
      () => after(greeted(ALL, SMALL), auth("PLAIN")),
      `+ ${"eHh4".repeat(14)}\r\n`,
      [`challenge ${"xxx".repeat(14)}`, "need-data"],
    ],
    [
      "but not for ever",
      () => after(greeted(ALL, SMALL), auth("PLAIN")),
      "+ ".padEnd(100, "e"),
      ["POP3_LINE_LIMIT"],
    ],
    [
      "a line of a listing",
      () => inside([UIDL], ALL, SMALL),
      `+OK\r\n1 ${"x".repeat(60)}\r\n`,
      ["UIDL +OK", "POP3_LINE_LIMIT"],
    ],
    [
      "a listing without end",
      () => inside([LIST], ALL, SMALL),
      "+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n5 1\r\n",
      ["LIST +OK", "LIST: 1 1", "LIST: 2 1", "LIST: 3 1", "POP3_LISTING_LIMIT"],
    ],
    [
      "capabilities without end",
      () => inside([CAPA], ALL, SMALL),
      "+OK\r\nA\r\nB\r\nC\r\nD\r\nE\r\nF\r\nG\r\n",
      ["CAPA +OK", ...["A", "B", "C", "D", "E", "F"].map((word) => `CAPA: ${word}`), "POP3_LISTING_LIMIT"],
    ],
    [
      "a message at the limit",
      () => inside([retr(1)], ALL, SMALL),
      "+OK\r\n12345678\r\n.\r\n",
      ["RETR +OK", String.raw`piece "12345678\r\n"`, "end RETR", "need-data"],
    ],
    [
      "a message over it",
      () => inside([retr(1)], ALL, SMALL),
      "+OK\r\n123456789\r\n.\r\n",
      ["RETR +OK", String.raw`piece "123456789\r"`, "POP3_MESSAGE_LIMIT"],
    ],
    [
      "a message of one line without end",
      () => inside([top(1, 1)], ALL, SMALL),
      "+OK\r\n".padEnd(100, "x"),
      ["TOP +OK", `piece "${"x".repeat(10)}"`, "POP3_MESSAGE_LIMIT"],
    ],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text)).toEqual(result);
  });

  it("challenges without end", () => {
    const core = after(greeted(), auth("SCRAM-SHA-256"));
    const exchange = (): void => {
      for (let i = 0; i < 100; i++) {
        heard(core, "+ eA==\r\n");
        core.send({ type: "respond", octets: Uint8Array.of(1) });
      }
    };
    expect(exchange).toThrow("more than 8 challenges came");
  });
});

describe("messages", () => {
  it.each<readonly [wire: string, text: string, bare: string]>([
    ["a\r\n", "a\r\n", ""],
    ["", "", ""],
    ["..\r\n", ".\r\n", ""],
    ["...a\r\n..b\r\n", "..a\r\n.b\r\n", ""],
    [".a\r\n", "a\r\n", ""],
    ["a\n.\nb\r\n", "a\n.\nb\r\n", " bare-lf"],
    ["a\r.\rb\r\n", "a\r.\rb\r\n", " bare-cr"],
    ["\xff\0\r\n", "\xff\0\r\n", ""],
    ["+OK\r\n-ERR\r\n", "+OK\r\n-ERR\r\n", ""],
  ])("%j is %j", (wire, text, bare) => {
    expect(rests(() => inside([retr(1)]), `+OK\r\n${wire}.\r\n`)).toEqual([
      "RETR +OK",
      ...(text === "" ? [] : [`piece ${JSON.stringify(text)}`]),
      `end RETR${bare}`,
      "need-data",
    ]);
  });
});

describe("-ERR that nobody asked for", () => {
  it.each<readonly [what: string, make: () => Pop3Client, before: string]>([
    ["while nothing is due", () => inside(), ""],
    ["behind a message", () => inside([retr(1)]), "+OK\r\na\r\n.\r\n"],
    ["behind a challenge", () => after(greeted(), auth("PLAIN")), "+ \r\n"],
  ])("%s is a farewell", (_what, make, before) => {
    expect(rests(make, `${before}-ERR Disconnected for inactivity.\r\n+OK\r\n`).slice(-2)).toEqual([
      "closing -ERR Disconnected for inactivity.",
      "closed",
    ]);
  });

  it("is heard though we had begun to speak", () => {
    const core = inside();
    heard(core, "-ERR id");
    expect(sent(core, NOOP)).toBe("");
    expect(heard(core, "le\r\n")).toEqual(["closing -ERR idle", "closed"]);
  });
});

describe("the end", () => {
  it.each<readonly [what: string, make: () => Pop3Client, text: string, result: string]>([
    ["before the greeting", () => new Pop3Client(), "", "POP3_ENDED"],
    ["in the middle of a line", () => inside([NOOP]), "+O", "POP3_ENDED"],
    ["in the middle of a message", () => inside([retr(1)]), "+OK\r\nhalf\r\n", "POP3_ENDED"],
    ["within the end of one", () => inside([retr(1)]), "+OK\r\nhalf\r\n.\r", "POP3_ENDED"],
    ["in the middle of a listing", () => inside([LIST]), "+OK\r\n1 2\r\n", "POP3_ENDED"],
    ["while nothing is due", () => inside(), "", "closed"],
    ["behind QUIT, without a word", () => inside([QUIT]), "", "POP3_ENDED"],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text, true).at(-1)).toBe(result);
  });

  it("says what was due", () => {
    const core = inside([retr(1)]);
    heard(core, "+OK\r\nhalf");
    core.receive("end");
    expect(() => core.next()).toThrow("the server ended the connection where the end of a message was due");
    expect(core.next()).toBe("closed");
  });
});

describe("clocks", () => {
  it("one runs for what is due first, none when it is our turn", () => {
    const core = new Pop3Client();
    const waits: string[] = [core.waitingFor];
    heard(core, "+OK\r\n");
    waits.push(core.waitingFor);
    core.send(USER);
    waits.push(core.waitingFor);
    heard(core, "+OK\r\n");
    core.send(PASS);
    waits.push(core.waitingFor);
    heard(core, "+OK\r\n");
    core.send(retr(1));
    waits.push(core.waitingFor);
    heard(core, "+OK\r\n");
    waits.push(core.waitingFor);
    heard(core, "a\r\n.\r\n");
    core.send(QUIT);
    waits.push(core.waitingFor);
    expect(waits).toEqual(["greeting", "us", "command", "login", "command", "content", "update"]);
  });

  it.each<readonly [make: () => Pop3Client, text: string, message: string]>([
    [() => inside([STAT]), "", "the response to STAT did not come in time"],
    [() => inside([UIDL]), "+OK\r\n1 a\r\n", "the end of the answer to UIDL did not come in time"],
    [() => after(greeted(), STLS), "", "the response to STLS did not come in time"],
  ])("a response that is late ends it", (make, text, message) => {
    const core = make();
    heard(core, text);
    core.receive("timeout");
    expect(() => core.next()).toThrow(message);
  });
});

describe("properties", () => {
  const line = fc.oneof(
    fc.constantFrom("+OK\r\n", "-ERR [IN-USE] a\r\n", "+ eA==\r\n", "1 2\r\n", ".\r\n", "..\r\n", ".", "\n"),
    fc.string({ maxLength: 20 }),
  );

  it("whatever a server says, it tells at most one response for each thing asked, and one end", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 16 }), (lines) => {
        const asked = [STAT, LIST, retr(1), UIDL, top(1, 2), dele(1)];
        const { events } = feed(inside(asked), lines.map(encodeLatin1), { end: true });
        const count = (type: string): number => events.filter((event) => event.type === type).length;
        expect(count("response")).toBeLessThanOrEqual(asked.length);
        expect(count("end")).toBeLessThanOrEqual(4);
        expect(count("end")).toBeLessThanOrEqual(count("response"));
      }),
      { numRuns: 500 },
    );
  });

  it("how the octets were cut decides nothing", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.array(fc.nat(200), { maxLength: 5 }), (lines, at) => {
        const octets = encodeLatin1(lines.join(""));
        const cuts = [
          0,
          ...at.filter((each) => each < octets.length).toSorted((a, b) => a - b),
          octets.length,
        ];
        const pieces = cuts.slice(1).map((to, index) => octets.slice(cuts[index], to));
        const make = (): Pop3Client => inside([LIST, retr(1), STAT], ALL, SMALL);
        const options = { end: true, merge: joined };
        expect(feed(make(), pieces, options)).toEqual(feed(make(), [octets], options));
      }),
      { numRuns: 500 },
    );
  });
});
