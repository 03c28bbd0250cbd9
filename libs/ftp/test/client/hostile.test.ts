/** Servers that lie, lose count, or go on for ever. */
import { feedEverySplit } from "@socketscope/testkit";
import { encodeUtf8, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultFtpClientLimits, FtpClient } from "../../src/index.ts";
import { greeted, heard, ready, sent, told, transferring } from "./told.ts";

function rests(make: () => FtpClient, text: string, end = false): readonly string[] {
  const outcome = feedEverySplit(
    make,
    encodeUtf8(text),
    (actual, expected) => expect(actual).toEqual(expected),
    { end },
  );
  return [...outcome.events.map(told), typeof outcome.rest === "string" ? outcome.rest : outcome.rest.error];
}

const SMALL = { limits: { line: 40, lines: 4, octets: 100, preliminaries: 2 } };

describe("replies that do not fit", () => {
  it.each<readonly [what: string, make: () => FtpClient, text: string, result: readonly string[]]>([
    ["331 to the greeting", () => new FtpClient(), "331 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["150 to NOOP", () => ready("NOOP"), "150 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["350 to DELE", () => ready("DELE", "f"), "350 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["250 to RNFR", () => ready("RNFR", "f"), "250 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["200 to REST: nothing would be resumed", () => ready("REST", "9"), "200 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["226 to RETR without 150", () => ready("RETR", "f"), "226 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["331 to PWD", () => ready("PWD"), "331 x\r\n", ["FTP_OUT_OF_PLACE"]],
    ["a protected reply", () => ready("PWD"), "631 x\r\n", ["FTP_OUT_OF_PLACE"]],
    [
      "334 to AUTH TLS",
      () => {
        const core = greeted();
        sent(core, "AUTH", "TLS");
        return core;
      },
      "334 x\r\n",
      ["FTP_OUT_OF_PLACE"],
    ],
    ["a second reply", () => ready("NOOP"), "200 x\r\n200 y\r\n", ["NOOP reply 200", "FTP_UNASKED"]],
    ["a reply to nothing", () => ready(), "200 x\r\n", ["FTP_UNASKED"]],
    ["a second end of a transfer", transferring, "226 x\r\n226 y\r\n", ["RETR reply 226", "FTP_UNASKED"]],
    ["nonsense", () => ready("NOOP"), "OK\r\n", ["FTP_REPLY"]],
    ["a code of two digits", () => ready("NOOP"), "20 x\r\n", ["FTP_REPLY"]],
    ["a code of 700", () => ready("NOOP"), "700 x\r\n", ["FTP_REPLY"]],
    ["a code and a letter", () => ready("NOOP"), "200x\r\n", ["FTP_REPLY"]],
    ["a CR that stands alone", () => ready("NOOP"), "200 a\rb\r\n", ["FTP_REPLY"]],
    ["a line without end", () => new FtpClient(SMALL), "220 ".padEnd(60, "x"), ["FTP_REPLY_LIMIT"]],
    ["too many lines", () => new FtpClient(SMALL), `220-\r\n${"a\r\n".repeat(9)}`, ["FTP_REPLY_LIMIT"]],
    [
      "too many octets",
      () => new FtpClient(SMALL),
      `220-\r\n${`${"a".repeat(39)}\r\n`.repeat(3)}`,
      ["FTP_REPLY_LIMIT"],
    ],
    [
      "preliminary replies without end",
      () => new FtpClient(SMALL),
      "120 a\r\n120 b\r\n120 c\r\n",
      ["greeting preliminary 120", "greeting preliminary 120", "FTP_REPLY_LIMIT"],
    ],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text)).toEqual(result);
  });

  it("a reply that is here before its command is not the command's", () => {
    const core = ready();
    core.receive(encodeUtf8("200 x\r\n"));
    expect(sent(core, "NOOP")).toBe("");
    expect(() => core.next()).toThrow(RemoteError);
  });

  it("nor is one that began before it", () => {
    const core = ready();
    expect(heard(core, "200 ")).toEqual(["need-data"]);
    expect([sent(core, "NOOP"), core.waitingFor]).toEqual(["", "command"]);
    core.receive("timeout");
    expect(() => core.next()).toThrow(/nobody had asked for/);
  });
});

describe("421 (RFC 959 §4.2.2)", () => {
  it.each<readonly [what: string, make: () => FtpClient]>([
    ["as the greeting", () => new FtpClient()],
    ["to a command", () => ready("NOOP")],
    ["unasked", () => ready()],
    ["to a transfer before its 150", () => ready("RETR", "f")],
    ["in the middle of one", transferring],
  ])("%s", (_what, make) => {
    expect(rests(make, "421 bye\r\n")).toEqual(["closing 421", "closed"]);
  });
});

describe("a server that leaves", () => {
  it.each<readonly [what: string, make: () => FtpClient, text: string, result: readonly string[]]>([
    ["before its greeting", () => new FtpClient(), "", ["FTP_ENDED"]],
    ["in the middle of a line", () => new FtpClient(), "220 x", ["FTP_ENDED"]],
    ["in the middle of a reply", () => new FtpClient(), "220-x\r\n", ["FTP_ENDED"]],
    ["in the middle of a transfer", transferring, "", ["FTP_ENDED"]],
    ["while nothing is due", () => ready(), "", ["closed"]],
  ])("%s", (_what, make, text, result) => {
    expect(rests(make, text, true)).toEqual(result);
  });
});

it("whatever comes, a reply has a code of three digits and the story does not depend on the cuts", () => {
  const word = fc.constantFrom("220 ", "220-", "226 x", "150 x", "421 ", "\r\n", "\r", "\n", "-", "é", "9");
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.boolean(), (words, login) => {
      const story = rests(() => (login ? ready("RETR", "f") : new FtpClient()), words.join(""), true);
      for (const line of story.slice(0, -1)) expect(line).toMatch(/ [1-6]\d\d( of \d+ lines)?$/);
    }),
  );
});

it("has a default for each limit", () => {
  for (const limit of Object.values(defaultFtpClientLimits)) expect(limit).toBeGreaterThan(0);
});
