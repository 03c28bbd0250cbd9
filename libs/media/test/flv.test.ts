import { describe, expect, it } from "vitest";
import { FlvReader, MediaError, type FlvEvent, type Sample } from "../src/index.ts";

/** 640 × 360, High profile: the sample film's. */
const SPS = Buffer.from("6764001fac720440a02ff97011000003000100000300320f18318460", "hex");
const AVCC = Uint8Array.from([
  1,
  ...SPS.subarray(1, 4),
  0xff,
  0xe1,
  0,
  SPS.length,
  ...SPS,
  1,
  0,
  4,
  0x68,
  0xeb,
  0xe3,
  0xcb,
]);
const video = (frame: number, packet: number, offset: number, ...data: number[]): Uint8Array =>
  Uint8Array.of(frame * 16 + 7, packet, (offset >> 16) & 255, (offset >> 8) & 255, offset & 255, ...data);
const CONFIGURED = [...video(1, 0, 0), ...AVCC];

function samples(events: readonly FlvEvent[]): Sample[] {
  return events.flatMap((event) => (event.type === "sample" ? [event.sample] : []));
}

function fault(kind: "video" | "audio", body: Uint8Array): string {
  try {
    new FlvReader().push(kind, 0, body);
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
  return "none";
}

describe("sound and pictures as FLV has them", () => {
  it("are a track, and samples with both their times", () => {
    const reader = new FlvReader();
    expect(reader.push("video", 0, Uint8Array.from(CONFIGURED))).toMatchObject([
      {
        type: "track",
        track: { codec: "avc", codecString: "avc1.64001f", width: 640, height: 360, description: AVCC },
      },
    ]);
    // The same again says nothing new.
    expect(reader.push("video", 0, Uint8Array.from(CONFIGURED))).toEqual([]);
    const events = [
      ...reader.push("video", 0, video(1, 1, 80, 1)),
      ...reader.push("video", 40, video(2, 1, -40, 2)),
      ...reader.push("video", 40, video(2, 1, 0, 3)),
      // Two pictures have one stamp; a command to the player and the end of a sequence are no pictures.
      ...reader.push("video", 41, video(5, 0, 0)),
      ...reader.push("video", 41, video(1, 2, 0)),
    ];
    expect(samples(events).map(({ dts, pts, key, data }) => [dts, pts, key, data[0]])).toEqual([
      [0, 7200, true, 1],
      [3600, 3600, false, 2],
      [3601, 3601, false, 3],
    ]);
  });

  it("go on where the stamps of 32 bits begin again", () => {
    const reader = new FlvReader();
    reader.push("video", 0, Uint8Array.from(CONFIGURED));
    const times = [2 ** 32 - 20, 20, 60].flatMap((stamp) =>
      samples(reader.push("video", stamp, video(1, 1, 0, 1))),
    );
    expect(times.map(({ dts }) => dts / 90 - 2 ** 32)).toEqual([-20, 20, 60]);
  });

  it("smooth the rounded stamps of sound, and believe a leap", () => {
    const reader = new FlvReader();
    expect(reader.push("audio", 0, Uint8Array.of(0xaf, 0, 0x11, 0x90))).toMatchObject([
      { track: { codec: "aac", sampleRate: 48_000, channels: 2, codecString: "mp4a.40.2" } },
    ]);
    const stamps = [0, 21, 43, 64, 1000, 1021];
    const found = stamps.flatMap((stamp) => samples(reader.push("audio", stamp, Uint8Array.of(0xaf, 1, 9))));
    expect(found.map(({ pts }) => pts)).toEqual([0, 1024, 2048, 3072, 48_000, 49_024]);
  });

  it("take MP3 by its first frame", () => {
    const frame = Uint8Array.of(0x2f, 0xff, 0xfb, 0x94, 0x40, 0);
    expect(new FlvReader().push("audio", 0, frame)).toMatchObject([
      { type: "track", track: { codec: "mp3", sampleRate: 48_000, channels: 2 } },
      { type: "sample", sample: { duration: 1152 } },
    ]);
  });

  it.each([
    ["H.263", "video", Uint8Array.of(0x12, 0, 0), "MEDIA_CODEC"],
    ["H.265 by FourCC", "video", Uint8Array.of(0x90, ...Buffer.from("hvc1")), "MEDIA_CODEC"],
    ["Speex", "audio", Uint8Array.of(0xb2, 0), "MEDIA_CODEC"],
    ["MP3 that is none", "audio", Uint8Array.of(0x2f, 1, 2, 3, 4), "MEDIA_CODEC"],
    ["a tag cut short", "video", Uint8Array.of(0x17, 1), "MEDIA_BROKEN"],
    ["a configuration that is none", "video", video(1, 0, 0, 1, 2, 3), "MEDIA_NO_CONFIGURATION"],
    ["a configuration of AAC that is none", "audio", Uint8Array.of(0xaf, 0, 0), "MEDIA_BROKEN"],
    ["an empty tag", "video", new Uint8Array(), "none"],
    ["frames before their configuration", "video", video(1, 1, 0, 1), "none"],
  ] as const)("refuse %s", (_what, kind, body, code) => {
    expect(fault(kind, body)).toBe(code);
  });
});
