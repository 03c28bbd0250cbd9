import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSps } from "../src/h264-sps.ts";
import { MediaError } from "../src/index.ts";
import { unrolled, wrapped } from "../src/ts/clock.ts";
import { TsError } from "../src/ts/error.ts";
import { parseTsPacket, pcrPacket, tsPackets } from "../src/ts/packet.ts";
import { formatPes, parsePes } from "../src/ts/pes.ts";
import {
  crc32,
  formatPat,
  formatPmt,
  formatSection,
  parsePat,
  parsePmt,
  parseSection,
  SectionReader,
} from "../src/ts/psi.ts";
import { hex, SPS } from "./ts-samples.ts";

const wire = fc.integer({ min: 0, max: 2 ** 33 - 1 });

describe("transport packets", () => {
  it("carry a unit of any length in whole packets, stuffed at the end", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 900 }),
        fc.integer({ min: 0, max: 15 }),
        fc.boolean(),
        fc.option(wire, { nil: undefined }),
        fc.integer({ min: 0, max: 15 }),
        (unit, counter, randomAccess, pcr, extra) => {
          const octets = tsPackets(unit, { pid: 0x101, counter, randomAccess, pcr, extra });
          expect(octets.length % 188).toBe(0);
          const packets = Array.from({ length: octets.length / 188 }, (_value, i) =>
            parseTsPacket(octets.subarray(188 * i, 188 * i + 188)),
          );
          expect(Buffer.concat(packets.map(({ payload }) => payload ?? new Uint8Array()))).toEqual(
            Buffer.from(unit),
          );
          expect(packets.map((packet) => packet.counter)).toEqual(
            packets.map((_one, i) => (counter + 1 + i) & 15),
          );
          expect(packets.map(({ unitStart }) => unitStart)).toEqual(packets.map((_one, i) => i === 0));
          expect(packets[0]?.adaptation?.pcr).toBe(pcr);
          expect(packets[0]?.adaptation?.randomAccess ?? false).toBe(randomAccess);
          expect(
            packets.every(({ pid, damaged, scrambled }) => pid === 0x101 && !damaged && !scrambled),
          ).toBe(true);
        },
      ),
    );
  });

  it("carry the clock alone", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 33 * 300 - 1 }), (pcr) => {
        const { adaptation, payload, counter } = parseTsPacket(pcrPacket(0x100, 7, pcr));
        expect([adaptation?.pcr, payload, counter]).toEqual([pcr, undefined, 7]);
      }),
    );
  });

  it.each([
    ["4700001f", "neither adaptation field nor payload reserved"],
    ["47000030b8", "an adaptation field longer than the packet"],
    ["470000200110", "a clock where there is no room for one"],
  ])("are refused: %s (%s)", (head, why) => {
    const packet = new Uint8Array(188);
    packet.set(hex(head));
    if (why.includes("reserved")) packet[3] = 0x0f;
    expect(() => parseTsPacket(packet)).toThrow(TsError);
  });
});

describe("sections", () => {
  it("have the checksum of ISO/IEC 13818-1 Annex A", () => {
    // A PAT as ffmpeg writes it.
    const section = hex("00b00d0001c100000001f0002ab104b2");
    expect(crc32(section)).toBe(0);
    expect(parsePat(parseSection(section))).toEqual([{ number: 1, pid: 0x1000 }]);
    const ours = formatSection({
      table: 0,
      id: 1,
      version: 0,
      current: true,
      content: formatPat([{ number: 1, pid: 0x1000 }]),
    });
    expect(Buffer.from(ours.subarray(1))).toEqual(Buffer.from(section));
  });

  it("say what they were told to say", () => {
    const program = {
      number: 1,
      pcrPid: 0x100,
      streams: [
        { pid: 0x100, streamType: 0x1b },
        { pid: 0x101, streamType: 0x0f },
      ],
    };
    const octets = formatSection({ table: 2, id: 1, version: 3, current: true, content: formatPmt(program) });
    expect(parsePmt(parseSection(octets.subarray(1)))).toEqual(program);
    for (let at = 1; at < octets.length; at++) {
      const wrong = octets.slice(1);
      wrong[at - 1] = (wrong[at - 1] ?? 0) ^ 0x10;
      expect(() => parseSection(wrong), `octet ${at}`).toThrow(TsError);
    }
  });

  it("are collected over packets, with what is no section left out", () => {
    const section = formatSection({
      table: 0,
      id: 1,
      version: 0,
      current: true,
      content: new Uint8Array(300),
    }).subarray(1);
    const reader = new SectionReader();
    expect(reader.read(section.subarray(0, 9), false)).toEqual([]);
    expect(reader.read(Buffer.concat([Uint8Array.of(0), section.subarray(0, 180)]), true)).toEqual([]);
    const rest = section.subarray(180);
    // The end of one, the whole of another, and stuffing.
    const next = formatSection({
      table: 0,
      id: 2,
      version: 0,
      current: true,
      content: new Uint8Array(4),
    }).subarray(1);
    const payload = Buffer.concat([Uint8Array.of(rest.length), rest, next, Uint8Array.of(0xff, 0xff, 0xff)]);
    expect(reader.read(payload, true).map((one) => parseSection(one).id)).toEqual([1, 2]);
    expect(reader.read(section, false)).toEqual([]);
  });
});

describe("PES packets", () => {
  it("say when they are decoded and shown", () => {
    fc.assert(
      fc.property(wire, wire, fc.integer({ min: 0, max: 100_000 }), (pts, dts, content) => {
        const header = formatPes(0xe0, content, pts, dts);
        const parsed = parsePes(header);
        expect(parsed?.pts).toBe(pts);
        expect(parsed?.dts ?? pts).toBe(dts);
        expect(parsed?.size).toBe(header.length);
        expect(parsed?.content).toBe(header.length - 6 + content > 0xffff ? undefined : content);
        for (let at = 0; at < header.length; at++) expect(parsePes(header.subarray(0, at))).toBeUndefined();
      }),
    );
  });

  it.each([
    ["no start code", "000002e000008080052100010001"],
    ["padding", "000001be0004ffffffff00000000"],
    ["a time that is announced as neither", "000001e000008040052100010001"],
    ["a time without room", "000001e0000080c0052100010001"],
    ["a length within its header", "000001e000048080052100010001"],
  ])("are refused: %s", (_name, octets) => {
    expect(() => parsePes(hex(octets))).toThrow(TsError);
  });
});

it("times of 33 bits go on behind their end, and back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      (near, step) => {
        expect(unrolled(wrapped(near + step), near)).toBe(near + step);
      },
    ),
  );
});

describe("a sequence parameter set", () => {
  it.each([
    [
      Buffer.from(SPS).toString("hex"),
      { codecString: "avc1.64001e", width: 640, height: 360, pixelAspect: undefined },
    ],
    // 720 × 576, interlaced, 16:11, from the encoder of a set-top box
    ["674d4028ab301682d3701010101020", undefined],
    // baseline, 320 × 180
    ["6742c00dd90141dfcf016a020c080c80000003008000000a078a14cb80", undefined],
  ])("says how large the pictures are: %s", (unit, expected) => {
    const said = parseSps(hex(unit));
    if (expected !== undefined) expect(said).toEqual(expected);
    expect(said.width).toBeGreaterThan(0);
  });

  it("that is cut short or absurd is none", () => {
    for (let length = 0; length < 10; length++)
      expect(() => parseSps(SPS.subarray(0, length)), `${length} octets`).toThrow(MediaError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          expect(parseSps(octets).width).toBeLessThanOrEqual(16_384);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });
});
