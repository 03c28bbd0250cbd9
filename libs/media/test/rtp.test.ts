import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatBye,
  formatRtp,
  formatSdp,
  looksLikeRtcp,
  looksLikeRtp,
  ntpStamp,
  readByes,
  readReportBlocks,
  readSenderReport,
  readSourceDescriptions,
  RtpError,
  RtpReceiver,
  RtpSender,
  scanRtp,
} from "../src/index.ts";
import { RTCP_TYPES, scanRtcp } from "../src/rtp/rtcp.ts";
import { hex } from "./ts-samples.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("RTP packets", () => {
  it("say what they were told to say", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 0, max: 127 }),
        fc.integer({ min: 0, max: 0xffff }),
        word,
        word,
        fc.uint8Array({ maxLength: 50 }),
        (marker, payloadType, sequence, timestamp, ssrc, payload) => {
          const header = { marker, payloadType, sequence, timestamp, ssrc };
          const packet = Buffer.concat([formatRtp(header), payload]);
          expect(scanRtp(packet)).toMatchObject({ ...header, payload: { from: 12, to: packet.length } });
        },
      ),
    );
  });

  it("may have sources, an extension and padding", () => {
    // A header, two sources, an extension of a word, two octets of payload, two of padding.
    const packet = hex("b2a1000100000002000000030000000a0000000bbede000111223344aabb0002");
    expect(scanRtp(packet)).toMatchObject({
      marker: true,
      payloadType: 33,
      sources: 2,
      extension: { from: 20, to: 28 },
      payload: { from: 28, to: 30 },
    });
  });

  it.each([
    ["8021", "a datagram of 2 octets"],
    ["402100010000000200000003", "version 1"],
    ["8f2100010000000200000003", "within its header"],
    ["902100010000000200000003bede00ff", "does not fit in"],
    ["a02100010000000200000003ff", "does not fit in"],
    ["a0210001000000020000000300", "does not fit in"],
  ])("that are none are refused: %s", (octets, why) => {
    expect(() => scanRtp(hex(octets))).toThrow(RtpError);
    expect(() => scanRtp(hex(octets))).toThrow(why);
    expect(looksLikeRtp(hex(octets))).toBe(false);
  });
});

describe("a sender", () => {
  const options = { ssrc: 7, sequence: 0xffff, timestamp: 2 ** 32 - 90_000, cname: "me@here" };

  it("counts and stamps, over the end of its numbers", () => {
    const sender = new RtpSender(options);
    const sent = [0, 1, 2].map((time) =>
      scanRtp(Buffer.concat(sender.packet(new Uint8Array(188), time, time === 0))),
    );
    expect(sent.map(({ sequence, timestamp, marker }) => [sequence, timestamp, marker])).toEqual([
      [0xffff, 2 ** 32 - 90_000, true],
      [0, 0, false],
      [1, 90_000, false],
    ]);
    const report = sender.report(Date.UTC(2026, 0, 1, 0, 0, 0, 250), 2);
    expect(readSenderReport(report)).toEqual({
      ssrc: 7,
      time: Date.UTC(2026, 0, 1, 0, 0, 0, 250),
      stamp: ntpStamp(Date.UTC(2026, 0, 1, 0, 0, 0, 250)),
      timestamp: 90_000,
      packets: 3,
      octets: 564,
    });
    expect(readSourceDescriptions(report)).toEqual([{ ssrc: 7, type: 1, text: "me@here" }]);
    expect(looksLikeRtcp(report)).toBe(true);
    expect(looksLikeRtcp(Buffer.concat(sender.packet(new Uint8Array(), 0, false)))).toBe(false);
  });

  it.each([0, 1, 2, 3, 4, 5, 255])("is named in whole words, with a name of %d octets", (length) => {
    const cname = "x".repeat(length);
    const bye = formatBye(9, cname);
    expect(scanRtcp(bye).map(({ type }) => type)).toEqual([RTCP_TYPES.RR, RTCP_TYPES.SDES, RTCP_TYPES.BYE]);
    expect(readSourceDescriptions(bye)).toEqual([{ ssrc: 9, type: 1, text: cname }]);
    expect(readSenderReport(bye)).toBeUndefined();
    expect(readByes(bye)).toEqual([9]);
  });

  it("of garbage is told apart from one of reports", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        for (const read of [
          scanRtcp,
          readByes,
          readReportBlocks,
          readSenderReport,
          readSourceDescriptions,
          scanRtp,
        ]) {
          try {
            read(octets);
          } catch (error) {
            expect(error).toBeInstanceOf(RtpError);
          }
        }
      }),
    );
    for (const octets of ["81", "80c80006", "a0c8000000000004", "80c80000"])
      expect(() => readSenderReport(hex(octets)), octets).toThrow(RtpError);
    expect(readByes(hex("82cb0002000000070000000b"))).toEqual([7, 11]);
    expect(readByes(hex("80cb0000"))).toEqual([]);
    expect(() => readByes(hex("82cb000100000007"))).toThrow(RtpError);
  });
});

