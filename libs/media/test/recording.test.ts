import { describe, expect, it } from "vitest";
import { Fmp4Reader, RecordingWriter, type Sample } from "../src/index.ts";
import { boxAt, boxNames } from "./boxes.ts";
import { AUDIO, VIDEO } from "./tracks.ts";

/** Each picture's octets are its number, so many times. */
const picture = (i: number, key = false): Sample => ({
  data: new Uint8Array(i + 1).fill(i),
  dts: 3600 * i - 3600,
  pts: 3600 * i + (i % 2) * 3600 - (i % 2 === 0 && i > 0 ? 3600 : 0),
  duration: 3600,
  key,
});
const frame = (i: number): Sample => ({
  data: Uint8Array.of(100 + i),
  dts: 480 + 1024 * i,
  pts: 480 + 1024 * i,
  duration: 1024,
  key: true,
});

function recorded(): { parts: Uint8Array[]; whole: Uint8Array; cut: Uint8Array } {
  const writer = new RecordingWriter([VIDEO, AUDIO]);
  const run = (video: Sample[], audio: Sample[]): Uint8Array =>
    writer.add([
      { track: 1, kind: "video", samples: video, ahead: VIDEO.ahead },
      { track: 2, kind: "audio", samples: audio, ahead: 0 },
    ]);
  const parts = [
    writer.head,
    run([picture(0, true), picture(1)], [frame(0), frame(1), frame(2)]),
    run([picture(2)], []),
    run([picture(3, true), picture(4)], [frame(3)]),
  ];
  const cut = Uint8Array.from(Buffer.concat(parts));
  expect(writer.length).toBe(cut.length);
  const { append, patch } = writer.end();
  const whole = Uint8Array.from(Buffer.concat([cut, append]));
  whole.set(patch.octets, patch.at);
  return { parts, whole, cut };
}

/** The words of a box in stbl, behind version and flags. */
function table(whole: Uint8Array, track: number, type: string): number[] {
  // Behind ftyp, and the mdat whose length has 64 bits.
  const moov = whole.subarray(Buffer.from(whole).lastIndexOf("moov") + 4);
  const stbl = boxAt(boxAt(boxAt(boxAt(moov, "trak", track), "mdia"), "minf"), "stbl");
  const octets = boxAt(stbl, type);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return Array.from({ length: octets.length / 4 - 1 }, (_value, i) => view.getInt32(4 + 4 * i));
}

describe("a recording", () => {
  it("is a stream that can be read as far as it came", () => {
    const { parts, cut } = recorded();
    const samples = (octets: Uint8Array): number =>
      new Fmp4Reader().push(octets).filter(({ type }) => type === "sample").length;
    expect(samples(cut)).toBe(9);
    for (const [i, count] of [
      [2, 5],
      [3, 6],
    ] as const)
      expect(samples(Uint8Array.from(Buffer.concat(parts.slice(0, i + 1)).subarray(0, -1)))).toBe(count);
  });

  it("is a film in the end: one mdat over all that was, and an index of every sample in it", () => {
    const { whole } = recorded();
    const head = whole.subarray(Buffer.from(whole).indexOf("mdat") - 4);
    expect(Buffer.from(head.subarray(4, 8)).toString()).toBe("mdat");
    const view = new DataView(head.buffer, head.byteOffset);
    expect([view.getUint32(0), view.getUint32(8)]).toEqual([1, 0]);
    const behind = head.subarray(view.getUint32(12));
    expect(boxNames(behind)).toEqual(["moov"]);
    expect(boxNames(boxAt(behind, "moov"))).toEqual(["mvhd", "trak", "trak"]);
    expect(table(whole, 0, "stts")).toEqual([1, 5, 3600]);
    expect(table(whole, 0, "stss")).toEqual([2, 1, 4]);
    expect(table(whole, 0, "stsz")).toEqual([0, 5, 1, 2, 3, 4, 5]);
    expect(table(whole, 0, "stsc")).toEqual([3, 1, 2, 1, 2, 1, 1, 3, 2, 1]);
    expect(table(whole, 1, "stsz")).toEqual([0, 4, 1, 1, 1, 1]);
    // What a chunk's place says is where its first sample stands.
    const [, ...places] = table(whole, 0, "co64").filter((_word, i) => i === 0 || i % 2 === 0);
    expect(places.map((place) => [...whole.subarray(place, place + 3)])).toEqual([
      [0, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
    const [, ...heard] = table(whole, 1, "co64").filter((_word, i) => i === 0 || i % 2 === 0);
    expect(heard.map((place) => whole[place])).toEqual([100, 103]);
    // Sound begins 10 ms after the first picture is shown: nothing, then all of it.
    const trak = boxAt(boxAt(behind, "moov"), "trak", 1);
    const elst = boxAt(boxAt(trak, "edts"), "elst");
    const edits = new DataView(elst.buffer, elst.byteOffset, elst.byteLength);
    expect([1, 2, 3, 5, 6].map((word) => edits.getInt32(4 * word))).toEqual([2, 10, -1, 85, 0]);
  });
});
