import { feed, feedEverySplit, type Outcome } from "@socketscope/testkit";
import { LocalError } from "@socketscope/wire";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../src/proxy-header-crc32c.ts";
import { formatV1 } from "../src/proxy-header-v1.ts";
import { formatV2, signatureV2 } from "../src/proxy-header-v2.ts";
import { ProxyHeader, type ProxyEvent } from "../src/proxy-header.ts";

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const four = {
  source: { host: "192.0.2.1", port: 56_324 },
  destination: { host: "198.51.100.7", port: 443 },
};
const six = { source: { host: "2001:db8::1", port: 65_535 }, destination: { host: "2001:db8::2", port: 0 } };

/** Reads in every split; what came behind the header must be there whole, whatever the cut. */
function read(octets: Uint8Array): Outcome<ProxyEvent> {
  return feedEverySplit(
    () => new ProxyHeader(),
    octets,
    (actual, expected) => expect(actual).toEqual(expected),
    {
      end: true,
    },
  );
}

/** A version 2 header by hand: command, family, then the block. */
function v2(command: number, family: number, block: Uint8Array, length = block.length): Uint8Array {
  return join(signatureV2, Uint8Array.of(command, family, length >> 8, length & 255), block);
}

describe("version 1", () => {
  it.each([
    ["PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", four],
    ["PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n", six],
    ["PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 56324 443\r\n", four],
    ["PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", undefined],
  ])("reads %j", (line, ends) => {
    const outcome = read(ascii(line));
    expect(outcome.events).toHaveLength(1);
    if (ends) expect(outcome.events).toEqual([{ type: "proxied", version: 1, transport: "stream", ...ends }]);
  });

  it.each(["PROXY UNKNOWN\r\n", "PROXY UNKNOWN anything at all\r\n", `PROXY UNKNOWN ${"f".repeat(91)}\r\n`])(
    "reads %j as unknown",
    (line) => {
      expect(read(ascii(line)).events).toEqual([{ type: "local", version: 1, why: "UNKNOWN" }]);
    },
  );

  it.each([
    ["GET / HTTP/1.1\r\n", "PROXY_NO_HEADER"],
    ["PROXZ", "PROXY_NO_HEADER"],
    ["proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY_NO_HEADER"],
    ["PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n", "PROXY_BARE_LF"],
    ["PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n", "PROXY_LINE"],
    ["PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n", "PROXY_LINE"],
    ["PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n", "PROXY_LINE"],
    ["PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n", "PROXY_LINE"],
    ["PROXY TCP4 1.1.1.1 1.1.1.1 +1 1\r\n", "PROXY_LINE"],
    ["PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY_LINE"],
    ["PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY_LINE"],
    ["PROXY TCP6 fe80::1%lo ::1 1 1\r\n", "PROXY_LINE"],
    ["PROXY TCP4 1.1.1 1.1.1.1 1 1\r\n", "PROXY_LINE"],
    ["PROXY UDP4 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY_LINE"],
    ["PROXY UNKNOWNS\r\n", "PROXY_LINE"],
    ["PROXY \r\n", "PROXY_LINE"],
    [`PROXY UNKNOWN ${"f".repeat(92)}\r\n`, "PROXY_LINE_TOO_LONG"],
    ["PROXY TCP4 1.1.1.1 1.1", "PROXY_ENDED"],
    ["P", "PROXY_ENDED"],
    ["", "PROXY_ENDED"],
  ])("refuses %j: %s", (line, error) => {
    expect(read(ascii(line))).toEqual({ events: [], rest: { error } });
  });

  it("never holds more than 107 octets without an answer", () => {
    const core = new ProxyHeader();
    expect(feed(core, [ascii(`PROXY UNKNOWN ${"f".repeat(92)}`)]).rest).toBe("need-data");
    expect(feed(core, [ascii("f")]).rest).toEqual({ error: "PROXY_LINE_TOO_LONG" });
  });
});

