import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MediaError, TsError, TsMultiplexer, type Sample, type TsBurst } from "../src/index.ts";
import { parseTsPacket } from "../src/ts/packet.ts";
import {
  AUDIO,
  demultiplex,
  faults,
  frames,
  moved,
  octetsOf,
  pictures,
  samplesOf,
  VIDEO,
} from "./ts-samples.ts";

const TRACKS = { video: VIDEO, audio: AUDIO };
/** What the multiplexer adds to all times, in ticks of both. */
const START = { video: 90_000, audio: 48_000 } as const;

/** Pictures and sound of `seconds`, cut into pieces of `step` seconds at key pictures. */
function film(seconds: number, step: number, from = 0): { video: Sample[]; audio: Sample[] }[] {
  const video = pictures(seconds * 25, { from: from * 90_000, group: step * 25 });
  const audio = frames(Math.floor((seconds * 48_000) / 1024), { from: from * 48_000 });
  return Array.from({ length: Math.ceil(seconds / step) }, (_value, i) => {
    const within = (rate: number) => (sample: Sample) =>
      Math.floor((sample.pts / rate - from) / step + 1e-9) === i;
    return { video: video.filter(within(90_000)), audio: audio.filter(within(48_000)) };
  });
}

function lanes({ video, audio }: { video: readonly Sample[]; audio: readonly Sample[] }) {
  return [
    { kind: "video", timescale: 90_000, samples: video },
    { kind: "audio", timescale: 48_000, samples: audio },
  ] as const;
}

function packetsOf(octets: Uint8Array) {
  return Array.from({ length: octets.length / 188 }, (_value, i) =>
    parseTsPacket(octets.subarray(188 * i, 188 * i + 188)),
  );
}

