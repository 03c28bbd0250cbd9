import { describe, expect, it } from "vitest";
import {
  annexBUnits,
  averageBitRate,
  avcConfiguration,
  decodingAhead,
  fragment,
  fragmentHead,
  fragmentOverhead,
  initSection,
  lengthPrefixed,
  MediaError,
  parseAdts,
  peakBitRate,
  withDecodeTimes,
  type AudioTrack,
  type Sample,
  type VideoTrack,
} from "../src/index.ts";
import { boxAt, boxNames } from "./boxes.ts";
import { AUDIO } from "./tracks.ts";

const VIDEO: VideoTrack = {
  kind: "video",
  codec: "avc",
  codecString: "avc1.64001f",
  timescale: 12_800,
  width: 640,
  height: 360,
  ahead: 1024,
  rotation: 0,
  description: Uint8Array.of(1, 100, 0, 31),
};

const shown = (pts: number, key = false) => ({ data: Uint8Array.of(pts), pts, duration: 10, key });

describe("decode times", () => {
  it("are the times of showing in order, so far ahead that nothing is decoded too late", () => {
    const group = [shown(100, true), shown(130), shown(110), shown(120), shown(150), shown(140)];
    const ahead = decodingAhead(group);
    expect(ahead).toBe(10);
    const samples = withDecodeTimes(group, ahead);
    expect(samples.map(({ dts }) => dts)).toEqual([90, 100, 110, 120, 130, 140]);
    expect(samples.every(({ dts, pts }) => dts <= pts)).toBe(true);
    expect(samples.map(({ duration }) => duration)).toEqual([10, 10, 10, 10, 10, 10]);
  });

  it("are those of showing where nothing is reordered", () => {
    const group = [shown(0, true), shown(10), shown(20)];
    expect(decodingAhead(group)).toBe(0);
    expect(withDecodeTimes(group, 0).map(({ dts }) => dts)).toEqual([0, 10, 20]);
  });
});