describe("a receiver", () => {
  const packet = (sequence: number, timestamp = 0, ssrc = 1): Uint8Array =>
    Buffer.concat([
      formatRtp({ marker: false, payloadType: 33, sequence: sequence & 0xffff, timestamp, ssrc }),
      Uint8Array.of(sequence & 0xff),
    ]);
  const play = (
    receiver: RtpReceiver,
    sequences: readonly number[],
  ): (readonly [octet: number, lost: number])[] =>
    [...sequences.flatMap((sequence, i) => receiver.receive(packet(sequence), i)), ...receiver.flush()].map(
      ({ payload, lost }) => [payload[0] ?? -1, lost],
    );

  it.each([
    [
      "in order",
      [1, 2, 3],
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      { lost: 0, reordered: 0, discarded: 0 },
    ],
    [
      "over the end of 16 bits",
      [0xfffe, 0xffff, 0x1_0000, 0x1_0001],
      [
        [0xfe, 0],
        [0xff, 0],
        [0, 0],
        [1, 0],
      ],
      { lost: 0, reordered: 0, discarded: 0 },
    ],
    [
      "two changed places",
      [1, 3, 2, 4],
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 0],
      ],
      { lost: 0, reordered: 1, discarded: 0 },
    ],
    [
      "one twice",
      [1, 2, 2, 3],
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      { lost: 0, reordered: 0, discarded: 1 },
    ],
    [
      "one twice that waits",
      [1, 3, 3, 2],
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      { lost: 0, reordered: 1, discarded: 1 },
    ],
    [
      "two missing",
      [1, 4, 5, 6, 7],
      [
        [1, 0],
        [4, 2],
        [5, 0],
        [6, 0],
        [7, 0],
      ],
      { lost: 2, reordered: 0, discarded: 0 },
    ],
    [
      "one too late",
      [1, 3, 4, 5, 6, 2],
      [
        [1, 0],
        [3, 1],
        [4, 0],
        [5, 0],
        [6, 0],
      ],
      { lost: 1, reordered: 0, discarded: 1 },
    ],
    [
      "a new sequence",
      [1, 2, 40_000, 40_001],
      [
        [1, 0],
        [2, 0],
        [64, 0],
        [65, 0],
      ],
      { lost: 0, reordered: 0, discarded: 0 },
    ],
  ] as const)("hands on %s", (_name, sequences, expected, statistics) => {
    const receiver = new RtpReceiver(90_000, { reorder: 3 });
    expect(play(receiver, sequences)).toEqual(expected);
    expect(receiver.statistics).toMatchObject({ ...statistics, received: sequences.length });
  });

  it("of another sender begins anew", () => {
    const receiver = new RtpReceiver(90_000);
    receiver.receive(packet(5), 0);
    receiver.receive(packet(7), 1);
    expect(receiver.receive(packet(6, 0, 2), 2).map(({ payload }) => payload[0])).toEqual([7, 6]);
    expect(receiver.statistics.lost).toBe(1);
  });

  it("does not wait longer for what is missing than it was told to", () => {
    const receiver = new RtpReceiver(90_000, { wait: 100 });
    const handed = (sequence: number, now: number): (number | undefined)[] =>
      receiver.receive(packet(sequence), now).map(({ payload }) => payload[0]);
    expect([handed(1, 0), handed(3, 10), handed(5, 90), handed(6, 110)]).toEqual([[1], [], [], []]);
    // 3 has waited since 10; 5 only since 90.
    expect(handed(7, 111)).toEqual([3]);
    expect(handed(4, 150)).toEqual([4, 5, 6, 7]);
    expect(receiver.statistics).toMatchObject({ lost: 1, reordered: 1 });
  });

  it("measures how unevenly they come, as RFC 3550 §A.8 does", () => {
    const even = new RtpReceiver(90_000);
    for (let i = 0; i < 50; i++) even.receive(packet(i, i * 900), i * 10);
    expect(even.statistics.jitter).toBeCloseTo(0, 6);
    const uneven = new RtpReceiver(90_000);
    for (let i = 0; i < 500; i++) uneven.receive(packet(i, i * 900), i * 10 + (i % 2) * 4);
    expect(uneven.statistics.jitter).toBeCloseTo(4, 1);
    // The timestamp begins again.
    const round = new RtpReceiver(90_000);
    for (let i = 0; i < 50; i++) round.receive(packet(i, (2 ** 32 - 9000 + i * 900) % 2 ** 32), i * 10);
    expect(round.statistics.jitter).toBeCloseTo(0, 3);
  });
});

it("describes a session", () => {
  const session = { name: "demo", from: "127.0.0.1", to: "239.255.0.1", port: 5004, ttl: 1, id: 42 };
  expect(formatSdp(session)).toBe(
    "v=0\r\no=- 42 1 IN IP4 127.0.0.1\r\ns=demo\r\nc=IN IP4 239.255.0.1/1\r\nt=0 0\r\na=recvonly\r\nm=video 5004 RTP/AVP 33\r\na=rtpmap:33 MP2T/90000\r\n",
  );
  expect(formatSdp({ ...session, to: "ff15::1" })).toContain("c=IN IP6 ff15::1\r\n");
});