describe("the multiplexer", () => {
  it("and the demultiplexer give back what went in", () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 40 }),
          group: fc.integer({ min: 1, max: 12 }),
          size: fc.integer({ min: 5, max: 1500 }),
          // Also where the 33 bits begin again.
          from: fc.constantFrom(0, 1000, 2 ** 33 / 90_000 - 1.5),
          sounds: fc.integer({ min: 0, max: 60 }),
          step: fc.integer({ min: 1, max: 20 }),
        }),
        ({ count, group, size, from, sounds, step }) => {
          const video = pictures(count, { group, size, from: Math.round(from * 90_000) });
          const audio = frames(sounds, { size, from: Math.round(from * 48_000) });
          const mux = new TsMultiplexer(sounds === 0 ? { video: VIDEO } : TRACKS);
          const bursts: TsBurst[] = [];
          for (let at = 0; at < Math.max(count, sounds); at += step)
            bursts.push(
              ...mux.write(lanes({ video: video.slice(at, at + step), audio: audio.slice(at, at + step) })),
            );
          bursts.push(...mux.flush());
          const events = demultiplex(octetsOf(bursts));
          expect(faults(events)).toEqual([]);
          expect(moved(samplesOf(events, "video"), 0)).toEqual(moved(video, START.video));
          expect(moved(samplesOf(events, "audio"), 0)).toEqual(moved(audio, START.audio));
          expect(events.filter(({ type }) => type === "jump")).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("tells the tracks as they were", () => {
    const mux = new TsMultiplexer(TRACKS);
    const octets = octetsOf([...mux.write(lanes({ video: pictures(9), audio: frames(20) })), ...mux.flush()]);
    const tracks = demultiplex(octets).flatMap((event) => (event.type === "track" ? [event.track] : []));
    const plain = ({ pixelAspect: _aspect, ...track }: Record<string, unknown>) => track;
    expect(tracks.map((track) => plain({ ...track })).toSorted()).toEqual([{ ...VIDEO }, { ...AUDIO }]);
  });

  it("sends tables every 100 ms and before each key picture, the clock every 40, and counts every packet", () => {
    const mux = new TsMultiplexer(TRACKS);
    const bursts = [...film(6, 0.4).flatMap((piece) => mux.write(lanes(piece))), ...mux.flush()];
    const last = new Map<number, number>();
    let tables = -Infinity;
    let clock: { pcr: number; due: number } | undefined;
    for (const { due, octets } of bursts) {
      let had = false;
      for (const { pid, counter, payload, adaptation } of packetsOf(octets)) {
        if (payload !== undefined) {
          expect(counter).toBe(((last.get(pid) ?? 15) + 1) & 15);
          last.set(pid, counter);
        }
        if (pid === 0) {
          expect(due - tables).toBeLessThanOrEqual(tables === -Infinity ? Infinity : 0.141);
          tables = due;
          had = true;
        }
        if (adaptation?.randomAccess === true) expect(had).toBe(true);
        const pcr = adaptation?.pcr;
        if (pcr === undefined) continue;
        if (clock !== undefined) {
          expect((pcr - clock.pcr) / 27e6).toBeCloseTo(due - clock.due, 6);
          expect(pcr).toBeGreaterThan(clock.pcr);
          expect(due - clock.due).toBeLessThanOrEqual(0.0401);
        }
        clock = { pcr, due };
      }
    }
    expect(bursts.every(({ due }, i) => due >= (bursts[i - 1]?.due ?? -Infinity))).toBe(true);
  });

  it("goes on with the clock where nothing is shown for long", () => {
    const mux = new TsMultiplexer({ video: VIDEO });
    const slow = pictures(3, { group: 1 }).map((sample, i) => ({
      ...sample,
      pts: i * 90_000,
      dts: i * 90_000,
    }));
    const bursts = [...mux.write([{ kind: "video", timescale: 90_000, samples: slow }]), ...mux.flush()];
    const pcrs = packetsOf(octetsOf(bursts)).flatMap(({ adaptation }) => adaptation?.pcr ?? []);
    expect(pcrs.every((pcr, i) => i === 0 || pcr - (pcrs[i - 1] ?? 0) <= 2_700_000)).toBe(true);
    expect(pcrs.length).toBeGreaterThan(20);
    expect(faults(demultiplex(octetsOf(bursts)))).toEqual([]);
  });

  it("makes segments by themselves that are one stream when they lie behind each other", () => {
    const pieces = film(8, 2);
    const segments = pieces.map((piece) => new TsMultiplexer(TRACKS).segment(lanes(piece)));
    for (const segment of segments) {
      const [first, second] = packetsOf(segment);
      expect([first?.pid, second?.pid]).toEqual([0, 0x1000]);
      expect(faults(demultiplex(segment))).toEqual([]);
    }
    const whole = demultiplex(...segments);
    expect(faults(whole)).toEqual([]);
    expect(moved(samplesOf(whole, "video"), -START.video)).toEqual(
      moved(
        pieces.flatMap(({ video }) => video),
        0,
      ),
    );
    expect(moved(samplesOf(whole, "audio"), -START.audio)).toEqual(
      moved(
        pieces.flatMap(({ audio }) => audio),
        0,
      ),
    );
    const pcrs = packetsOf(Buffer.concat(segments)).flatMap(({ adaptation }) => adaptation?.pcr ?? []);
    expect(pcrs).toEqual(pcrs.toSorted((a, b) => a - b));
  });

  it("tells a change of tracks, and a leap of the clock", () => {
    const mux = new TsMultiplexer(TRACKS);
    const before = mux.write(lanes({ video: pictures(10), audio: frames(19) }));
    const between = mux.change({ video: VIDEO });
    const later = pictures(10, { from: 90_000 * 3600 });
    const after = [...mux.write([{ kind: "video", timescale: 90_000, samples: later }]), ...mux.flush()];
    const events = demultiplex(octetsOf([...before, ...between, ...after]));
    expect(faults(events)).toEqual([]);
    expect(events.flatMap((event) => (event.type === "program" ? [event.streams.length] : []))).toEqual([
      2, 1,
    ]);
    expect(events.filter(({ type }) => type === "jump")).toHaveLength(1);
    expect(samplesOf(events, "video")).toHaveLength(20);
    expect(
      packetsOf(octetsOf(after)).filter(({ adaptation }) => adaptation?.discontinuity === true),
    ).toHaveLength(1);
    // One kind that stays away is not waited for for ever.
    const alone = new TsMultiplexer(TRACKS);
    const held = alone.write([{ kind: "video", timescale: 90_000, samples: pictures(100) }]);
    expect(samplesOf(demultiplex(octetsOf(held)), "video").length).toBeGreaterThan(70);
  });

  it("refuses what it cannot carry", () => {
    expect(() => new TsMultiplexer({ video: { ...VIDEO, codec: "vp9" } })).toThrow(TsError);
    expect(() => new TsMultiplexer({ audio: { ...AUDIO, codec: "opus" } })).toThrow(TsError);
    expect(() => new TsMultiplexer({ video: { ...VIDEO, description: new Uint8Array(6) } })).toThrow(
      MediaError,
    );
    expect(() => new TsMultiplexer({ audio: { ...AUDIO, description: new Uint8Array() } })).toThrow(
      MediaError,
    );
    const mux = new TsMultiplexer(TRACKS);
    const broken = [{ ...pictures(1)[0], data: Uint8Array.of(0, 0, 1, 0, 5) }].flatMap((one) =>
      one.pts === undefined ? [] : [{ pts: 0, dts: 0, duration: 1, key: true, data: one.data }],
    );
    expect(() => mux.segment(lanes({ video: broken, audio: [] }))).toThrow(MediaError);
    const long = frames(1, { size: 8190 });
    expect(() => mux.segment(lanes({ video: [], audio: long }))).toThrow(TsError);
  });
});
