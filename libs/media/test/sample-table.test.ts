import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  initSection,
  MediaError,
  readWholeMovie,
  RecordingWriter,
  type Sample,
  type WholeTrack,
} from "../src/index.ts";
import { AUDIO, VIDEO } from "./tracks.ts";

/** Three pictures are decoded in the order 0 2 1, and then three again; the fourth and the last last longer. */
const SHOWN = [0, 2, 1, 3, 6, 5].map((i) => 3600 * i);
const PICTURES: Sample[] = SHOWN.map((pts, i) => ({
  data: new Uint8Array(i + 1).fill(i),
  pts,
  dts: 3600 * ([-1, 0, 1, 2, 4, 5][i] ?? 0),
  duration: 3600 * (i === 3 ? 2 : 1),
  key: i % 3 === 0,
}));
const SOUND: Sample[] = [0, 1, 2, 3].map((i) => ({
  data: Uint8Array.of(100 + i),
  pts: 480 + 1024 * i,
  dts: 480 + 1024 * i,
  duration: 1024,
  key: true,
}));

/** Pictures in chunks of 2, 2, 1 and 1; sound of 3 and 1. */
function film(): Buffer {
  const writer = new RecordingWriter([VIDEO, AUDIO]);
  const run = (pictures: Sample[], sound: Sample[]): Uint8Array =>
    writer.add([
      { track: 1, kind: "video", samples: pictures, ahead: VIDEO.ahead },
      { track: 2, kind: "audio", samples: sound, ahead: 0 },
    ]);
  const parts = [
    writer.head,
    run(PICTURES.slice(0, 2), SOUND.slice(0, 3)),
    run(PICTURES.slice(2, 4), []),
    run(PICTURES.slice(4, 5), SOUND.slice(3)),
    run(PICTURES.slice(5), []),
  ];
  return Buffer.concat([...parts, writer.end().append]);
}

const none = { count: 0, sizes: [], offsets: [], shown: [] };
const FILM = film();
/** The content of the moov at the end. */
const MOOV = FILM.subarray(FILM.lastIndexOf("moov") + 4);

function read(moov: Uint8Array, most = 1000): WholeTrack[] {
  return readWholeMovie(Uint8Array.from(moov), most) ?? [];
}

function fault(moov: Uint8Array, most = 1000): string {
  try {
    return readWholeMovie(Uint8Array.from(moov), most) === undefined ? "in fragments" : "none";
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
}

/** `edit` gets the octets from the first box of that name on; in the second track when `sound`. */
function edited(name: string, edit: (box: Buffer) => void, sound = false): Buffer {
  const octets = Buffer.from(MOOV);
  edit(octets.subarray((sound ? octets.lastIndexOf(name) : octets.indexOf(name)) - 4));
  return octets;
}

describe("the sample tables of a whole film", () => {
  it("say of each sample where it lies and when it is shown", () => {
    const [pictures, sound] = read(MOOV);
    expect(pictures?.track).toMatchObject({ kind: "video", codecString: "avc1.64001f", timescale: 90_000 });
    expect(sound?.track).toMatchObject({ kind: "audio", codecString: "mp4a.40.2", sampleRate: 48_000 });
    for (const [one, samples] of [
      [pictures, PICTURES],
      [sound, SOUND],
    ] as const) {
      const { count, sizes, offsets, shown } = one?.table ?? none;
      expect(one?.enabled).toBe(true);
      expect(count).toBe(samples.length);
      expect([...shown]).toEqual(samples.map(({ pts }) => pts));
      expect([...offsets].map((at, i) => [...FILM.subarray(at, at + (sizes[i] ?? 0))])).toEqual(
        samples.map(({ data }) => [...data]),
      );
    }
    expect([...(pictures?.table.keys ?? [])]).toEqual([0, 3]);
    expect(sound?.table.keys).toBeUndefined();
    // The one that is shown last is the last but one in the order of decoding.
    expect([pictures?.table.end, sound?.table.end]).toEqual([3600 * 7, 480 + 4 * 1024]);
  });

  it("may give all samples one size, and forget that the first picture can be decoded", () => {
    const same = edited("stsz", (box) => box.writeUInt32BE(1, 12), true);
    expect([...(read(same)[1]?.table.sizes ?? [])]).toEqual([1, 1, 1, 1]);
    // Of the two keys the first is moved behind the beginning.
    const late = edited("stss", (box) => box.writeUInt32BE(2, 16));
    expect([...(read(late)[0]?.table.keys ?? [])]).toEqual([0, 1, 3]);
  });

  it.each<[what: string, moov: Uint8Array, code: string, most?: number]>([
    ["more samples than are read", MOOV, "MEDIA_LIMIT", 5],
    [
      "a number of samples that is not there",
      edited("stsz", (box) => box.writeUInt32BE(900, 16)),
      "MEDIA_BROKEN",
    ],
    ["samples in no chunk", edited("stsc", (box) => box.writeUInt32BE(1, 20)), "MEDIA_BROKEN"],
    ["chunks of nothing", edited("stsc", (box) => box.writeUInt32BE(0, 12)), "MEDIA_BROKEN"],
    ["samples without a time", edited("stts", (box) => box.writeUInt32BE(1, 12)), "MEDIA_BROKEN"],
    ["samples without an offset", edited("ctts", (box) => box.writeUInt32BE(1, 12)), "MEDIA_BROKEN"],
    ["a key picture number 0", edited("stss", (box) => box.writeUInt32BE(0, 20)), "MEDIA_BROKEN"],
    ["a key picture behind the end", edited("stss", (box) => box.writeUInt32BE(7, 20)), "MEDIA_BROKEN"],
    ["more key pictures than fit", edited("stss", (box) => box.writeUInt32BE(1 << 30, 12)), "MEDIA_BROKEN"],
    ["another codec on the way", edited("stsc", (box) => box.writeUInt32BE(2, 36)), "MEDIA_CODEC"],
    ["no place of its chunks", edited("co64", (box) => box.write("free", 4)), "MEDIA_BROKEN"],
    ["a codec not carried here", edited("avc1", (box) => box.write("apch", 4)), "MEDIA_CODEC"],
  ])("are not read: %s", (_what, moov, code, most = 1000) => {
    expect(fault(moov, most)).toBe(code);
  });

  it("are not those of a stream", () => {
    const head = Buffer.from(initSection([VIDEO]));
    expect(fault(head.subarray(head.indexOf("moov") + 4))).toBe("in fragments");
  });

  it("throw MediaError and nothing else, whatever they say", () => {
    const mutations = fc.array(fc.tuple(fc.nat(MOOV.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(mutations, (changes) => {
        const octets = Buffer.from(MOOV);
        for (const [at, value] of changes) octets[at] = value;
        expect(fault(octets)).toMatch(/^(?:none|in fragments|MEDIA_[A-Z_]+)$/);
      }),
      { numRuns: 2000 },
    );
  });
});
