/** Servers that lie, lose count, or want our replies to mean something else. */
import { feed, feedEverySplit } from "@socketscope/testkit";
import { encodeLatin1, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmtpClient } from "../../src/index.ts";
import {
  auth,
  content,
  DATA,
  EHLO,
  END,
  heard,
  MAIL,
  NOOP,
  open,
  QUIT,
  rcpt,
  ready,
  RSET,
  sent,
  STARTTLS,
  told,
} from "./told.ts";

function rests(make: () => SmtpClient, text: string, end = false): readonly string[] {
  const outcome = feedEverySplit(
    make,
    encodeLatin1(text),
    (actual, expected) => expect(actual).toEqual(expected),
    {
      end,
    },
  );
  return [...outcome.events.map(told), typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error];
}

describe("replies that do not fit", () => {
  it.each<readonly [what: string, make: () => SmtpClient, text: string, result: readonly string[]]>([
    ["354 to the greeting", () => new SmtpClient(), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to MAIL", () => ready([MAIL]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    [
      "354 to RCPT",
      () => ready([MAIL, rcpt("c@d")]),
      "250 x\r\n354 x\r\n",
      ["MAIL 250", "SMTP_OUT_OF_PLACE"],
    ],
    [
      "250 to DATA: the replies are shifted by one",
      () => ready([MAIL, rcpt("c@d"), DATA]),
      "250 x\r\n250 x\r\n250 x\r\n",
      ["MAIL 250", "RCPT 250", "SMTP_OUT_OF_PLACE"],
    ],
    [
      "334 to DATA",
      () => ready([MAIL, rcpt("c@d"), DATA]),
      "250\r\n250\r\n334 eA==\r\n",
      ["MAIL 250", "RCPT 250", "SMTP_OUT_OF_PLACE"],
    ],
    ["334 to NOOP", () => ready([NOOP]), "334 eA==\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to AUTH", () => ready([auth("PLAIN", "x")]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["354 to STARTTLS", () => ready([STARTTLS]), "354 x\r\n", ["SMTP_OUT_OF_PLACE"]],
    ["a second reply to MAIL", () => ready([MAIL]), "250 x\r\n250 y\r\n", ["MAIL 250", "SMTP_UNASKED"]],
    [
      "a second reply to RSET, a refusal",
      () => ready([RSET]),
      "250 x\r\n550 y\r\n",
      ["RSET 250", "SMTP_UNASKED"],
    ],
    [
      "success behind a challenge",
      () => ready([auth("SCRAM-SHA-256")]),
      "334 \r\n235 ok\r\n",
      ["challenge ", "SMTP_UNASKED"],
    ],
    ["one reply while nothing is due", () => ready(), "250 x\r\n", ["SMTP_UNASKED"]],
    ["250 in the middle of the content", open, "250 taken\r\n", ["SMTP_UNASKED"]],
    ["a second greeting", () => new SmtpClient(), "220 a\r\n220 b\r\n", ["greeting 220", "SMTP_UNASKED"]],
    ["nonsense", () => ready([MAIL]), "OK\r\n", ["SMTP_REPLY"]],
    ["a bare LF", () => ready([MAIL]), "250 OK\n", ["SMTP_REPLY"]],
    ["codes that differ", () => ready([MAIL]), "250-OK\r\n550 OK\r\n", ["SMTP_REPLY"]],
    ["a line without end", () => ready([MAIL]), "250 ".padEnd(600, "x"), ["SMTP_REPLY_LIMIT"]],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text)).toEqual(result);
  });

  it("a reply that is here before its command is not the command's", () => {
    const core = ready();
    core.receive(encodeLatin1("250 x\r\n"));
    expect(sent(core, MAIL)).toBe("");
    expect(() => core.next()).toThrow(RemoteError);
  });

  it("nor is one that began before it", () => {
    const core = ready();
    expect(heard(core, "250 ")).toEqual(["need-data"]);
    expect([sent(core, MAIL), core.waitingFor]).toEqual(["", "command"]);
    expect(() => heard(core, "x\r\n")).toThrow(/nobody had asked for/);
  });

  it("a success that began before the end of the content is none", () => {
    const core = open();
    heard(core, "250 ");
    core.send(END);
    expect(() => heard(core, "taken\r\n")).toThrow(/where the reply to the message was due/);
  });

  it("challenges without end", () => {
    const core = ready([auth("SCRAM-SHA-256")]);
    const exchange = (): void => {
      for (let i = 0; i < 100; i++) {
        heard(core, "334 eA==\r\n");
        core.send({ type: "respond", octets: Uint8Array.of(1) });
      }
    };
    expect(exchange).toThrow("more than 8 challenges came");
  });
});