describe("version 2", () => {
  it.each([
    [formatV2({ ends: four }), { transport: "stream", ...four }],
    [formatV2({ ends: six }), { transport: "stream", ...six }],
    [formatV2({ ends: four, transport: "datagram" }), { transport: "datagram", ...four }],
    [
      formatV2({ ends: six, checksum: true, tlvs: [{ type: 1, value: ascii("h2") }] }),
      { transport: "stream", ...six },
    ],
    [
      formatV2({ ends: { source: four.source, destination: six.destination } }),
      { transport: "stream", source: four.source, destination: six.destination },
    ],
  ])("reads what it writes (%#)", (octets, ends) => {
    expect(read(octets)).toEqual({ events: [{ type: "proxied", version: 2, ...ends }], rest: "closed" });
  });

  it("reads the header of the specification's layout, octet by octet", () => {
    const block = Uint8Array.of(192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0x01, 0xbb);
    expect(read(v2(0x21, 0x11, block)).events).toEqual([
      { type: "proxied", version: 2, transport: "stream", ...four },
    ]);
  });

  it("verifies the checksum of a Buffer, whose slice() is no copy, and leaves its octets alone", () => {
    const octets = Buffer.from(formatV2({ ends: four, checksum: true }));
    const before = Uint8Array.from(octets);
    expect(feed(new ProxyHeader(), [octets]).events).toHaveLength(1);
    expect(Uint8Array.from(octets)).toEqual(before);
  });

  it.each([
    ["LOCAL", v2(0x20, 0, new Uint8Array(0)), "LOCAL"],
    ["LOCAL with a block to discard", v2(0x20, 0xff, ascii("rubbish")), "LOCAL"],
    ["PROXY UNSPEC", v2(0x21, 0x00, ascii("rubbish")), "UNSPEC"],
    ["PROXY INET without transport", v2(0x21, 0x10, new Uint8Array(12)), "UNSPEC"],
    ["PROXY UNIX", v2(0x21, 0x31, new Uint8Array(216)), "UNIX"],
  ])("%s keeps the connection's own ends", (_, octets, why) => {
    expect(read(octets)).toEqual({ events: [{ type: "local", version: 2, why }], rest: "closed" });
  });

  const crc = formatV2({ ends: four, checksum: true });
  it.each([
    ["version 1 in the binary form", v2(0x11, 0x11, new Uint8Array(12)), "PROXY_VERSION"],
    ["command 2", v2(0x22, 0x11, new Uint8Array(12)), "PROXY_COMMAND"],
    ["family 4", v2(0x21, 0x41, new Uint8Array(12)), "PROXY_FAMILY"],
    ["transport 3", v2(0x21, 0x13, new Uint8Array(12)), "PROXY_FAMILY"],
    ["INET with 11 octets", v2(0x21, 0x11, new Uint8Array(11)), "PROXY_SHORT"],
    ["INET6 with 35 octets", v2(0x21, 0x21, new Uint8Array(35)), "PROXY_SHORT"],
    ["UNIX with 215 octets", v2(0x21, 0x31, new Uint8Array(215)), "PROXY_SHORT"],
    ["a TLV without its length", v2(0x21, 0x11, join(new Uint8Array(12), Uint8Array.of(4, 0))), "PROXY_TLV"],
    [
      "a TLV that runs over",
      v2(0x21, 0x11, join(new Uint8Array(12), Uint8Array.of(4, 0, 2, 9))),
      "PROXY_TLV",
    ],
    [
      "a checksum of three",
      v2(0x21, 0x11, join(new Uint8Array(12), Uint8Array.of(3, 0, 3, 0, 0, 0))),
      "PROXY_CHECKSUM",
    ],
    ["a wrong checksum", crc.with(-1, (crc.at(-1) ?? 0) ^ 1), "PROXY_CHECKSUM"],
    ["an address changed under the checksum", crc.with(16, 10), "PROXY_CHECKSUM"],
    ["a signature that goes wrong at its end", signatureV2.with(11, 0), "PROXY_NO_HEADER"],
    ["half a header", crc.subarray(0, 20), "PROXY_ENDED"],
  ])("refuses %s", (_, octets, error) => {
    expect(read(octets)).toEqual({ events: [], rest: { error } });
  });

  it("refuses by its length alone, without waiting for the octets", () => {
    const start = v2(0x21, 0x11, new Uint8Array(0), 101 - 16);
    expect(feed(new ProxyHeader({ maxBytes: 101 }), [start]).rest).toBe("need-data");
    expect(feed(new ProxyHeader({ maxBytes: 100 }), [start]).rest).toEqual({ error: "PROXY_TOO_LONG" });
    expect(feed(new ProxyHeader(), [v2(0x21, 0x11, new Uint8Array(0), 4096)]).rest).toEqual({
      error: "PROXY_TOO_LONG",
    });
  });
});

