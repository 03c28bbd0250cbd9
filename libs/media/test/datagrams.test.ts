/** Datagrams of video taken apart, and a sentence for each of their words. */
import type { Explanation } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  explainPayloadType,
  explainRtcpType,
  explainRtpPart,
  explainSdesItem,
  explainStreamType,
  explainTsPart,
  explainTsTable,
  RTCP_TYPES,
  RTP_PARTS,
  RTP_PAYLOAD_TYPES,
  RtpSender,
  SDES_ITEMS,
  STREAM_TYPE_NAMES,
  TS_NULL_PACKET,
  TS_PARTS,
  TS_TABLES,
  TsMultiplexer,
  VideoDatagramDissector,
  type VideoDatagrams,
} from "../src/index.ts";
import { pcrPacket } from "../src/ts/packet.ts";
import { AUDIO, frames, hex, octetsOf, pictures, VIDEO } from "./ts-samples.ts";

const words: readonly (readonly [word: string, explanation: Explanation])[] = [
  ...TS_PARTS.map((part) => [`TS ${part}`, explainTsPart(part)] as const),
  ...TS_TABLES.map((id) => [`table ${id}`, explainTsTable(id)] as const),
  ...Object.keys(STREAM_TYPE_NAMES).map(
    (type) => [`stream ${type}`, explainStreamType(Number(type))] as const,
  ),
  ...RTP_PARTS.map((part) => [`RTP ${part}`, explainRtpPart(part)] as const),
  ...Object.entries(RTCP_TYPES).map(([name, type]) => [name, explainRtcpType(type)] as const),
  ...Object.entries(SDES_ITEMS).map(([name, type]) => [name, explainSdesItem(type)] as const),
  ...RTP_PAYLOAD_TYPES.map((type) => [`payload ${type}`, explainPayloadType(type)] as const),
];

describe("explanations of MPEG-TS and RTP", () => {
  it.each(words)("there is one for %s", (_word, { known, sentence, source }) => {
    expect(known).toBe(true);
    expect(sentence.length).toBeLessThanOrEqual(120);
    expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(source).toMatch(/^(?:RFC 355[01] §[A\d]|ISO\/IEC 13818-1 (?:§|table )\d)/);
  });

  it("there is a word for what nobody knows", () => {
    const unknown = [explainTsPart("x"), explainTsTable(64), explainStreamType(0xee), explainRtpPart("x")];
    unknown.push(explainRtcpType(210), explainSdesItem(99), explainPayloadType(77), explainPayloadType(96));
    expect(unknown.map(({ known }) => known)).toEqual(unknown.map(() => false));
  });
});

const mux = new TsMultiplexer({ video: VIDEO, audio: AUDIO });
const stream = octetsOf([
  ...mux.write([
    { kind: "video", timescale: 90_000, samples: pictures(20) },
    { kind: "audio", timescale: 48_000, samples: frames(40) },
  ]),
  ...mux.flush(),
]);
/** Seven packets each, as they are sent; the last one filled up. */
const datagrams = Array.from({ length: Math.ceil(stream.length / 1316) }, (_value, i) => {
  const octets = stream.subarray(i * 1316, (i + 1) * 1316);
  return Buffer.concat([octets, ...Array.from({ length: 7 - octets.length / 188 }, () => TS_NULL_PACKET)]);
});
const sender = new RtpSender({ ssrc: 1, sequence: 0xfffd, timestamp: 0, cname: "me" });
const rtp = datagrams.map((datagram, i) => Buffer.concat(sender.packet(datagram, i / 10, i === 0)));
const reports = [sender.report(Date.UTC(2026, 0, 1), 1), sender.bye()];

