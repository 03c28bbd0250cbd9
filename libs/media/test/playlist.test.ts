import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatPlaylist,
  parsePlaylist,
  PlaylistError,
  type MasterPlaylist,
  type MediaPlaylist,
  type Segment,
} from "../src/index.ts";

const MEDIA = {
  kind: "media",
  version: 1,
  independentSegments: false,
  targetDuration: 10,
  mediaSequence: 0,
  discontinuitySequence: 0,
  type: undefined,
  iFramesOnly: false,
  ended: false,
  segments: [],
  partTarget: undefined,
  serverControl: undefined,
  coming: undefined,
  preloadHints: [],
  reports: [],
  skipped: 0,
} satisfies MediaPlaylist;
const SEGMENT = { discontinuity: false, gap: false, parts: [] };

const accepted: readonly (readonly [what: string, lines: string, playlist: object])[] = [
  [
    "RFC 8216 §8.1, a simple media playlist",
    "#EXT-X-TARGETDURATION:10\n#EXT-X-VERSION:3\n#EXTINF:9.009,\nhttp://media.example.com/first.ts\n#EXTINF:3.003,The end\nsecond.ts\n#EXT-X-ENDLIST",
    {
      ...MEDIA,
      version: 3,
      ended: true,
      segments: [
        { ...SEGMENT, uri: "http://media.example.com/first.ts", duration: 9.009, title: undefined },
        { ...SEGMENT, uri: "second.ts", duration: 3.003, title: "The end" },
      ],
    },
  ],
  [
    "comments, blanks, tags that nobody knows, CRLF",
    "# a comment\r\n\r\n#EXT-X-NEW:A=1\r\n#EXT-X-TARGETDURATION:10\r\n#EXTINF:4,\r\na.ts",
    { ...MEDIA, segments: [{ ...SEGMENT, uri: "a.ts", duration: 4, title: undefined }] },
  ],
  [
    "map, range, date, discontinuity, gap, key",
    '#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:2\n#EXT-X-DISCONTINUITY\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x01\n#EXT-X-MAP:URI="i.mp4",BYTERANGE="9@1"\n#EXT-X-PROGRAM-DATE-TIME:2010-02-19T14:54:23.031+08:00\n#EXT-X-GAP\n#EXTINF:4,\n#EXT-X-BYTERANGE:20@10\na.m4s\n#EXTINF:4,\n#EXT-X-BYTERANGE:30\na.m4s',
    {
      ...MEDIA,
      mediaSequence: 7,
      discontinuitySequence: 2,
      segments: [
        {
          uri: "a.m4s",
          duration: 4,
          title: undefined,
          discontinuity: true,
          gap: true,
          parts: [],
          key: { method: "AES-128", uri: "k", iv: "0x01" },
          map: { uri: "i.mp4", byteRange: { length: 9, offset: 1 } },
          programDateTime: Date.UTC(2010, 1, 19, 6, 54, 23, 31),
          byteRange: { length: 20, offset: 10 },
        },
        { ...SEGMENT, uri: "a.m4s", duration: 4, title: undefined, byteRange: { length: 30 } },
      ],
    },
  ],
  [
    "low latency",
    '#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0\n#EXT-X-PART-INF:PART-TARGET=0.33334\n#EXT-X-PART:DURATION=0.3,URI="a.0",INDEPENDENT=YES\n#EXTINF:4,\na\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00Z\n#EXT-X-PART:DURATION=0.3,URI="b.0",GAP=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b.1"\n#EXT-X-RENDITION-REPORT:URI="../x",LAST-MSN=3,LAST-PART=1\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3',
    {
      ...MEDIA,
      targetDuration: 4,
      serverControl: {
        canBlockReload: true,
        partHoldBack: 1,
        holdBack: undefined,
        canSkipUntil: undefined,
      },
      partTarget: 0.33334,
      segments: [
        {
          ...SEGMENT,
          uri: "a",
          duration: 4,
          title: undefined,
          parts: [{ uri: "a.0", duration: 0.3, independent: true, gap: false }],
        },
      ],
      coming: {
        discontinuity: true,
        programDateTime: 0,
        parts: [{ uri: "b.0", duration: 0.3, independent: false, gap: true }],
      },
      preloadHints: [{ type: "PART", uri: "b.1", byteRangeStart: undefined }],
      reports: [{ uri: "../x", lastSequence: 3, lastPart: 1 }],
      skipped: 3,
    },
  ],
  [
    "RFC 8216 §8.4 and §8.6, a master with sound apart and key pictures",
    '#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",DEFAULT=YES,AUTOSELECT=YES,LANGUAGE="en",URI="en.m3u8",CHANNELS="2"\n#EXT-X-STREAM-INF:BANDWIDTH=1280000,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="aac"\nlow.m3u8\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=86000,URI="low/iframe.m3u8"',
    {
      kind: "master",
      version: 1,
      independentSegments: true,
      renditions: [
        {
          type: "AUDIO",
          groupId: "aac",
          name: "English",
          uri: "en.m3u8",
          language: "en",
          isDefault: true,
          autoselect: true,
          forced: false,
          channels: "2",
        },
      ],
      variants: [
        {
          uri: "low.m3u8",
          iFrames: false,
          bandwidth: 1_280_000,
          averageBandwidth: 1_000_000,
          codecs: "avc1.64001f,mp4a.40.2",
          resolution: { width: 640, height: 360 },
          frameRate: 29.97,
          audio: "aac",
        },
        { uri: "low/iframe.m3u8", iFrames: true, bandwidth: 86_000 },
      ],
    },
  ],
];

