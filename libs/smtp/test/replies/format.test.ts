/** What a server may say, and the line that people are shown of it. */
import { decodeLatin1, LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { describeReply, formatReply, type Reply } from "../../src/index.ts";

function formatted(reply: Reply, enhanced = true): string {
  return decodeLatin1(formatReply(reply, { enhanced }));
}

describe("formatReply", () => {
  it.each<readonly [what: string, reply: Reply, octets: string]>([
    ["one line", { code: 250, lines: ["OK"] }, "250 OK\r\n"],
    ["no text", { code: 250, lines: [""] }, "250 \r\n"],
    ["several", { code: 250, lines: ["a", "b", "c"] }, "250-a\r\n250-b\r\n250 c\r\n"],
    [
      "RFC 2034: on each line",
      { code: 550, enhanced: "5.1.1", lines: ["a", "b"] },
      "550-5.1.1 a\r\n550 5.1.1 b\r\n",
    ],
    ["UTF-8", { code: 250, lines: ["ü"] }, "250 \u00c3\u00bc\r\n"],
  ])("%s", (_what, reply, octets) => {
    expect(formatted(reply)).toBe(octets);
  });

  it("leaves the enhanced code out where the extension is off", () => {
    expect(formatted({ code: 550, enhanced: "5.1.1", lines: ["a"] }, false)).toBe("550 a\r\n");
  });

  it.each<readonly [what: string, reply: Reply]>([
    ["1yz", { code: 150, lines: ["x"] }],
    ["6yz", { code: 600, lines: ["x"] }],
    ["half a code", { code: 250.5, lines: ["x"] }],
    ["no line", { code: 250, lines: [] }],
    ["a CR", { code: 250, lines: ["a\rb"] }],
    ["a LF", { code: 250, lines: ["a\nb"] }],
    ["CRLF and a second reply", { code: 250, lines: ["a\r\n250 b"] }],
    ["a NUL", { code: 250, lines: ["a\0b"] }],
    ["an enhanced code of another class", { code: 250, enhanced: "5.0.0", lines: ["x"] }],
    ["an enhanced code that is none", { code: 250, enhanced: "2.0", lines: ["x"] }],
    ["513 octets", { code: 250, lines: ["x".repeat(507)] }],
    ["513 octets with the enhanced code", { code: 250, enhanced: "2.0.0", lines: ["x".repeat(501)] }],
    ["513 octets of UTF-8", { code: 250, lines: ["ü".repeat(254)] }],
  ])("refuses %s", (_what, reply) => {
    expect(() => formatted(reply)).toThrow(LocalError);
  });

  it("takes 512 octets, and a challenge of RFC 4954 §4's length", () => {
    expect(formatted({ code: 250, lines: ["x".repeat(506)] })).toHaveLength(512);
    expect(formatted({ code: 334, lines: ["A".repeat(12_282)] })).toHaveLength(12_288);
  });
});

describe("describeReply", () => {
  it.each<readonly [reply: Reply, text: string]>([
    [{ code: 550, enhanced: "5.7.1", lines: ["no", "never"] }, "550 5.7.1 no / never"],
    [{ code: 250, lines: [""] }, "250"],
    [{ code: 250, lines: ["\u001b[31mred\u202e\u0000"] }, "250 ?[31mred??"],
  ])("%j", (reply, text) => {
    expect(describeReply(reply)).toBe(text);
  });
});