describe("fragmented MP4", () => {
  it("begins with what the tracks are", () => {
    const init = initSection([VIDEO, AUDIO]);
    expect(boxNames(init)).toEqual(["ftyp", "moov"]);
    const moov = boxAt(init, "moov");
    expect(boxNames(moov)).toEqual(["mvhd", "trak", "trak", "mvex"]);
    // The edit list takes back what was added to the times; where nothing was, there is none.
    expect(boxNames(boxAt(moov, "trak"))).toEqual(["tkhd", "edts", "mdia"]);
    expect(boxNames(boxAt(moov, "trak", 1))).toEqual(["tkhd", "mdia"]);
    const elst = boxAt(boxAt(boxAt(moov, "trak"), "edts"), "elst");
    expect(new DataView(elst.buffer, elst.byteOffset).getInt32(12)).toBe(1024);
  });

  it("has a sample entry for every codec it knows", () => {
    const entry = (track: VideoTrack | AudioTrack): Uint8Array => {
      const trak = boxAt(boxAt(initSection([track]), "moov"), "trak");
      return boxAt(boxAt(boxAt(boxAt(trak, "mdia"), "minf"), "stbl"), "stsd").subarray(8);
    };
    const opusHead = Uint8Array.from([...Buffer.from("OpusHead"), 1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
    const flac = Uint8Array.from([...Buffer.from("fLaC"), 0x80, 0, 0, 34, ...new Uint8Array(34)]);
    expect(boxNames(entry(VIDEO))).toEqual(["avc1"]);
    expect(boxNames(entry({ ...VIDEO, codec: "hevc" }))).toEqual(["hvc1"]);
    const vp9 = entry({ ...VIDEO, codec: "vp9", codecString: "vp09.00.21.08.01.02.02.02.00" });
    expect(Buffer.from(boxAt(boxAt(vp9, "vp09").subarray(78), "vpcC")).toString("hex")).toBe(
      "010000000015820202020000",
    );
    const av1 = entry({
      ...VIDEO,
      codec: "av1",
      codecString: "av01.0.04M.10",
      description: new Uint8Array(),
    });
    expect(Buffer.from(boxAt(boxAt(av1, "av01").subarray(78), "av1C")).toString("hex")).toBe("81044c00");
    expect(boxNames(entry(AUDIO))).toEqual(["mp4a"]);
    expect(boxNames(entry({ ...AUDIO, codec: "mp3" }))).toEqual(["mp4a"]);
    const opus = entry({ ...AUDIO, codec: "opus", description: opusHead });
    expect(Buffer.from(boxAt(boxAt(opus, "Opus").subarray(28), "dOps")).toString("hex")).toBe(
      "000201380000bb80000000",
    );
    expect(boxNames(entry({ ...AUDIO, codec: "flac", description: flac }))).toEqual(["fLaC"]);
    expect(() => entry({ ...VIDEO, description: new Uint8Array() })).toThrow(MediaError);
    expect(() => entry({ ...AUDIO, codec: "opus", description: opusHead.subarray(0, 18) })).toThrow(
      MediaError,
    );
  });

  it("goes on with fragments: times, sizes, flags, octets", () => {
    const samples: Sample[] = withDecodeTimes([shown(100, true), shown(130), shown(110), shown(120)], 10);
    const sound: Sample[] = [{ data: Uint8Array.of(7, 8), pts: 5, dts: 5, duration: 3, key: true }];
    const octets = fragment(9, [
      { track: 1, kind: "video", samples, ahead: 10 },
      { track: 2, kind: "audio", samples: sound, ahead: 0 },
    ]);
    expect(boxNames(octets)).toEqual(["moof", "mdat"]);
    expect(octets.length).toBe(
      6 +
        fragmentOverhead([
          { kind: "video", count: 4 },
          { kind: "audio", count: 1 },
        ]),
    );
    const moof = boxAt(octets, "moof");
    expect(boxNames(moof)).toEqual(["mfhd", "traf", "traf"]);
    const trun = boxAt(boxAt(moof, "traf"), "trun");
    const words = new DataView(trun.buffer, trun.byteOffset);
    expect(words.getUint32(4)).toBe(4);
    // The first octet of the first sample is where it says, counted from the moof.
    expect(octets[words.getInt32(8)]).toBe(100);
    const second = boxAt(boxAt(moof, "traf", 1), "trun");
    expect(octets[new DataView(second.buffer, second.byteOffset).getInt32(8)]).toBe(7);
    const tfdt = boxAt(boxAt(moof, "traf"), "tfdt");
    expect(new DataView(tfdt.buffer, tfdt.byteOffset).getBigUint64(4)).toBe(100n);
    // duration 10, size 1, sync, composition offset: shown at 100, decoded at 90.
    expect([0, 1, 2, 3].map((i) => words.getUint32(12 + 4 * i))).toEqual([10, 1, 0x0200_0000, 10]);
    expect([0, 1, 2, 3].map((i) => words.getUint32(28 + 4 * i))).toEqual([10, 1, 0x0101_0000, 30]);
    expect(Buffer.from(boxAt(octets, "mdat")).toString("hex")).toBe("64826e780708");
  });

  it("has its head before the octets of its samples are known", () => {
    const samples: Sample[] = withDecodeTimes([shown(100, true), shown(130)], 10);
    const run = { track: 1, kind: "video", ahead: 10 } as const;
    const outlines = samples.map(({ data, ...rest }) => ({ ...rest, size: data.length }));
    const head = fragmentHead(9, [{ ...run, samples: outlines }]);
    expect([...head, 100, 130]).toEqual([...fragment(9, [{ ...run, samples }])]);
  });

  it("leaves out a track that brings nothing", () => {
    const octets = fragment(1, [{ track: 1, kind: "video", samples: [], ahead: 0 }]);
    expect(boxNames(boxAt(octets, "moof"))).toEqual(["mfhd"]);
  });
});

describe("what a transport stream carries", () => {
  const sps = Uint8Array.of(0x67, 100, 0, 31, 0xac);
  const pps = Uint8Array.of(0x68, 0xe8);
  const idr = Uint8Array.of(0x65, 0, 0, 3, 1, 9);
  const stream = Uint8Array.of(
    0,
    0,
    0,
    1,
    9,
    0xf0,
    0,
    0,
    0,
    1,
    ...sps,
    0,
    0,
    1,
    ...pps,
    0,
    0,
    0,
    1,
    ...idr,
    0,
    0,
  );

  it("is cut at start codes, and put behind lengths", () => {
    const units = annexBUnits(stream);
    expect(units.map((unit) => unit[0])).toEqual([9, 0x67, 0x68, 0x65]);
    expect(units[3]).toEqual(idr);
    expect(lengthPrefixed(units)).toEqual(Uint8Array.of(0, 0, 0, 6, ...idr));
    expect(avcConfiguration(units)).toEqual(
      Uint8Array.of(1, 100, 0, 31, 0xff, 0xe1, 0, 5, ...sps, 1, 0, 2, ...pps),
    );
    expect(() => avcConfiguration(annexBUnits(Uint8Array.of(0, 0, 1, 0x65, 9)))).toThrow(MediaError);
    expect(annexBUnits(Uint8Array.of(1, 2, 3))).toEqual([]);
  });

  it("has AAC behind ADTS headers", () => {
    const header = parseAdts(Uint8Array.of(0xff, 0xf1, 0x4c, 0x40, 0x09, 0xdf, 0xfc, 1));
    expect(header).toEqual({
      length: 7,
      frameLength: 78,
      description: Uint8Array.of(0x11, 0x88),
      sampleRate: 48_000,
      channels: 1,
    });
    expect(() => parseAdts(Uint8Array.of(0xff, 0xf1, 0x4c))).toThrow(MediaError);
    expect(() => parseAdts(new Uint8Array(9))).toThrow(MediaError);
  });
});

describe("bit rates (RFC 8216 §4.1)", () => {
  const of = (...sizes: readonly (readonly [octets: number, duration: number])[]) =>
    sizes.map(([octets, duration]) => ({ octets, duration }));

  it.each([
    ["segments of the target", of([1000, 4], [3000, 4], [2000, 4]), 6000],
    // 0.1 s alone is no peak: it counts with its neighbour, 5000 octets in 4.1 s.
    ["a short last one", of([4000, 4], [1000, 0.1]), 9757],
    ["one that is too short altogether", of([1000, 1]), 8000],
    ["none", of(), 0],
  ])("%s", (_what, segments, peak) => {
    expect(peakBitRate(segments, 4)).toBe(peak);
  });

  it("averages over all", () => {
    expect(averageBitRate(of([1000, 4], [3000, 4], [2000, 4]))).toBe(4000);
  });
});
