import { everySplit } from "@socketscope/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TsDemultiplexer, TsMultiplexer, type TsEvent } from "../src/index.ts";
import { tsPackets } from "../src/ts/packet.ts";
import { formatPes } from "../src/ts/pes.ts";
import { formatPat, formatPmt, formatSection } from "../src/ts/psi.ts";
import {
  AUDIO,
  demultiplex,
  faults,
  frames,
  octetsOf,
  pictures,
  PPS,
  samplesOf,
  SPS,
  VIDEO,
} from "./ts-samples.ts";

function stream(count: number, size = 60): Uint8Array {
  const mux = new TsMultiplexer({ video: VIDEO, audio: AUDIO });
  const lanes = [
    { kind: "video", timescale: 90_000, samples: pictures(count, { size }) },
    { kind: "audio", timescale: 48_000, samples: frames(2 * count, { size: 40 }) },
  ] as const;
  return octetsOf([...mux.write(lanes), ...mux.flush()]);
}

/** Tables for one stream of H.264 or AAC, and PES packets as a test wants them. */
function crafted(streamType: number, ...units: readonly Uint8Array[]): Uint8Array {
  const padded = (section: Uint8Array): Uint8Array =>
    Buffer.concat([section, new Uint8Array(184 - section.length).fill(0xff)]);
  const pat = formatSection({
    table: 0,
    id: 1,
    version: 0,
    current: true,
    content: formatPat([{ number: 1, pid: 0x1000 }]),
  });
  const program = { number: 1, pcrPid: 0x100, streams: [{ pid: 0x100, streamType }] };
  const pmt = formatSection({ table: 2, id: 1, version: 0, current: true, content: formatPmt(program) });
  let counter = 15;
  const packets = units.map((unit) => {
    const made = tsPackets(unit, { pid: 0x100, counter });
    counter = (counter + made.length / 188) & 15;
    return made;
  });
  return Buffer.concat([
    tsPackets(padded(pat), { pid: 0, counter: 15 }),
    tsPackets(padded(pmt), { pid: 0x1000, counter: 15 }),
    ...packets,
  ]);
}

const START = Uint8Array.of(0, 0, 0, 1);
const DELIMITER = Uint8Array.of(0, 0, 0, 1, 9, 0xf0);
const pes = (content: readonly Uint8Array[], pts: number): Uint8Array => {
  const whole = Buffer.concat(content);
  return Buffer.concat([formatPes(0xe0, whole.length, pts, pts), whole]);
};
/** Without times: it goes on what came before. */
const untimed = (content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0), content]);
const idr = Uint8Array.of(0x65, 0x88, 5, 6, 7);
const key = [DELIMITER, START, SPS, START, PPS, START, idr];
const plain = Uint8Array.of(0x41, 0x9a, 1, 2, 3);

const story = (events: readonly TsEvent[]): string => JSON.stringify(events);