describe("both", () => {
  it("leaves what came behind the header to the next protocol", () => {
    const request = ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    for (const header of [formatV1(four), formatV2({ ends: six, checksum: true })]) {
      for (let cut = 1; cut < header.length + request.length; cut++) {
        const core = new ProxyHeader();
        const all = join(header, request);
        expect(feed(core, [all.subarray(0, cut), all.subarray(cut)]).events).toHaveLength(1);
        // octets that come after the event, before the next protocol has taken over, are not lost either
        if (cut < header.length) expect(core.unread()).toEqual(request);
      }
    }
  });

  it("goes by one clock, and says so when it ran out", () => {
    const core = new ProxyHeader();
    core.receive(ascii("PROXY "));
    expect([core.next(), core.waitingFor]).toEqual(["need-data", "header"]);
    core.receive("drain");
    expect(core.next()).toBe("need-data");
    core.receive("timeout");
    expect(feed(core, [ascii("TCP4")]).rest).toEqual({ error: "PROXY_TIMEOUT" });
    expect(() => core.send()).toThrow(LocalError);
  });

  it("writes one line for what it cannot name", () => {
    expect(formatV1("unknown")).toEqual(ascii("PROXY UNKNOWN\r\n"));
    expect(formatV1({ ...four, source: { host: "nobody", port: 1 } })).toEqual(ascii("PROXY UNKNOWN\r\n"));
    expect(formatV1({ source: four.source, destination: six.destination })).toEqual(
      ascii("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 56324 0\r\n"),
    );
    expect(() => formatV2({ ends: { ...four, source: { host: "nobody", port: 1 } } })).toThrow(LocalError);
  });

  it("survives any octets: an event, a wait or a coded refusal, the same in one piece and in many", () => {
    const seed = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 60 }).map((tail) => join(signatureV2, tail)),
      fc
        .tuple(
          fc.constantFrom(0x20, 0x21),
          fc.integer({ min: 0, max: 255 }),
          fc.uint8Array({ maxLength: 260 }),
        )
        .map(([command, family, block]) => v2(command, family, block)),
      fc.stringMatching(/^PROXY (?:TCP[46]|UNKNOWN)[ 0-9a-f:.]{0,90}\r\n$/).map(ascii),
      fc
        .tuple(
          fc.constantFrom(formatV1(four), formatV2({ ends: six, checksum: true })),
          fc.nat(),
          fc.nat(255),
        )
        .map(([good, at, octet]) => good.with(at % good.length, octet)),
    );
    fc.assert(
      fc.property(seed, (octets) => {
        const whole = feed(new ProxyHeader(), [octets], { end: true });
        const single = feed(
          new ProxyHeader(),
          Array.from(octets, (_, at) => octets.slice(at, at + 1)),
          { end: true },
        );
        expect(single).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes the CRC of the standard's check string (RFC 3720)", () => {
    expect(crc32c(ascii("123456789"))).toBe(0xe3069283);
  });
});
