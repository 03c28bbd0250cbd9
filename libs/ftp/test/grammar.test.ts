/** Addresses, quoted names and flags, both ways. */
import * as fc from "fast-check";
import { LocalError } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  formatExtendedPort,
  formatPort,
  formatReply,
  parseEprt,
  parseListArgument,
  parsePort,
  parseQuotedPath,
  quotePath,
  reply,
  scanReplyLine,
} from "../src/index.ts";

const port = fc.integer({ min: 1, max: 65_535 });

describe("host and port", () => {
  it("come back from PORT and EPRT", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), port, (four, six, port) => {
        const text = formatPort({ host: four, port });
        expect(parsePort(text)).toEqual({ host: four, port });
        for (const host of [four, six])
          expect(parseEprt(formatExtendedPort({ host, port }))).toEqual({ host, port });
      }),
    );
  });

  it.each(["127,0,0,1,4", "127,0,0,1,4,256", "127.0.0.1,4,1", "127,0,0,1,4,1,1", "", "a,b,c,d,e,f"])(
    "are none in PORT %s",
    (text) => {
      expect(parsePort(text)).toBeUndefined();
    },
  );

  it.each([
    ["!1!127.0.0.1!1025!", { host: "127.0.0.1", port: 1025 }],
    ["|2|1080::8:800:200C:417A|5282|", { host: "1080::8:800:200C:417A", port: 5282 }],
    ["|2|::ffff:1.2.3.4|1|", { host: "::ffff:1.2.3.4", port: 1 }],
    ["|3|x|1|", "family"],
    ["|1|127.0.0.1|0|", undefined],
    ["|1|127.0.0.1|65536|", undefined],
    ["|1|::1|1|", undefined],
    ["|2|127.0.0.1|1|", undefined],
    ["|2|1::2::3|1|", undefined],
    ["|2|1:2:3:4:5:6:7:8:9|1|", undefined],
    ["|2|fe80::1%lo|1|", undefined],
    ["|1|127.0.0.1|1025", undefined],
    ["|1|127.0.0.1|1025|x", undefined],
    ["", undefined],
  ])("in EPRT %s", (text, wanted) => {
    expect(parseEprt(text)).toEqual(wanted);
  });

  it("of another kind cannot be said", () => {
    expect(() => formatPort({ host: "::1", port: 1 })).toThrow("no IPv4");
  });
});

describe("quoted names", () => {
  it("come back", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(parseQuotedPath(reply(257, `${quotePath(name)} made`))).toBe(name);
      }),
    );
  });
});

describe("flags", () => {
  it.each([
    ["", "", undefined],
    ["-a", "a", undefined],
    ["-al x", "al", "x"],
    ["-a -l -x y", "alx", "y"],
    ["-- -a", "", "-a"],
    ["-a -- -b", "a", "-b"],
    ["x -a", "", "x -a"],
    ["-", "", "-"],
    ["-ä", "", "-ä"],
    ["- a", "", "- a"],
  ])("of %j", (argument, flags, path) => {
    expect(parseListArgument(argument)).toEqual({ flags, path });
  });
});

describe("replies", () => {
  it("have a line of their own for each text, and none looks like the last (RFC 959 §4.2)", () => {
    const text = Buffer.from(formatReply(reply(211, "Features:", "211 End", "x\r\n550 y", "End"))).toString();
    expect(text).toBe("211-Features:\r\n 211 End\r\n x??550 y\r\n211 End\r\n");
  });

  it("are never more lines than they were given", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.array(fc.string({ unit: "binary" }), { minLength: 1 }),
        (code, lines) => {
          const octets = formatReply({ code, lines });
          const sent = Buffer.from(octets).toString("latin1").split("\r\n");
          expect(sent).toHaveLength(lines.length + 1);
          const ends = sent.flatMap((line) => (/^\d{3} /.test(line) ? [line.slice(0, 3)] : []));
          expect(ends).toEqual([String(code)]);
        },
      ),
    );
  });

  it.each([
    [99, ["x"]],
    [600, ["x"]],
    [200, []],
    [200.5, ["x"]],
  ])("%d with %j is none", (code, lines) => {
    expect(() => formatReply({ code, lines })).toThrow(LocalError);
  });

  it.each([
    ["220 x", { code: 220, last: true, text: 4 }],
    ["220-x", { code: 220, last: false, text: 4 }],
    ["220", { code: 220, last: true, text: 3 }],
    ["22 x", undefined],
    ["720 x", undefined],
    ["220x", undefined],
    ["", undefined],
  ])("begin as %j", (line, wanted) => {
    expect(scanReplyLine(Buffer.from(line))).toEqual(wanted);
  });
});
