import { parsePlaylist, type MediaPlaylist } from "@socketscope/media";
import { describe, expect, it } from "vitest";
import { HlsCursor } from "../src/hls-cursor.ts";

function playlist(...lines: readonly string[]): MediaPlaylist {
  const found = parsePlaylist(
    ["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-TARGETDURATION:2", ...lines, ""].join("\n"),
  );
  if (found.kind !== "media") throw new Error("a master playlist");
  return found;
}

const segments = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_value, i) => ["#EXTINF:2,", `${from + i}.m4s`]).flat();
const uris = (cursor: HlsCursor, of: MediaPlaylist): string[] => cursor.take(of).map(({ uri }) => uri);

describe("a playlist that is followed", () => {
  it("gives a film from its beginning, with what each piece needs", () => {
    const cursor = new HlsCursor({ lowLatency: true });
    const film = playlist(
      "#EXT-X-PLAYLIST-TYPE:VOD",
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="10@0"',
      "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z",
      "#EXTINF:2,",
      "#EXT-X-BYTERANGE:100@10",
      "all.mp4",
      "#EXTINF:2,",
      "#EXT-X-BYTERANGE:50",
      "all.mp4",
      "#EXT-X-DISCONTINUITY",
      '#EXT-X-MAP:URI="other.mp4"',
      "#EXTINF:1,",
      "last.m4s",
      "#EXT-X-ENDLIST",
    );
    const wall = Date.UTC(2026, 0, 1);
    expect(cursor.take(film)).toMatchObject([
      {
        uri: "all.mp4",
        byteRange: { offset: 10, length: 100 },
        map: "init.mp4",
        mapRange: { offset: 0, length: 10 },
        wall,
      },
      { uri: "all.mp4", byteRange: { offset: 110, length: 50 }, wall: wall + 2000, discontinuity: false },
      { uri: "last.m4s", map: "other.mp4", wall: wall + 4000, discontinuity: true },
    ]);
    expect(cursor.take(film)).toEqual([]);
  });

  it("begins live three target durations before the end, goes on with what is new, counts what has gone", () => {
    const cursor = new HlsCursor({ lowLatency: false });
    const from = (first: number, last: number): MediaPlaylist =>
      playlist(`#EXT-X-MEDIA-SEQUENCE:${first}`, ...segments(first, last));
    expect(uris(cursor, from(10, 15))).toEqual(["13.m4s", "14.m4s", "15.m4s"]);
    expect(cursor.query(from(10, 15))).toBe("");
    expect(uris(cursor, from(11, 16))).toEqual(["16.m4s"]);
    expect(uris(cursor, from(20, 21))).toEqual(["20.m4s", "21.m4s"]);
    expect(cursor.missed).toBe(3);
  });

  it("takes parts as they are made, and asks for the next", () => {
    const head = [
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.2",
      "#EXT-X-PART-INF:PART-TARGET=0.4",
      "#EXT-X-MEDIA-SEQUENCE:5",
      ...segments(5, 8),
    ];
    const parts = (...names: string[]): string[] =>
      names.map((name) => `#EXT-X-PART:DURATION=0.4,URI="${name}"`);
    const cursor = new HlsCursor({ lowLatency: true });
    const first = playlist(...head, ...parts("9.0", "9.1"));
    expect(uris(cursor, first)).toEqual(["8.m4s", "9.0", "9.1"]);
    // 2.8 s from the end lies a key picture, 1.2 s from it playing begins.
    expect(cursor.skipped).toBeCloseTo(1.6, 5);
    expect(cursor.query(first)).toBe("_HLS_msn=9&_HLS_part=2");
    expect(uris(cursor, playlist(...head, ...parts("9.0", "9.1", "9.2")))).toEqual(["9.2"]);
    const turned = playlist(
      ...head,
      ...parts("9.0", "9.1", "9.2", "9.3"),
      ...segments(9, 9),
      ...parts("10.0"),
    );
    expect(uris(cursor, turned)).toEqual(["9.3", "10.0"]);
    expect(cursor.query(turned)).toBe("_HLS_msn=10&_HLS_part=1");
    const plain = new HlsCursor({ lowLatency: false });
    expect(uris(plain, turned)).toEqual(["7.m4s", "8.m4s", "9.m4s"]);
    expect(plain.query(turned)).toBe("_HLS_msn=10");
  });
});
