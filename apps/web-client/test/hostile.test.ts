import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { EXIT } from "../src/failure.ts";
import { asked } from "./asked.ts";
import { hostileServer, type Reply } from "./hostile.ts";

const ok = "HTTP/1.1 200 OK\r\n";
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const zeros = Buffer.alloc(64 * 1024 * 1024);
const bomb = gzipSync(zeros);

type Case = readonly [name: string, reply: Reply, code: number, says: RegExp, options?: readonly string[]];

const cases: readonly Case[] = [
  // lengths
  [
    "content ends early",
    { says: `${ok}Content-Length: 10\r\n\r\nabc` },
    EXIT.partial,
    /ended before the content/,
  ],
  [
    "two unequal lengths",
    { says: `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab` },
    EXIT.weirdReply,
    /Content-Length/,
  ],
  [
    "a length that is a list of two",
    { says: `${ok}Content-Length: 1, 2\r\n\r\nab` },
    EXIT.weirdReply,
    /Content-Length/,
  ],
  ["a negative length", { says: `${ok}Content-Length: -1\r\n\r\n` }, EXIT.weirdReply, /Content-Length/],
  [
    "a length in hexadecimal",
    { says: `${ok}Content-Length: 0x3\r\n\r\nabc` },
    EXIT.weirdReply,
    /Content-Length/,
  ],
  ["a length with a sign", { says: `${ok}Content-Length: +3\r\n\r\nabc` }, EXIT.weirdReply, /Content-Length/],
  [
    "a length beyond all numbers",
    { says: `${ok}Content-Length: 99999999999999999999\r\n\r\nabc` },
    EXIT.weirdReply,
    /Content-Length/,
  ],
  [
    "length and chunks",
    { says: `${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n` },
    EXIT.weirdReply,
    /Transfer-Encoding/,
  ],
  // chunks
  ["a chunk size that is no number", { says: `${chunked}xyz\r\nabc\r\n0\r\n\r\n` }, EXIT.broken, /chunk/],
  ["a chunk size that overflows", { says: `${chunked}ffffffffffffffffff\r\nabc` }, EXIT.broken, /chunk/],
  ["a negative chunk size", { says: `${chunked}-1\r\nabc\r\n` }, EXIT.broken, /chunk/],
  ["a chunk longer than its size", { says: `${chunked}2\r\nabc\r\n0\r\n\r\n` }, EXIT.broken, /chunk/],
  [
    "chunks that end without the last",
    { says: `${chunked}3\r\nabc\r\n` },
    EXIT.partial,
    /ended before the content/,
  ],
  ["chunks cut inside one", { says: `${chunked}8\r\nabc` }, EXIT.partial, /ended before the content/],
  [
    "a chunk extension without end",
    { says: `${chunked}3;a=`, again: "b".repeat(4096) },
    EXIT.weirdReply,
    /longer/,
  ],
  [
    "trailers without end",
    { says: `${chunked}0\r\n`, again: "X-Y: z\r\n".repeat(512) },
    EXIT.weirdReply,
    /field lines|larger/,
  ],
  [
    "a transfer coding nobody knows",
    { says: `${ok}Transfer-Encoding: rot13, chunked\r\n\r\n` },
    EXIT.weirdReply,
    /Transfer-Encoding|coding/,
  ],
  // heads
  ["a field without end", { says: `${ok}X: `, again: "y".repeat(4096) }, EXIT.weirdReply, /larger/],
  [
    "fields without end",
    { says: ok, again: "X-Y: z\r\n".repeat(512) },
    EXIT.weirdReply,
    /field lines|larger/,
  ],
  [
    "a status line without end",
    { says: "HTTP/1.1 200 ", again: "y".repeat(4096) },
    EXIT.weirdReply,
    /longer|larger/,
  ],
  ["a status that is no number", { says: "HTTP/1.1 5x Oops\r\n\r\n" }, EXIT.weirdReply, /status line/],
  ["a status of four digits", { says: "HTTP/1.1 2000 OK\r\n\r\n" }, EXIT.weirdReply, /status line/],
  ["a status of 000", { says: "HTTP/1.1 000 OK\r\n\r\n" }, EXIT.weirdReply, /status line/],
  ["HTTP/3 in a line of text", { says: "HTTP/3.0 200 OK\r\n\r\n" }, EXIT.weirdReply, /HTTP\/1/],
  [
    "another protocol altogether",
    { says: "220 mail.example ESMTP\r\n", after: "stay" },
    EXIT.weirdReply,
    /HTTP\/1/,
  ],
  ["NUL in a field", { says: `${ok}X: a\0b\r\nContent-Length: 0\r\n\r\n` }, EXIT.weirdReply, /control/],
  ["a blank before the colon", { says: `${ok}Content-Length : 3\r\n\r\nabc` }, EXIT.weirdReply, /colon/],
  ["a head that ends early", { says: `${ok}Content-Le` }, EXIT.partial, /head/],
  ["nothing at all", { says: "" }, EXIT.emptyReply, /before a response/],
  ["a reset instead of an answer", { says: "", after: "reset" }, EXIT.broken, /reset/],
  // interim responses
  [
    "101 that was not asked for",
    { says: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" },
    EXIT.weirdReply,
    /not offered/,
  ],
  [
    "interim responses without end",
    { says: "", again: "HTTP/1.1 102 Processing\r\n\r\n".repeat(64) },
    EXIT.weirdReply,
    /interim/,
  ],
  ["102 and then nothing", { says: "HTTP/1.1 102 Processing\r\n\r\n" }, EXIT.emptyReply, /before a response/],
  // redirects
  [
    "a redirect to itself",
    { says: "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n" },
    EXIT.redirects,
    /redirects/,
    ["-L"],
  ],
  [
    "a redirect to a file",
    { says: "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n" },
    EXIT.unsupportedProtocol,
    /file:/,
    ["-L"],
  ],
  [
    "a redirect to no address",
    { says: "HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n" },
    EXIT.badUrl,
    /no address/,
    ["-L"],
  ],
  [
    "a redirect to two places",
    { says: "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n" },
    EXIT.weirdReply,
    /two different/,
    ["-L"],
  ],
  // codings
  [
    "a coding nobody knows",
    { says: `${ok}Content-Encoding: rot13\r\nContent-Length: 3\r\n\r\nabc` },
    EXIT.badCoding,
    /rot13/,
    ["--compressed"],
  ],
  [
    "codings on codings",
    { says: `${ok}Content-Encoding: gzip, gzip, gzip, gzip, gzip\r\nContent-Length: 3\r\n\r\nabc` },
    EXIT.badCoding,
    /5 times/,
    ["--compressed"],
  ],
  [
    "gzip that is none",
    { says: `${ok}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc` },
    EXIT.badCoding,
    /Content-Encoding/,
    ["--compressed"],
  ],
  [
    "gzip cut off",
    {
      says: Buffer.concat([
        Buffer.from(`${ok}Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n`),
        gzipSync("hello hello").subarray(0, 12),
      ]),
    },
    EXIT.badCoding,
    /cut off/,
    ["--compressed"],
  ],
  [
    "a compression bomb",
    {
      says: Buffer.concat([
        Buffer.from(`${ok}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`),
        bomb,
      ]),
    },
    EXIT.badCoding,
    /swells/,
    ["--compressed"],
  ],
  // patience
  [
    "an answer that never comes",
    { says: "", after: "stay" },
    EXIT.late,
    /not done within/,
    ["--max-time", "200ms"],
  ],
  [
    "content that stops",
    { says: `${ok}Content-Length: 10\r\n\r\nabc`, after: "stay" },
    EXIT.late,
    /not done within/,
    ["--max-time", "200ms"],
  ],
  [
    "more than we want",
    { says: `${ok}Content-Length: 1000000\r\n\r\n`, after: "stay" },
    EXIT.tooLarge,
    /larger than 1024/,
    ["--max-filesize", "1024"],
  ],
  [
    "more than we want, unannounced",
    { says: `${ok}\r\n`, again: "x".repeat(4096) },
    EXIT.tooLarge,
    /larger than 65536/,
    ["--max-filesize", "64K"],
  ],
];

describe("a hostile server", () => {
  it.each(cases.map((one) => [one[0], one] as const))(
    "%s",
    async (_name, [, reply, code, says, more = []]) => {
      await using server = await hostileServer(reply);
      const ended = await asked([...more, `${server.url}/`]);
      expect({ code: ended.code, errors: ended.errors }).toEqual({
        code,
        errors: expect.stringMatching(says),
      });
      // One line for a person, never a stack.
      expect(ended.errors.trimEnd().split("\n")).toHaveLength(1);
      // What has no end was not read for long.
      expect(server.repeated).toBeLessThan(64 * 1024 * 1024);
    },
  );

  // Linux tells of a reset only once; who read what came before it may see an end instead.
  it("is told apart from a whole answer when it resets in the middle", async () => {
    await using server = await hostileServer({
      says: `${ok}Content-Length: 10\r\n\r\nabc`,
      after: "reset",
    });
    const { code } = await asked([`${server.url}/`]);
    expect([EXIT.partial, EXIT.broken]).toContain(code);
  });

  it("keeps control characters of its answers out of the terminal", async () => {
    await using server = await hostileServer({
      says: "HTTP/1.1 404 \x1b]0;owned\x07\r\nContent-Length: 0\r\n\r\n",
    });
    const { errors } = await asked(["-f", `${server.url}/`]);
    expect(errors).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });
});