const TARGET = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
const refused: readonly (readonly [what: string, text: string, code: string, line: number | undefined])[] = [
  ["no #EXTM3U", "#EXT-X-TARGETDURATION:4", "PLAYLIST_NOT_M3U", 1],
  ["a web page", "<html>", "PLAYLIST_NOT_M3U", 1],
  ["nothing", "", "PLAYLIST_NOT_M3U", 1],
  ["no target duration", "#EXTM3U\n#EXTINF:4,\na", "PLAYLIST_MISSING", undefined],
  ["a URI without EXTINF", `${TARGET}a.ts`, "PLAYLIST_ORDER", 3],
  ["EXTINF without a URI", `${TARGET}#EXTINF:4,`, "PLAYLIST_ORDER", undefined],
  ["EXTINF without a number", `${TARGET}#EXTINF:four,\na`, "PLAYLIST_VALUE", 3],
  ["a negative duration", `${TARGET}#EXTINF:-4,\na`, "PLAYLIST_VALUE", 3],
  ["a target that is none", "#EXTM3U\n#EXT-X-TARGETDURATION:4.5", "PLAYLIST_VALUE", 2],
  ["both kinds", `${TARGET}#EXT-X-STREAM-INF:BANDWIDTH=1\na`, "PLAYLIST_MIXED", 3],
  ["a variant without BANDWIDTH", '#EXTM3U\n#EXT-X-STREAM-INF:CODECS="a"\na', "PLAYLIST_MISSING", 2],
  ["a variant without URI", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1", "PLAYLIST_ORDER", undefined],
  ["an attribute twice", `${TARGET}#EXT-X-MAP:URI="a",URI="b"`, "PLAYLIST_ATTRIBUTES", 3],
  ["an open quote", `${TARGET}#EXT-X-MAP:URI="a`, "PLAYLIST_ATTRIBUTES", 3],
  ["a comma at the end", `${TARGET}#EXT-X-MAP:URI="a",`, "PLAYLIST_ATTRIBUTES", 3],
  ["a quoted string without quotes", `${TARGET}#EXT-X-MAP:URI=a`, "PLAYLIST_VALUE", 3],
  ["a word in quotes", `${TARGET}#EXT-X-KEY:METHOD="NONE"`, "PLAYLIST_VALUE", 3],
  ["a flag that is neither", `${TARGET}#EXT-X-PART:DURATION=1,URI="a",INDEPENDENT=TRUE`, "PLAYLIST_VALUE", 3],
  ["a part without duration", `${TARGET}#EXT-X-PART:URI="a"`, "PLAYLIST_MISSING", 3],
  ["a range that is none", `${TARGET}#EXT-X-BYTERANGE:a@b`, "PLAYLIST_VALUE", 3],
  ["a date that is none", `${TARGET}#EXT-X-PROGRAM-DATE-TIME:today`, "PLAYLIST_VALUE", 3],
  ["another type", `${TARGET}#EXT-X-PLAYLIST-TYPE:LIVE`, "PLAYLIST_VALUE", 3],
  ["another hint", `${TARGET}#EXT-X-PRELOAD-HINT:TYPE=ALL,URI="a"`, "PLAYLIST_VALUE", 3],
  ["a rendition of no type", '#EXTM3U\n#EXT-X-MEDIA:TYPE=SMELL,GROUP-ID="a",NAME="b"', "PLAYLIST_MISSING", 2],
];

function faultOf(act: () => unknown): { code: string; line: number | undefined } {
  try {
    act();
  } catch (error) {
    if (error instanceof PlaylistError) return { code: error.code, line: error.line };
    throw error;
  }
  return { code: "none", line: undefined };
}

describe("playlists", () => {
  it.each(accepted)("reads %s", (_what, lines, playlist) => {
    const read = parsePlaylist(`#EXTM3U\n${lines}\n`);
    expect(read).toEqual(playlist);
    // And what is read comes out as the same again.
    expect(parsePlaylist(formatPlaylist(read))).toEqual(playlist);
  });

  it.each(refused)("refuses %s, and says where", (_what, text, code, line) => {
    expect(faultOf(() => parsePlaylist(text))).toEqual({ code, line });
  });

  it("reads no more than it is told to", () => {
    expect(faultOf(() => parsePlaylist("#EXTM3U".padEnd(100, "\n"), 99)).code).toBe("PLAYLIST_TOO_LARGE");
  });

  it("writes nothing that would break out of its line", () => {
    const segment: Segment = { ...SEGMENT, uri: "a.ts", duration: 1 };
    const broken: readonly Partial<Segment>[] = [
      { uri: "a\n#EXT-X-ENDLIST" },
      { uri: "a b" },
      { uri: "#a" },
      { uri: "" },
      { title: "a\nb" },
      { map: { uri: 'a"b' } },
      { map: { uri: "a\nb" } },
    ];
    for (const change of broken)
      expect(() => formatPlaylist({ ...MEDIA, segments: [{ ...segment, ...change }] })).toThrow(
        PlaylistError,
      );
  });

  it("gives back what it was given, whatever it was", () => {
    const uri = fc.stringMatching(/^[a-z0-9/._?=&%-]{1,30}$/);
    const seconds = fc.integer({ min: 0, max: 10_000_000 }).map((value) => value / 100_000);
    const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
      fc.option(value, { nil: undefined });
    const range = fc.record({ length: fc.nat(), offset: maybe(fc.nat()) });
    const part = fc.record({
      uri,
      duration: seconds,
      independent: fc.boolean(),
      byteRange: maybe(range),
      gap: fc.boolean(),
    });
    const segment = fc.record({
      uri,
      duration: seconds,
      title: maybe(fc.stringMatching(/^[^\r\n]{0,20}[^\s]$/)),
      byteRange: maybe(range),
      discontinuity: fc.boolean(),
      programDateTime: maybe(fc.integer({ min: 0, max: 4_000_000_000_000 })),
      map: maybe(fc.record({ uri, byteRange: maybe(range) })),
      key: maybe(
        fc.record({ method: fc.constantFrom("NONE", "AES-128"), uri: maybe(uri), iv: fc.constant("0x1f") }),
      ),
      gap: fc.boolean(),
      parts: fc.array(part, { maxLength: 3 }),
    });
    const media: fc.Arbitrary<MediaPlaylist> = fc.record({
      kind: fc.constant("media"),
      version: fc.integer({ min: 1, max: 12 }),
      independentSegments: fc.boolean(),
      targetDuration: fc.nat(100),
      mediaSequence: fc.nat(),
      discontinuitySequence: fc.nat(),
      type: maybe(fc.constantFrom("VOD" as const, "EVENT" as const)),
      iFramesOnly: fc.boolean(),
      ended: fc.boolean(),
      segments: fc.array(segment, { maxLength: 4 }),
      partTarget: maybe(seconds),
      serverControl: maybe(
        fc.record({
          canBlockReload: fc.constant(true),
          partHoldBack: maybe(seconds),
          holdBack: maybe(seconds),
          canSkipUntil: maybe(seconds),
        }),
      ),
      coming: maybe(
        fc.record({
          discontinuity: fc.boolean(),
          programDateTime: maybe(fc.integer({ min: 0, max: 4_000_000_000_000 })),
          map: maybe(fc.record({ uri, byteRange: maybe(range) })),
          key: fc.constant(undefined),
          parts: fc.array(part, { minLength: 1, maxLength: 2 }),
        }),
      ),
      preloadHints: fc.array(
        fc.record({
          type: fc.constantFrom("PART" as const, "MAP" as const),
          uri,
          byteRangeStart: maybe(fc.nat()),
        }),
        { maxLength: 2 },
      ),
      reports: fc.array(fc.record({ uri, lastSequence: fc.nat(), lastPart: maybe(fc.nat()) }), {
        maxLength: 2,
      }),
      skipped: fc.nat(9),
    });
    fc.assert(
      fc.property(media, (playlist) => {
        expect(parsePlaylist(formatPlaylist(playlist))).toEqual(playlist);
      }),
    );
    const text = fc.stringMatching(/^[^"\r\n]{1,20}$/);
    const variant = fc.record({
      uri,
      iFrames: fc.boolean(),
      bandwidth: fc.nat(),
      averageBandwidth: maybe(fc.nat()),
      codecs: maybe(text),
      resolution: maybe(fc.record({ width: fc.nat(9999), height: fc.nat(9999) })),
      frameRate: maybe(fc.integer({ min: 0, max: 60_000 }).map((value) => value / 1000)),
      audio: maybe(text),
      video: maybe(text),
      subtitles: maybe(text),
    });
    const rendition = fc.record({
      type: fc.constantFrom("AUDIO" as const, "VIDEO" as const, "SUBTITLES" as const),
      groupId: text,
      name: text,
      uri: maybe(uri),
      language: maybe(text),
      isDefault: fc.boolean(),
      autoselect: fc.boolean(),
      forced: fc.boolean(),
      channels: maybe(text),
    });
    const master: fc.Arbitrary<MasterPlaylist> = fc.record({
      kind: fc.constant("master"),
      version: fc.integer({ min: 1, max: 12 }),
      independentSegments: fc.boolean(),
      renditions: fc.array(rendition, { maxLength: 3 }),
      variants: fc.array(variant, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(master, (playlist) => {
        expect(parsePlaylist(formatPlaylist(playlist))).toEqual(playlist);
      }),
    );
  });

  it("throws nothing but PlaylistError, whatever it reads", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom("#EXTINF:", "#EXT-X-PART:", "#EXT-X-MEDIA:", "#EXT-X-TARGETDURATION:4", "a.ts"),
      fc.string().map((text) => `#EXT-X-STREAM-INF:${text}`),
      fc.string().map((text) => `#EXT-X-MAP:URI="${text}"`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = ["#EXTM3U", ...lines].join("\n");
        expect(faultOf(() => parsePlaylist(text)).code).toMatch(/^(?:none|PLAYLIST_[A-Z0-9_]+)$/);
      }),
    );
  });
});
