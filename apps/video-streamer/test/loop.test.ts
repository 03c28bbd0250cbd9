import { Fmp4Reader, initSection, type Sample, type VideoTrack } from "@socketscope/media";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Loop } from "../src/live/loop.ts";
import { cutParts } from "../src/live/parts.ts";
import { readReload } from "../src/live/reload.ts";

describe("a circle of films", () => {
  const loop = new Loop([{ durations: [2, 2, 1] }, { durations: [3] }]);

  it("goes round and round, and counts where things change", () => {
    expect(loop.length).toBe(8);
    const shown = Array.from({ length: 9 }, (_value, number) => {
      const { film, index, turn, airStart, discontinuities, first } = loop.segment(number);
      return [film, index, turn, airStart, discontinuities, first];
    });
    expect(shown).toEqual([
      [0, 0, 0, 0, 0, true],
      [0, 1, 0, 2, 0, false],
      [0, 2, 0, 4, 0, false],
      [1, 0, 0, 5, 1, true],
      [0, 0, 1, 8, 2, true],
      [0, 1, 1, 10, 2, false],
      [0, 2, 1, 12, 2, false],
      [1, 0, 1, 13, 3, true],
      [0, 0, 2, 16, 4, true],
    ]);
  });

  it("knows at any time what is on the air", () => {
    for (const [seconds, number] of [
      [0, 0],
      [1.999, 0],
      [2, 1],
      [4.5, 2],
      [7.99, 3],
      [8, 4],
      [80, 40],
      [-5, 0],
    ] as const)
      expect(loop.at(seconds), String(seconds)).toBe(number);
  });

  it("shows every moment exactly once, whatever the films are", () => {
    const films = fc.array(
      fc.record({
        durations: fc.array(
          fc.integer({ min: 40, max: 9000 }).map((ms) => ms / 1000),
          { minLength: 1, maxLength: 8 },
        ),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(films, fc.integer({ min: 0, max: 100_000 }), (durations, ms) => {
        const circle = new Loop(durations);
        const seconds = (circle.length * ms) / 1000;
        const { airStart, duration, number } = circle.segment(circle.at(seconds));
        expect(seconds).toBeGreaterThanOrEqual(airStart - 1e-6);
        expect(seconds).toBeLessThanOrEqual(airStart + duration + 1e-6);
        expect(circle.segment(number + 1).airStart).toBeCloseTo(airStart + duration, 6);
      }),
    );
  });
});

describe("parts", () => {
  const samples = (count: number, duration: number, begin = 0) =>
    Array.from({ length: count }, (_value, i) => ({
      data: Uint8Array.of(i),
      pts: begin + i * duration,
      dts: begin + i * duration,
      duration,
      key: i === 0,
    }));

  it("cut pictures where a part is full, and sound by the clock", () => {
    const video = { kind: "video", timescale: 25, ahead: 0, samples: samples(50, 1) } as const;
    const audio = { kind: "audio", timescale: 48_000, ahead: 0, samples: samples(94, 1024) } as const;
    const segment = { number: 0, start: 0, duration: 2 };
    const pictures = cutParts([video], segment, 0.4).parts;
    expect(pictures.map(({ duration }) => duration)).toEqual([0.4, 0.4, 0.4, 0.4, 0.4]);
    expect(pictures.map(({ ends }) => ends)).toEqual([0.4, 0.8, 1.2000000000000002, 1.6, 2]);
    expect(pictures.map(({ independent }) => independent)).toEqual([true, false, false, false, false]);
    const sound = cutParts(
      [{ ...audio, samples: audio.samples.map((one) => ({ ...one, key: true })) }],
      segment,
      0.4,
    ).parts;
    expect(sound.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo((94 * 1024) / 48_000, 9);
    expect(sound.every(({ independent }) => independent)).toBe(true);
    expect(cutParts([video, audio], segment, 0.4).parts).toHaveLength(5);
  });

  it("behind a discontinuity begin with what is shown first, and need no edit list", () => {
    // Shown in the order 0 2 1 4 3 …: decoding runs two pictures ahead.
    const order = [0, 4, 2, 1, 3, 8, 6, 5, 7, 9];
    const reordered = order.map((shown, i) => ({
      data: Uint8Array.of(shown),
      pts: 100_000 + shown * 512,
      dts: 100_000 + (i - 2) * 512,
      duration: 512,
      key: i === 0,
    }));
    const video = { kind: "video", timescale: 12_800, ahead: 1024, samples: reordered } as const;
    const track: VideoTrack = {
      kind: "video",
      codec: "avc",
      codecString: "avc1.64001f",
      timescale: 12_800,
      width: 640,
      height: 360,
      ahead: 0,
      rotation: 0,
      description: Uint8Array.of(1, 100, 0, 31),
    };
    const times = (first: boolean, target: number): Sample[] => {
      const segment = { number: 3, start: 100_000 / 12_800, duration: 0.4, first };
      const reader = new Fmp4Reader();
      reader.push(initSection([track]));
      const { parts } = cutParts([video], segment, target);
      expect(parts.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(0.4, 9);
      // As it is muxed anew for MPEG-TS nothing has changed.
      expect(parts.flatMap(({ lanes }) => lanes.flatMap(({ samples: all }) => all))).toEqual(reordered);
      return parts.flatMap(({ octets }) =>
        reader.push(octets).flatMap((event) => (event.type === "sample" ? [event.sample] : [])),
      );
    };
    const pts = reordered.map((one) => one.pts);
    const later = [512, 1024, 1536, 2048, 2560, 3072, 3584];
    for (const target of [0.1, 1]) {
      expect(times(true, target).map((one) => one.pts)).toEqual(pts);
      expect(times(true, target).map(({ dts }) => dts - 100_000)).toEqual([0, 170, 341, ...later]);
      expect(times(false, target).map((one) => one.pts)).toEqual(pts);
      expect(times(false, target).map(({ dts }) => dts - 100_000)).toEqual([-1024, -512, 0, ...later]);
      expect(times(true, target).every((one) => one.pts >= one.dts)).toBe(true);
    }
  });

  it("are one when the segment is no longer than one, and none when there is nothing", () => {
    const video = { kind: "video", timescale: 25, ahead: 0, samples: samples(5, 1, 250) } as const;
    expect(cutParts([video], { number: 9, start: 10, duration: 0.2 }, 0.4).parts).toHaveLength(1);
    expect(cutParts([{ ...video, samples: [] }], { number: 9, start: 10, duration: 0.2 }, 0.4).parts).toEqual(
      [],
    );
  });
});

describe("a blocking reload", () => {
  it.each([
    ["", { kind: "none", skip: false }],
    ["_HLS_skip=YES", { kind: "none", skip: true }],
    ["_HLS_skip=v2&_HLS_msn=7", { kind: "wait", skip: true, awaited: { segment: 7, part: undefined } }],
    ["_HLS_skip=NO", { kind: "bad" }],
    ["_HLS_skip=yes", { kind: "bad" }],
    ["_HLS_skip=YES&_HLS_skip=YES&_HLS_msn=7", { kind: "bad" }],
    ["other=1", { kind: "none" }],
    ["_HLS_msn=7", { kind: "wait", awaited: { segment: 7, part: undefined } }],
    ["_HLS_msn=7&_HLS_part=0", { kind: "wait", awaited: { segment: 7, part: 0 } }],
    ["_HLS_part=0", { kind: "bad" }],
    ["_HLS_msn=", { kind: "bad" }],
    ["_HLS_msn=-1", { kind: "bad" }],
    ["_HLS_msn=1.5", { kind: "bad" }],
    ["_HLS_msn=0x10", { kind: "bad" }],
    ["_HLS_msn=1e3", { kind: "bad" }],
    ["_HLS_msn=9999999999999999999", { kind: "bad" }],
    ["_HLS_msn=7&_HLS_msn=8", { kind: "bad" }],
    ["_HLS_msn=7&_HLS_part=x", { kind: "bad" }],
    ["_HLS_msn=7&_HLS_part=1&_HLS_part=2", { kind: "bad" }],
  ])("%s", (query, expected) => {
    expect(readReload(query)).toMatchObject(expected);
  });
});
