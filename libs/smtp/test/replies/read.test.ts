/** Replies as a client must read them, however the network cuts them, and what it must not take for one. */
import { everySplit } from "@socketscope/testkit";
import { encodeLatin1, encodeUtf8, LimitError, ReceiveBuffer, RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultReplyLimits, formatReply, ReplyReader, type Reply } from "../../src/index.ts";

/** All replies of `chunks`, then the code of the fault or undefined. */
function readAll(chunks: readonly Uint8Array[], enhanced = true): readonly (Reply | string)[] {
  const buffer = new ReceiveBuffer();
  const reader = new ReplyReader();
  const read: (Reply | string)[] = [];
  try {
    for (const chunk of chunks) {
      buffer.push(chunk);
      for (let reply = reader.next(buffer, enhanced); reply; reply = reader.next(buffer, enhanced))
        read.push(reply);
    }
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    read.push(error.code);
  }
  return read;
}

function inEverySplit(octets: Uint8Array, enhanced = true): readonly (Reply | string)[] {
  const whole = readAll([octets], enhanced);
  for (const chunks of everySplit(octets)) expect(readAll(chunks, enhanced)).toEqual(whole);
  return whole;
}

describe("replies that are taken", () => {
  it.each<readonly [what: string, octets: string, reply: Reply]>([
    ["§4.2: a line", "250 OK\r\n", { code: 250, lines: ["OK"] }],
    ["§4.2: the code alone", "250\r\n", { code: 250, lines: [""] }],
    ["§4.2: a code and a blank", "250 \r\n", { code: 250, lines: [""] }],
    ["§4.2.1: several lines", "250-a\r\n250-\r\n250 c\r\n", { code: 250, lines: ["a", "", "c"] }],
    ["§4.2.1: a last line without text", "250-a\r\n250\r\n", { code: 250, lines: ["a", ""] }],
    ["§4.3.2: a code nobody knows", "299 x\r\n", { code: 299, lines: ["x"] }],
    ["RFC 2034: an enhanced code", "550 5.7.1 no\r\n", { code: 550, enhanced: "5.7.1", lines: ["no"] }],
    ["RFC 2034: alone", "250 2.1.5\r\n", { code: 250, enhanced: "2.1.5", lines: [""] }],
    [
      "RFC 2034: on each line",
      "550-5.7.1 a\r\n550 5.7.1 b\r\n",
      { code: 550, enhanced: "5.7.1", lines: ["a", "b"] },
    ],
    [
      "RFC 2034: another one is text",
      "550-5.7.1 a\r\n550 5.7.2 b\r\n",
      { code: 550, enhanced: "5.7.1", lines: ["a", "5.7.2 b"] },
    ],
    ["RFC 2034: of another class", "550 2.7.1 no\r\n", { code: 550, lines: ["2.7.1 no"] }],
    [
      "RFC 3463: subject of three digits",
      "550 5.127.999 x\r\n",
      { code: 550, enhanced: "5.127.999", lines: ["x"] },
    ],
    ["RFC 3463: of four", "550 5.1271.1 x\r\n", { code: 550, lines: ["5.1271.1 x"] }],
    ["RFC 3463: an address is none", "250 2.0.0.1 x\r\n", { code: 250, lines: ["2.0.0.1 x"] }],
    ["RFC 6531: UTF-8", "250 gr\u00c3\u00bc\u00c3\u009f\r\n", { code: 250, lines: ["grüß"] }],
    ["Latin-1", "250 gr\u00fc\u00df\r\n", { code: 250, lines: ["grüß"] }],
    ["a tab in the text", "250 a\tb\r\n", { code: 250, lines: ["a\tb"] }],
    ["512 octets", `250 ${"x".repeat(506)}\r\n`, { code: 250, lines: ["x".repeat(506)] }],
    [
      "RFC 4954: a long challenge",
      `334 ${"A".repeat(12_000)}\r\n`,
      { code: 334, lines: ["A".repeat(12_000)] },
    ],
  ])("%s", (_what, octets, reply) => {
    const all = octets.length < 1000 ? inEverySplit(encodeLatin1(octets)) : readAll([encodeLatin1(octets)]);
    expect(all).toEqual([reply]);
  });

  it("keeps what looks like an enhanced code in a greeting (RFC 2034 §4)", () => {
    expect(inEverySplit(encodeLatin1("220 2.0.0 x\r\n"), false)).toEqual([{ code: 220, lines: ["2.0.0 x"] }]);
  });

  it("takes several in one chunk, in order", () => {
    expect(inEverySplit(encodeLatin1("250 a\r\n550-b\r\n550 c\r\n354 d\r\n"))).toEqual([
      { code: 250, lines: ["a"] },
      { code: 550, lines: ["b", "c"] },
      { code: 354, lines: ["d"] },
    ]);
  });
});