describe("421 (RFC 5321 §3.8)", () => {
  it.each<readonly [what: string, make: () => SmtpClient, before: string]>([
    ["instead of a greeting", () => new SmtpClient(), ""],
    ["to EHLO", () => ready([EHLO]), ""],
    ["to MAIL", () => ready([MAIL]), ""],
    ["to a whole group", () => ready([MAIL, rcpt("c@d"), DATA]), ""],
    ["in the middle of a group", () => ready([MAIL, rcpt("c@d"), DATA]), "250 x\r\n"],
    ["in the middle of the content", open, ""],
    ["behind a challenge", () => ready([auth("PLAIN")]), "334 \r\n"],
    ["to QUIT", () => ready([QUIT]), ""],
    ["while nothing is due", () => ready(), ""],
    ["on two lines", () => ready(), "421-4.4.2 too\r\n"],
  ])("%s", (_what, make, before) => {
    expect(rests(make, `${before}421 4.4.2 bye\r\n250 more\r\n`).slice(-2)).toEqual([
      "closing 421",
      "closed",
    ]);
  });

  it("is heard though we had begun to speak", () => {
    const core = ready();
    heard(core, "421 4.4.2 id");
    expect(sent(core, MAIL)).toBe("");
    expect(heard(core, "le\r\n")).toEqual(["closing 421", "closed"]);
  });
});

describe("the end", () => {
  it.each<readonly [what: string, make: () => SmtpClient, result: string]>([
    ["before the greeting", () => new SmtpClient(), "SMTP_ENDED"],
    ["where a reply is due", () => ready([MAIL]), "SMTP_ENDED"],
    ["in the middle of the content", open, "SMTP_ENDED"],
    ["while nothing is due", () => ready(), "closed"],
    ["behind QUIT, without a word", () => ready([QUIT]), "SMTP_ENDED"],
  ])("%s", (_what, make, result) => {
    expect(rests(make, "", true)).toEqual([result]);
  });

  it("says what was due", () => {
    const core = ready([MAIL, rcpt("c@d")]);
    core.receive("end");
    expect(() => core.next()).toThrow("the server ended the connection where the reply to MAIL was due");
    expect(core.next()).toBe("closed");
  });

  it("in the middle of a reply is an end without one", () => {
    expect(rests(() => ready([MAIL]), "250-half", true)).toEqual(["SMTP_ENDED"]);
  });
});

describe("clocks", () => {
  it("one runs for what is due first, none when it is our turn", () => {
    const core = new SmtpClient();
    const waits: string[] = [core.waitingFor];
    heard(core, "220 x\r\n");
    waits.push(core.waitingFor);
    core.send(EHLO);
    waits.push(core.waitingFor);
    heard(core, "250-x\r\n250 PIPELINING\r\n");
    for (const action of [MAIL, rcpt("c@d"), DATA]) core.send(action);
    for (const reply of ["250 a\r\n", "250 b\r\n", "354 c\r\n"]) {
      waits.push(core.waitingFor);
      heard(core, reply);
    }
    waits.push(core.waitingFor);
    core.send(END);
    waits.push(core.waitingFor);
    expect(waits).toEqual(["greeting", "us", "command", "mail", "rcpt", "data", "us", "final"]);
  });

  it("a reply that is late ends it", () => {
    const core = ready([MAIL]);
    core.receive("timeout");
    expect(() => core.next()).toThrow("the reply to MAIL did not come in time");
  });
});

describe("properties", () => {
  it("whatever a server says, it tells at most one reply for each thing asked", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "250 a\r\n",
        "250-a\r\n",
        "354 b\r\n",
        "550 c\r\n",
        "334 eA==\r\n",
        "421 d\r\n",
        "250 e\n",
      ),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.nat(3), (lines, count) => {
        const asked = [MAIL, ...Array.from({ length: count }, (_, index) => rcpt(`${index}@d`)), DATA];
        const { events } = feed(ready(asked), lines.map(encodeLatin1), { end: true });
        const replies = events.filter(({ type }) => type === "reply");
        expect(replies.length).toBeLessThanOrEqual(asked.length + 1);
      }),
      { numRuns: 500 },
    );
  });

  it("content is what a dot-reader gets back, however it is cut", () => {
    const text = fc
      .array(fc.constantFrom("", ".", "..", "a", ".a", "a.", "\u00ff"), { maxLength: 12 })
      .map((lines) => lines.map((each) => `${each}\r\n`).join(""));
    fc.assert(
      fc.property(text, fc.nat(), (whole, cut) => {
        const at = whole.length === 0 ? 0 : cut % whole.length;
        const core = open();
        const wire = `${sent(core, content(whole.slice(0, at)))}${sent(core, content(whole.slice(at)))}${sent(core, END)}`;
        expect(wire.endsWith(".\r\n")).toBe(true);
        expect(wire.slice(0, -3).replaceAll(/(^|\r\n)\./g, "$1")).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });
});
