import { isDeepStrictEqual } from "node:util";
import {
  deltaOf,
  dissectPlaylist,
  formatPlaylist,
  merged,
  parsePlaylist,
  PlaylistError,
  type Playlist,
} from "@socketscope/media";
import { Finding, type Target } from "../target.ts";

const MASTER = [
  "#EXTM3U",
  "#EXT-X-VERSION:7",
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="Sound",DEFAULT=YES,CHANNELS="2",URI="a.m3u8"',
  '#EXT-X-STREAM-INF:BANDWIDTH=500000,AVERAGE-BANDWIDTH=1,CODECS="avc1.64001e",RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="s"',
  "v.m3u8",
  '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="k.m3u8"',
  "",
].join("\n");
const MEDIA = [
  "#EXTM3U",
  "#EXT-X-VERSION:9",
  "#EXT-X-TARGETDURATION:2",
  "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.2,CAN-SKIP-UNTIL=2",
  "#EXT-X-PART-INF:PART-TARGET=0.4",
  "#EXT-X-MEDIA-SEQUENCE:7",
  "#EXT-X-SKIP:SKIPPED-SEGMENTS=3",
  '#EXT-X-MAP:URI="i.mp4",BYTERANGE="9@0"',
  "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z",
  "#EXTINF:2,Title",
  "#EXT-X-BYTERANGE:9@9",
  "a.m4s",
  "#EXT-X-DISCONTINUITY",
  '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x0',
  "#EXT-X-GAP",
  "#EXTINF:1.5,",
  "b.m4s",
  '#EXT-X-PART:DURATION=0.4,URI="c.0",INDEPENDENT=YES',
  '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="c.1",BYTERANGE-START=3',
  '#EXT-X-RENDITION-REPORT:URI="o.m3u8",LAST-MSN=9,LAST-PART=1',
  "",
].join("\n");

/** Text that comes whole: the cuts change nothing. */
export const playlist: Target = {
  name: "playlist",
  code: /\/libs\/media\/(?:src|dist)\/playlist\//,
  words: [
    ...new Set([...MASTER.split("\n"), ...MEDIA.split("\n")]),
    "#EXT-X-ENDLIST\n",
    "#EXT-X-I-FRAMES-ONLY\n",
    "#EXT-X-PLAYLIST-TYPE:VOD\n",
    '="',
    ",",
    "@",
    "\r\n",
    "NO",
    "9007199254740993",
  ],
  seeds: [MASTER, MEDIA, MEDIA.replaceAll("\n", "\r\n"), `${MEDIA}#EXT-X-ENDLIST`],
  run(input, cut) {
    const text = Buffer.concat(cut(input)).toString("utf8");
    for (const { words } of dissectPlaylist(text))
      for (const { text: said, from, to } of words)
        if (text.slice(from, to) !== said) throw new Finding("BESIDE", `a word beside its place: ${said}`);
    try {
      const read = parsePlaylist(text);
      const written = formatPlaylist(read);
      again(read, written);
      return [written];
    } catch (error) {
      if (error instanceof PlaylistError) return [error.code];
      throw error;
    }
  },
};

/** What is written is read as the same, and an update together with what was there before is the whole. */
function again(read: Playlist, written: string): void {
  if (formatPlaylist(parsePlaylist(written)) !== written)
    throw new Finding("AGAIN", "what was written is not read as the same");
  if (read.kind === "master" || read.skipped > 0) return;
  const back = merged(read, deltaOf(read));
  const uris = back?.segments.map(({ uri }) => uri);
  if (
    !isDeepStrictEqual(
      uris,
      read.segments.map(({ uri }) => uri),
    )
  )
    throw new Finding("DELTA", "an update does not give back the whole");
}