describe.each([
  ["mpegts", datagrams],
  ["rtp", rtp],
  ["rtcp", reports],
] as const)("datagrams of %s", (what, sent) => {
  it("are a message each, covered by parts that each have a word", () => {
    const dissector = new VideoDatagramDissector(what);
    const messages = sent.flatMap((datagram) => dissector.feed("out", datagram));
    expect(messages.map(({ problem }) => problem)).toEqual(sent.map(() => undefined));
    let at = 0;
    for (const [i, message] of messages.entries()) {
      expect([message.id, message.from, message.to]).toEqual([i, at, at + (sent[i]?.length ?? 0)]);
      for (const { name, from, to } of message.parts) {
        expect(from).toBe(at);
        expect(to).toBeGreaterThan(from);
        expect(explainRtpPart(name).known || explainTsPart(name).known, name).toBe(true);
        at = to;
      }
      expect(at).toBe(message.to);
    }
  });

  it("are read whatever they hold, and covered", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sent.length - 1), fc.nat(1400), fc.nat(255)), { maxLength: 6 }),
        fc.uint8Array({ maxLength: 60 }),
        (changes, noise) => {
          const dissector = new VideoDatagramDissector(what);
          const damaged = sent.map((datagram) => new Uint8Array(datagram));
          for (const [which, at, value] of changes) {
            const datagram = damaged[which];
            if (datagram !== undefined && at < datagram.length) datagram[at] = value;
          }
          for (const octets of [...damaged, noise]) {
            for (const { from, to, parts } of dissector.feed("in", octets)) {
              expect(to - from).toBe(octets.length);
              let end = from;
              for (const part of parts) {
                expect(part.from).toBe(end);
                end = part.to;
              }
              expect(end).toBe(to);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("what is told of datagrams", () => {
  const tell = (
    what: VideoDatagrams,
    ...octets: readonly Uint8Array[]
  ): (readonly [string, string | undefined])[] => {
    const dissector = new VideoDatagramDissector(what);
    return octets.flatMap((one) =>
      dissector.feed("in", one).map(({ summary, problem }) => [summary, problem] as const),
    );
  };

  it("names what begins in them", () => {
    expect(tell("mpegts", datagrams[0] ?? new Uint8Array())).toEqual([
      ["7 packets: PAT, PMT, H.264, key", undefined],
    ]);
    expect(tell("mpegts", pcrPacket(5, 0, 1))).toEqual([["1 packet: clock", undefined]]);
    expect(tell("mpegts", TS_NULL_PACKET)).toEqual([["1 packet: nothing", undefined]]);
    expect(tell("rtp", rtp[0] ?? new Uint8Array())).toEqual([
      ["65533 at 0, marked · 7 packets: PAT, PMT, H.264, key", undefined],
    ]);
    expect(tell("rtcp", ...reports).map(([summary]) => summary)).toEqual([
      "sender report, names",
      "receiver report, names, farewell",
    ]);
    expect(tell("rtp", hex("80000001000000020000000311"))).toEqual([["1 at 2 · payload type 0", undefined]]);
  });

  it("says what is missing, late or twice", () => {
    const [one, two, three, four] = rtp;
    if (one === undefined || two === undefined || three === undefined || four === undefined)
      throw new Error("short");
    const problems = (...octets: readonly Uint8Array[]) =>
      tell("rtp", ...octets).map(([, problem]) => problem);
    // The numbers begin again between the third and the fourth.
    expect(problems(one, two, three, four)).toEqual([undefined, undefined, undefined, undefined]);
    expect(problems(one, four)).toEqual([undefined, "2 before it did not come"]);
    expect(problems(two, one)[1]).toBe("it comes late: others were sent behind it");
    expect(problems(two, two)[1]).toBe("it came twice");
    const [first, , third] = datagrams;
    const missing = tell("mpegts", first ?? one, third ?? one)[1]?.[1];
    expect(missing).toMatch(/^PID \d+: packet \d+ was to come, \d+ came$/);
    // What was not recorded is not missing.
    const dissector = new VideoDatagramDissector("rtp");
    dissector.feed("in", one);
    expect(dissector.gap("in", two.length)).toEqual([]);
    const after = dissector.feed("in", four);
    expect([after[0]?.from, after[0]?.problem]).toEqual([one.length + two.length, undefined]);
    expect(dissector.end()).toEqual([]);
  });

  it.each([
    ["mpegts", "4700", "2 octets are no packet"],
    ["mpegts", "00".repeat(188), "a packet begins with 47, and here it does not"],
    ["rtp", "00", "a datagram of 1 octets"],
    ["rtcp", "80c80006", "a report that is longer than its datagram"],
    ["rtcp", "80ca0000", "the first of a datagram must be a report"],
  ] as const)("says what is wrong with %s %s", (what, octets, problem) => {
    expect(tell(what, hex(octets)).map(([, said]) => said)).toEqual([problem]);
  });
});
