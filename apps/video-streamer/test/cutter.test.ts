/** What a publisher sends, cut while it comes: no socket, no clock. */
import { type AudioTrack, type Sample, type VideoTrack } from "@socketscope/media";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cutter, type CutPart } from "../src/live/cutter.ts";

const VIDEO: VideoTrack = {
  kind: "video",
  codec: "avc",
  codecString: "avc1.64001f",
  timescale: 90_000,
  width: 640,
  height: 360,
  ahead: 0,
  rotation: 0,
  description: Uint8Array.of(1, 100, 0, 31),
};
const AUDIO: AudioTrack = {
  kind: "audio",
  codec: "aac",
  codecString: "mp4a.40.2",
  timescale: 48_000,
  sampleRate: 48_000,
  channels: 2,
  ahead: 0,
  description: Uint8Array.of(0x11, 0x90),
};
const FRAME = 3600;

/** Pictures at 25 a second, decoded two ahead, a key picture each `group`. */
function picture(i: number, group: number, origin = 0): Sample {
  const order = i % group;
  const dts = origin + i * FRAME;
  // B-pictures: the second of three is shown first.
  const offset = order === 0 ? 2 : [4, 1, 1][(order - 1) % 3];
  return {
    data: Uint8Array.of(1),
    dts,
    pts: dts + (offset ?? 0) * FRAME,
    duration: FRAME,
    key: order === 0,
  };
}

function frame(i: number, origin = 0): Sample {
  const pts = origin + i * 1024;
  return { data: Uint8Array.of(2), dts: pts, pts, duration: 1024, key: true };
}

/** In the order of time, as a publisher sends it; `late` samples of sound come behind. */
function cut(seconds: number, group: number, { part = 0.4, late = 0, start = 0 } = {}): CutPart[] {
  const cutter = new Cutter({ tracks: { video: VIDEO, audio: AUDIO }, start, part }, picture(0, group));
  const parts: CutPart[] = [];
  let sound = 0;
  for (let i = 0; i < seconds * 25; i++) {
    parts.push(...cutter.add("video", picture(i, group)));
    for (; sound * 1024 < ((i + 1) / 25) * 48_000 + 3840 - late * 1024; sound++)
      parts.push(...cutter.add("audio", frame(sound)));
  }
  return [...parts, ...cutter.finish()];
}

const samplesOf = (parts: readonly CutPart[], kind: string): Sample[] =>
  parts.flatMap(({ lanes }) => lanes.filter((lane) => lane.kind === kind).flatMap(({ samples }) => samples));

