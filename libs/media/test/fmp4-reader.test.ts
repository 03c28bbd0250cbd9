import * as fc from "fast-check";
import { everySplit } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import {
  fragment,
  Fmp4Reader,
  initSection,
  MediaError,
  type AudioTrack,
  type Fmp4Event,
  type Sample,
  type VideoTrack,
} from "../src/index.ts";
import { AUDIO } from "./tracks.ts";

const VIDEO: VideoTrack = {
  kind: "video",
  codec: "avc",
  codecString: "avc1.64001f",
  timescale: 12_800,
  width: 640,
  height: 360,
  pixelAspect: { num: 4, den: 3 },
  ahead: 1024,
  rotation: 90,
  description: Uint8Array.of(1, 0x64, 0, 0x1f, 0xff),
};
const OPUS: AudioTrack = {
  ...AUDIO,
  codec: "opus",
  codecString: "opus",
  // RFC 7845 §5.1: "OpusHead", version 1, two channels, 312 samples of pre-skip, 48 kHz, no gain, mapping 0.
  description: Uint8Array.of(...Buffer.from("OpusHead"), 1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0),
};

const PICTURES: Sample[] = [
  { data: Uint8Array.of(1, 2, 3), pts: 0, dts: -1024, duration: 512, key: true },
  { data: Uint8Array.of(4, 5), pts: 1024, dts: -512, duration: 512, key: false },
  { data: Uint8Array.of(6), pts: 512, dts: 0, duration: 512, key: false },
];
const SOUND: Sample[] = [0, 1].map((i) => ({
  data: Uint8Array.of(9, i),
  pts: 1024 * i,
  dts: 1024 * i,
  duration: 1024,
  key: true,
}));

const STREAM: Uint8Array = Uint8Array.from(
  Buffer.concat([
    initSection([VIDEO, AUDIO]),
    fragment(1, [
      { track: 1, kind: "video", samples: PICTURES, ahead: 1024 },
      { track: 2, kind: "audio", samples: SOUND, ahead: 0 },
    ]),
    // What is not known is passed over.
    Buffer.from([0, 0, 0, 12, ...Buffer.from("free"), 1, 2, 3, 4]),
    fragment(2, [{ track: 1, kind: "video", samples: PICTURES.slice(0, 1), ahead: 1024 }]),
  ]),
);

function read(pieces: readonly Uint8Array[], limits = {}): { events: Fmp4Event[]; whole: boolean } {
  const reader = new Fmp4Reader(limits);
  return { events: pieces.flatMap((piece) => reader.push(piece)), whole: reader.whole };
}

function fault(octets: Uint8Array, limits = {}): string {
  try {
    read([octets], limits);
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
  return "none";
}

/** An atom of what `edit` makes of the octets from the first of that name on. */
function edited(name: string, edit: (octets: Buffer) => void): Uint8Array {
  const octets = Buffer.from(STREAM);
  edit(octets.subarray(octets.indexOf(name) - 4));
  return Uint8Array.from(octets);
}

describe("a stream of fragmented MP4 that is read", () => {
  it("says what was written, however it is cut", () => {
    const { events, whole } = read([STREAM]);
    expect(whole).toBe(true);
    expect(events.slice(0, 2)).toEqual([
      // The edit list has taken back by how much decoding runs ahead: times are those of showing.
      { type: "track", id: 1, track: { ...VIDEO, ahead: 0 } },
      { type: "track", id: 2, track: AUDIO },
    ]);
    const samples = (id: number): Sample[] =>
      events.flatMap((event) => (event.type === "sample" && event.id === id ? [event.sample] : []));
    expect(samples(1)).toEqual([...PICTURES, PICTURES[0]]);
    expect(samples(2)).toEqual(SOUND);
    for (const pieces of everySplit(STREAM)) expect(read(pieces).events).toEqual(events);
  });

  it.each([OPUS, { ...AUDIO, codec: "mp3", codecString: "mp4a.6B", description: new Uint8Array() } as const])(
    "knows the sound $codec",
    (track) => {
      expect(read([initSection([track])]).events).toEqual([{ type: "track", id: 1, track }]);
    },
  );

  it.each([
    [{ codec: "hevc", codecString: "hvc1.1.6.L93.b0" }, [1, 1, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93, 0xf0]],
    [{ codec: "av1", codecString: "av01.0.04M.08" }, [0x81, 4, 0x0c, 0]],
  ] as const)("writes $codecString as RFC 6381 does", ({ codec, codecString }, description) => {
    const track = { ...VIDEO, ahead: 0, codec, codecString, description: Uint8Array.from(description) };
    expect(read([initSection([track])]).events).toEqual([{ type: "track", id: 1, track }]);
  });

  it("takes what a fragment leaves to its track's defaults", () => {
    // tfhd without default-base-is-moof and with nothing of its own; the trun's offset still counts from the moof.
    const octets = edited("tfhd", (tfhd) => tfhd.writeUInt32BE(0x00_0020, 8));
    expect(read([octets]).events).toEqual(read([STREAM]).events);
  });

  it.each([
    ["something else", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "MEDIA_BROKEN"],
    ["a box smaller than its head", edited("moof", (box) => box.writeUInt32BE(7)), "MEDIA_BROKEN"],
    ["samples outside of mdat", edited("trun", (trun) => trun.writeInt32BE(-9, 16)), "MEDIA_BROKEN"],
    ["a size outside of mdat", edited("trun", (trun) => trun.writeUInt32BE(1 << 30, 24)), "MEDIA_BROKEN"],
    ["a track there is not", edited("tfhd", (tfhd) => tfhd.writeUInt32BE(7, 12)), "MEDIA_BROKEN"],
    ["more samples than are read", edited("trun", (trun) => trun.writeUInt32BE(1 << 30, 12)), "MEDIA_LIMIT"],
    ["a moov without mvex", edited("mvex", (mvex) => mvex.write("free", 4)), "MEDIA_NOT_FRAGMENTED"],
    ["a codec not carried here", edited("avc1", (entry) => entry.write("apch", 4)), "MEDIA_CODEC"],
    ["samples before the index", Buffer.from("\0\0\0\x08ftyp\0\0\0\x0amdatxx"), "MEDIA_NOT_FRAGMENTED"],
    ["a clock that stands still", edited("mdhd", (mdhd) => mdhd.writeUInt32BE(0, 20)), "MEDIA_BROKEN"],
  ])("refuses %s", (_what, octets, code) => {
    expect(fault(octets)).toBe(code);
  });

  it("reads no more than its limits", () => {
    expect(fault(STREAM, { head: 100 })).toBe("MEDIA_LIMIT");
    expect(fault(STREAM, { data: 5 })).toBe("MEDIA_LIMIT");
    expect(fault(STREAM, { samples: 2 })).toBe("MEDIA_LIMIT");
    // What is passed over may be as long as it likes: it is not held.
    expect(fault(Buffer.concat([STREAM, Buffer.from("\x7f\0\0\0free")]))).toBe("none");
  });

  it("throws MediaError and nothing else, whatever comes", () => {
    const mutations = fc.array(fc.tuple(fc.nat(STREAM.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(mutations, (changes) => {
        const octets = Buffer.from(STREAM);
        for (const [at, value] of changes) octets[at] = value;
        expect(fault(octets)).toMatch(/^(?:none|MEDIA_[A-Z_]+)$/);
      }),
      { numRuns: 2000 },
    );
  });
});