describe("the demultiplexer", () => {
  it("tells the same however the stream is cut", () => {
    const octets = stream(1, 20);
    const whole = story(demultiplex(octets));
    for (const chunks of everySplit(octets)) expect(story(demultiplex(...chunks))).toBe(whole);
  });

  it("tells the same of damaged streams however they are cut, and ends", () => {
    const octets = stream(6);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(octets.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.array(fc.tuple(fc.nat(octets.length - 1), fc.nat(400)), { maxLength: 3 }),
        fc.array(fc.nat(octets.length), { maxLength: 10 }),
        (changes, cuts, splits) => {
          let damaged: Uint8Array = octets.slice();
          for (const [at, value] of changes) damaged[at] = value;
          for (const [at, length] of cuts)
            damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)]);
          const points = [0, ...splits.toSorted((a, b) => a - b), damaged.length];
          const chunks = points.slice(1).map((to, i) => damaged.slice(points[i], to));
          expect(story(demultiplex(...chunks))).toBe(story(demultiplex(damaged)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("says what is damaged, leaves it out and goes on", () => {
    const octets = stream(30, 300);
    const count = samplesOf(demultiplex(octets), "video").length;
    const damage = (change: (octets: Uint8Array) => Uint8Array): { codes: string[]; lost: number } => {
      const events = demultiplex(change(octets.slice()));
      return { codes: faults(events), lost: count - samplesOf(events, "video").length };
    };
    /** The packet in the middle of a picture far from the beginning. */
    const picture = 188 * findPacket(octets, 0x100, 20);
    const cases: readonly [code: string, change: (octets: Uint8Array) => Uint8Array, lost: number][] = [
      ["TS_CONTINUITY", (o) => Buffer.concat([o.subarray(0, picture), o.subarray(picture + 188)]), 1],
      ["TS_TRANSPORT", (o) => o.with(picture + 1, (o[picture + 1] ?? 0) | 0x80), 1],
      ["TS_PACKET", (o) => o.with(picture + 3, (o[picture + 3] ?? 0) & 0x0f), 1],
      ["TS_SYNC", (o) => Buffer.concat([o.subarray(0, picture), new Uint8Array(77), o.subarray(picture)]), 0],
      ["TS_SCRAMBLED", (o) => o.with(picture + 3, (o[picture + 3] ?? 0) | 0x80), 1],
    ];
    for (const [code, change, lost] of cases) {
      const told = damage(change);
      expect(told.codes, code).toContain(code);
      expect(told.lost, code).toBeLessThanOrEqual(lost);
      expect(told.codes.length, `${code}: ${told.codes.join(" ")}`).toBeLessThanOrEqual(3);
    }
    // A copy of a packet is no fault.
    const twice = damage((o) => Buffer.concat([o.subarray(0, picture + 188), o.subarray(picture)]));
    expect(twice).toEqual({ codes: [], lost: 0 });
  });

  it("begins in the middle: with the next key picture", () => {
    const octets = stream(30);
    const video = samplesOf(demultiplex(octets.subarray(188 * 21 + 5)), "video");
    expect(video[0]?.key).toBe(true);
    expect(video.length).toBeGreaterThan(15);
  });

  it("knows what is none, and looks no further than it must", () => {
    const noise = Uint8Array.from({ length: 70_000 }, (_value, i) => (i * i + 7) & 0x3f);
    const demux = new TsDemultiplexer();
    expect(faults(demux.push(noise))).toEqual(["TS_NOT_A_STREAM"]);
    expect(demux.push(stream(3))).toEqual([]);
    expect(demux.end()).toEqual([]);
    expect(faults(demultiplex(noise.subarray(0, 60_000)))).toEqual(["TS_SYNC"]);
    expect(demultiplex()).toEqual([]);
  });

  it("tells which streams it does not read", () => {
    const events = demultiplex(crafted(0x24, pes(key, 0)));
    expect(events.filter(({ type }) => type === "fault")).toMatchObject([
      { code: "TS_CODEC", pid: 0x100, why: "H.265 is not read here" },
    ]);
  });

  it("tells what is missing of those too", () => {
    const octets = crafted(0x24, pes([new Uint8Array(2000)], 0));
    const packet = 188 * findPacket(octets, 0x100, 2);
    const events = demultiplex(Buffer.concat([octets.subarray(0, packet), octets.subarray(packet + 188)]));
    expect(faults(events)).toEqual(["TS_CODEC", "TS_CONTINUITY"]);
  });

  const shapes: readonly [
    name: string,
    units: readonly Uint8Array[],
    expected: readonly (readonly [pts: number, octets: number])[],
  ][] = [
    [
      "a picture in each packet",
      [pes(key, 0), pes([DELIMITER, START, plain], 3600)],
      [
        [0, 9],
        [3600, 9],
      ],
    ],
    [
      "two pictures in one packet",
      [pes([...key, DELIMITER, START, plain], 0)],
      [
        [0, 9],
        [3600, 9],
      ],
    ],
    [
      "a picture in two packets, cut between its slices",
      [pes(key, 0), pes([START, Uint8Array.of(0x65, 0x42, 9, 9)], 0)],
      [[0, 17]],
    ],
    ["a picture in two packets, cut within a slice", [pes(key, 0), untimed(Uint8Array.of(8, 9))], [[0, 11]]],
    [
      "pictures without delimiters",
      [pes(key.slice(1), 0), pes([START, plain], 3600), pes([START, plain], 7200)],
      [
        [0, 9],
        [3600, 9],
        [7200, 9],
      ],
    ],
    [
      "parameter sets in a packet of their own",
      [pes(key.slice(0, 5), 0), pes([START, idr], 0), pes([DELIMITER, START, plain], 3600)],
      [
        [0, 9],
        [3600, 9],
      ],
    ],
    ["a key picture without parameter sets", [pes([DELIMITER, START, idr], 0), pes(key, 3600)], [[3600, 9]]],
  ];
  it.each(shapes)("reads %s", (_name, units, expected) => {
    const video = samplesOf(demultiplex(crafted(0x1b, ...units)), "video");
    expect(video.map(({ pts, data }) => [pts, data.length])).toEqual(expected);
  });

  it("keeps to its limits", () => {
    const large = Buffer.concat([...key, new Uint8Array(5000).fill(7)]);
    const octets = crafted(0x1b, pes([large], 0), pes(key, 3600));
    const demux = new TsDemultiplexer({ unit: 3000 });
    const events = [...demux.push(octets), ...demux.end()];
    expect(faults(events)).toEqual(["TS_LIMIT"]);
    expect(samplesOf(events, "video")).toHaveLength(1);
    // Units that are next to nothing are counted for more.
    const many = pes([...key, ...Array.from({ length: 100 }, () => [START, Uint8Array.of(0x41)]).flat()], 0);
    const few = new TsDemultiplexer({ unit: 3000 });
    expect(faults([...few.push(crafted(0x1b, many)), ...few.end()])).toContain("TS_LIMIT");
    const none = new TsDemultiplexer({ streams: 0 });
    expect(faults([...none.push(octets), ...none.end()])).toEqual(["TS_LIMIT"]);
  });

  it("reads sound that is cut anywhere, and finds back into it", () => {
    const mux = new TsMultiplexer({ audio: AUDIO }, { frames: 20 });
    const sent = frames(20);
    const octets = octetsOf([
      ...mux.write([{ kind: "audio", timescale: 48_000, samples: sent }]),
      ...mux.flush(),
    ]);
    // The frames as one text, cut into packets at places that are no frame's end.
    const whole = Buffer.concat(
      Array.from({ length: octets.length / 188 }, (_value, i) => octets.subarray(188 * i, 188 * i + 188))
        .filter((packet) => packet[1] === 0x41 || packet[1] === 0x01)
        .map((packet) => packet.subarray(4 + ((packet[3] ?? 0) & 0x20 ? 1 + (packet[4] ?? 0) : 0))),
    ).subarray(14);
    for (const size of [7, 100, 333, 1000]) {
      const units = Array.from({ length: Math.ceil(whole.length / size) }, (_value, i) => {
        const content = whole.subarray(i * size, (i + 1) * size);
        return i === 0 ? pes([content], 90_000) : untimed(content);
      });
      const events = demultiplex(crafted(0x0f, ...units));
      expect(faults(events)).toEqual([]);
      expect(samplesOf(events, "audio").map(({ pts }) => pts)).toEqual(sent.map(({ pts }) => pts + 48_000));
    }
    const noisy = demultiplex(crafted(0x0f, pes([Uint8Array.of(1, 2, 0xff, 3), whole], 90_000)));
    expect(faults(noisy)).toEqual(["TS_SOUND"]);
    expect(samplesOf(noisy, "audio")).toHaveLength(20);
    expect(faults(demultiplex(crafted(0x0f, pes([whole.subarray(0, 100)], 90_000))))).toEqual(["TS_SOUND"]);
  });
});

/** The number of the `nth` packet of a PID, which is one without a beginning. */
function findPacket(octets: Uint8Array, pid: number, nth: number): number {
  let seen = 0;
  for (let i = 0; i < octets.length / 188; i++) {
    const [, high = 0, low = 0] = octets.subarray(188 * i);
    if ((((high & 0x1f) << 8) | low) === pid && ++seen >= nth && (high & 0x40) === 0) return i;
  }
  throw new Error(`fewer than ${nth} packets of ${pid}`);
}