describe("what a publisher sends is cut", () => {
  it("into segments at key pictures, and parts no longer than they may be", () => {
    const parts = cut(8, 50);
    const lasts = parts.flatMap(({ last }, i) => (last ? [i] : []));
    expect(lasts).toEqual([4, 9, 14, 19]);
    expect(parts.every(({ duration }) => duration <= 0.4001)).toBe(true);
    for (const i of [0, ...lasts.slice(0, -1).map((one) => one + 1)])
      expect(parts[i]?.independent).toBe(true);
    expect(parts.map(({ start }) => Math.round(start * 1000))).toEqual(parts.map((_part, i) => i * 400));
  });

  it("at every second key picture where they come each second, later where they come late", () => {
    const ends = (group: number): number[] =>
      cut(8, group).flatMap(({ last, start, duration }) =>
        last ? [Math.round((start + duration) * 100) / 100] : [],
      );
    expect(ends(25)).toEqual([2, 4, 6, 8]);
    expect(ends(75)).toEqual([3, 6, 8]);
  });

  it("loses and doubles nothing, wherever the sound comes", () => {
    for (const late of [0, 5, 20]) {
      const parts = cut(4, 50, { late, start: 100 });
      const pictures = samplesOf(parts, "video");
      expect(pictures.map(({ dts }) => dts)).toEqual(pictures.map((_one, i) => 9_000_000 - 7200 + i * FRAME));
      // Sound from before the first picture is shown is nobody's: it is shown two pictures after it is decoded.
      const sound = samplesOf(parts, "audio");
      expect(sound.map(({ dts }) => dts)).toEqual(
        sound.map((_one, i) => 4_800_000 - 3840 + 4 * 1024 + i * 1024),
      );
      // A part has the sound of its time.
      for (const { lanes, start, duration } of parts.slice(0, -1)) {
        const times = lanes[1]?.samples.map(({ pts }) => pts / 48_000) ?? [];
        if (late < 20) expect(times.length).toBeGreaterThan(17);
        for (const time of times) expect(time).toBeLessThan(start + duration);
      }
    }
  });

  it("goes on without sound that does not come", () => {
    const cutter = new Cutter(
      { tracks: { video: VIDEO, audio: AUDIO }, start: 0, part: 0.4 },
      picture(0, 50),
    );
    const parts = Array.from({ length: 100 }, (_value, i) => cutter.add("video", picture(i, 50))).flat();
    expect(parts.length).toBeGreaterThan(5);
  });

  it("cuts sound alone by the clock", () => {
    const cutter = new Cutter({ tracks: { video: undefined, audio: AUDIO }, start: 0, part: 0.4 }, frame(0));
    const parts = Array.from({ length: 300 }, (_value, i) => cutter.add("audio", frame(i))).flat();
    parts.push(...cutter.finish());
    expect(samplesOf(parts, "audio")).toHaveLength(300);
    const ends = parts.filter(({ last }) => last).map(({ start, duration }) => start + duration);
    expect(ends.map((end) => end.toFixed(1))).toEqual(["2.0", "4.0", "6.0", "6.4"]);
  });

  it("says where times go back or leap", () => {
    const cutter = new Cutter(
      { tracks: { video: VIDEO, audio: AUDIO }, start: 0, part: 0.4 },
      picture(0, 50),
    );
    cutter.add("video", picture(0, 50));
    cutter.add("audio", frame(0));
    expect(cutter.fits("video", picture(1, 50))).toBe(true);
    expect(cutter.fits("video", picture(0, 50))).toBe(false);
    expect(cutter.fits("video", picture(25 * 11, 50))).toBe(false);
    expect(cutter.fits("audio", frame(47 * 11))).toBe(false);
  });

  it("leaves out sound that reaches back into what there is, and goes on with the pictures", () => {
    const cutter = new Cutter(
      { tracks: { video: VIDEO, audio: AUDIO }, start: 0, part: 0.4 },
      picture(0, 50),
    );
    const parts = Array.from({ length: 100 }, (_value, i) => cutter.add("video", picture(i, 50))).flat();
    for (let i = 0; i < 90; i++) parts.push(...cutter.add("audio", frame(i)));
    // A film that is played again: its second turn begins a little before the last frame of the first one is over.
    const again = frame(89, -512);
    expect([again, frame(89)].map((one) => cutter.fits("audio", one))).toEqual([true, true]);
    expect(cutter.fits("audio", frame(0))).toBe(false);
    for (const one of [again, frame(90, -512), frame(91, -512)]) parts.push(...cutter.add("audio", one));
    parts.push(...cutter.finish());
    const sound = samplesOf(parts, "audio").map(({ dts }) => dts);
    expect(sound).toEqual([...new Set(sound)].toSorted((a, b) => a - b));
    // The pictures begin two frames of 40 ms after they are decoded: so much earlier is the sound.
    expect(sound.at(-1)).toBe(91 * 1024 - 512 - 3840);
  });

  it("keeps every sample once and in order, whatever the rates", () => {
    const steps = fc.array(fc.record({ step: fc.integer({ min: 1, max: 20_000 }), key: fc.boolean() }), {
      minLength: 2,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 100, max: 2000 }), (pictures, partMs) => {
        let dts = 0;
        const samples = pictures.map(({ step, key }, i) => {
          dts += step;
          return { data: Uint8Array.of(i), pts: dts, dts, duration: 1, key: key || i === 0 };
        });
        const [first] = samples;
        if (first === undefined) return;
        const options = { tracks: { video: VIDEO, audio: undefined }, start: 3, part: partMs / 1000 };
        const cutter = new Cutter(options, first);
        const parts = [...samples.flatMap((sample) => cutter.add("video", sample)), ...cutter.finish()];
        expect(samplesOf(parts, "video").map(({ data }) => data[0])).toEqual(
          samples.map(({ data }) => data[0]),
        );
        const longest = Math.max(partMs / 1000, ...pictures.map(({ step }) => step / 90_000));
        for (const [i, part] of parts.entries()) {
          expect(part.duration).toBeLessThanOrEqual(longest + 0.0011);
          expect(part.last || i < parts.length - 1).toBe(true);
          const next = parts[i + 1];
          if (next !== undefined) expect(next.start).toBeCloseTo(part.start + part.duration, 6);
        }
      }),
      { numRuns: 200 },
    );
  });
});