describe("what is refused", () => {
  it.each<readonly [what: string, octets: string, code: string]>([
    ["letters", "hello\r\n", "SMTP_REPLY"],
    ["an empty line", "\r\n", "SMTP_REPLY"],
    ["two digits", "25 OK\r\n", "SMTP_REPLY"],
    ["four digits", "2500 OK\r\n", "SMTP_REPLY"],
    ["1yz", "150 go\r\n", "SMTP_REPLY"],
    ["6yz", "600 go\r\n", "SMTP_REPLY"],
    ["a blank in front", " 250 OK\r\n", "SMTP_REPLY"],
    ["no separator", "250OK\r\n", "SMTP_REPLY"],
    ["an underscore", "250_OK\r\n", "SMTP_REPLY"],
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n", "SMTP_REPLY"],
    ["a bare LF", "250 OK\n", "SMTP_REPLY"],
    ["a bare LF inside", "250 OK\n250 OK\r\n", "SMTP_REPLY"],
    ["a bare CR", "250 O\rK\r\n", "SMTP_REPLY"],
    ["CR CR LF", "250 OK\r\r\n", "SMTP_REPLY"],
    ["§4.2.1: mixed codes", "250-a\r\n251 b\r\n", "SMTP_REPLY"],
    ["§4.5.3.1.5: 513 octets", `250 ${"x".repeat(507)}\r\n`, "SMTP_REPLY_LIMIT"],
    ["a line without end", "250 ".padEnd(600, "x"), "SMTP_REPLY_LIMIT"],
    ["a challenge without end", "334 ".padEnd(13_000, "x"), "SMTP_REPLY_LIMIT"],
    ["lines without end", "250-x\r\n".repeat(129), "SMTP_REPLY_LIMIT"],
  ])("%s", (_what, octets, code) => {
    const all = octets.length < 1000 ? inEverySplit(encodeLatin1(octets)) : readAll([encodeLatin1(octets)]);
    expect(all).toEqual([code]);
  });

  it("gives what came before the fault", () => {
    expect(inEverySplit(encodeLatin1("250 OK\r\nnonsense\r\n"))).toEqual([
      { code: 250, lines: ["OK"] },
      "SMTP_REPLY",
    ]);
  });

  it("says which server it is not, without its control characters", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(encodeLatin1("SSH-2.0-\u001b[31mOpenSSH_9.2 and much that follows behind it\r\n"));
    expect(() => new ReplyReader().next(buffer)).toThrow(
      'the server sent "SSH-2.0-?[31mOpenSSH_9.2 and much that f…", which is no SMTP reply',
    );
  });

  it("holds no more of an endless line than the limit", () => {
    const buffer = new ReceiveBuffer();
    const reader = new ReplyReader();
    const drip = (): void => {
      for (let octets = 0; octets < 100_000; octets++) {
        buffer.push(Uint8Array.of(50));
        reader.next(buffer);
      }
    };
    expect(drip).toThrow(LimitError);
    expect(buffer.length).toBe(defaultReplyLimits.line + 1);
  });

  it("obeys its named limits", () => {
    const lines = new ReceiveBuffer();
    lines.push(encodeLatin1("250-a\r\n250-b\r\n250 c\r\n"));
    expect(() => new ReplyReader({ lines: 2 }).next(lines)).toThrow(LimitError);
    const long = new ReceiveBuffer();
    long.push(encodeLatin1("250 abc\r\n"));
    expect(() => new ReplyReader({ line: 8 }).next(long)).toThrow(LimitError);
  });
});

const anyReply: fc.Arbitrary<Reply> = fc
  .record({
    code: fc.integer({ min: 200, max: 599 }),
    detail: fc.option(fc.tuple(fc.nat(999), fc.nat(999)), { nil: undefined }),
    lines: fc.array(
      fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/[\0\r\n]/.test(text)),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
  })
  .map(({ code, detail, lines }) => {
    // What has no code must not begin with what looks like one.
    const texts = detail === undefined ? lines.map((line) => `.${line}`) : lines;
    const digit = Math.floor(code / 100);
    return detail === undefined || digit === 3
      ? { code, lines: texts }
      : { code, enhanced: `${digit}.${detail[0]}.${detail[1]}`, lines: texts };
  });

describe("properties", () => {
  it("reads what it formats, in any two pieces", () => {
    fc.assert(
      fc.property(anyReply, fc.nat(), (reply, cut) => {
        const octets = formatReply(reply, { enhanced: true });
        const at = cut % octets.length;
        expect(readAll([octets.slice(0, at), octets.slice(at)])).toEqual([reply]);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws anything but a RemoteError, and never holds more than its limits", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 10 }), (chunks) => {
        for (const reply of readAll(chunks)) {
          if (typeof reply === "string") expect(reply).toMatch(/^SMTP_REPLY/);
          else expect(reply.lines.length).toBeLessThanOrEqual(defaultReplyLimits.lines);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("reads a formatted reply's text as UTF-8", () => {
    expect(readAll([encodeUtf8("250 Grüße 👋\r\n")])).toEqual([{ code: 250, lines: ["Grüße 👋"] }]);
  });
});
