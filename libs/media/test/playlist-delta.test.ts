/** Delta updates: what is left out can be put back, whatever was said before the boundary. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deltaOf, formatPlaylist, merged, parsePlaylist, type MediaPlaylist } from "../src/index.ts";

function media(text: string): MediaPlaylist {
  const playlist = parsePlaylist(text);
  if (playlist.kind !== "media") throw new TypeError("a master playlist");
  return playlist;
}

/** Segments of 2 s, the film changing at every fourth; the boundary at 12 s, where nothing else is said. */
function channel(
  from: number,
  to: number,
  control = "CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12",
): MediaPlaylist {
  const segments = Array.from({ length: to - from }, (_value, i) => {
    const number = from + i;
    const map = number % 4 === 0 || i === 0 ? `#EXT-X-MAP:URI="init-${Math.floor(number / 4)}.mp4"\n` : "";
    const cut = number % 4 === 0 ? "#EXT-X-DISCONTINUITY\n" : "";
    return `${cut}${map}#EXTINF:2,\n${number}.m4s\n`;
  }).join("");
  const head = `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n#EXT-X-SERVER-CONTROL:${control}\n`;
  return media(`${head}#EXT-X-MEDIA-SEQUENCE:${from}\n${segments}`);
}

const uris = ({ segments }: MediaPlaylist): string[] => segments.map(({ uri }) => uri);
const films = ({ segments }: MediaPlaylist): (string | undefined)[] => {
  let film: string | undefined;
  return segments.map(({ map }) => (film = map?.uri ?? film));
};

describe("a delta update", () => {
  it("leaves out what lies before the boundary, and says so in one line", () => {
    const delta = deltaOf(channel(10, 20));
    expect(delta.skipped).toBe(4);
    expect(uris(delta)).toEqual(["14.m4s", "15.m4s", "16.m4s", "17.m4s", "18.m4s", "19.m4s"]);
    const text = formatPlaylist(delta);
    expect(text).toContain("#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n");
    // What was said before and holds for what follows is said again.
    expect(text).toContain('#EXT-X-MAP:URI="init-3.mp4"\n#EXTINF:2,\n14.m4s');
    expect(media(text)).toEqual(delta);
  });

  it("counts the segment that is being made", () => {
    const whole = channel(10, 17);
    const parts = [{ uri: "p", duration: 1, independent: true, gap: false }];
    expect(deltaOf(whole).skipped).toBe(1);
    expect(deltaOf({ ...channel(10, 16), coming: { discontinuity: false, parts } }).skipped).toBe(0);
    expect(deltaOf({ ...whole, coming: { discontinuity: false, parts } }).skipped).toBe(1);
  });

  it.each([
    ["the server does not tell a boundary", channel(10, 20, "CAN-BLOCK-RELOAD=YES")],
    ["nothing lies before it", channel(10, 16)],
    ["it is the last playlist", { ...channel(10, 20), ended: true }],
  ])("is the whole playlist where %s", (_why, whole) => {
    expect(deltaOf(whole)).toBe(whole);
  });

  it("gives the whole playlist back, with what one had before", () => {
    const before = channel(8, 18);
    const after = channel(10, 20);
    const back = merged(before, deltaOf(after));
    expect(back && [back.mediaSequence, back.skipped, uris(back), films(back)]).toEqual([
      10,
      0,
      uris(after),
      films(after),
    ]);
    // And again with what came of that.
    expect(back && uris(merged(back, deltaOf(channel(11, 21))) ?? after)).toEqual(uris(channel(11, 21)));
  });

  it.each([
    ["is too old", channel(0, 10), 10],
    ["is newer", channel(14, 24), 10],
    ["was none itself", deltaOf(channel(8, 18)), 10],
  ])("cannot be used where what one had %s", (_why, before, from) => {
    expect(merged(before, deltaOf(channel(from, from + 10)))).toBeUndefined();
  });

  it("is the playlist itself where it leaves out nothing", () => {
    const whole = channel(10, 16);
    expect(merged(channel(0, 3), whole)).toBe(whole);
  });

  it("gives back what was there, however far the window slid and however long it is", () => {
    const number = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(number, number, number, (first, length, slid) => {
        const before = channel(first, first + length);
        const after = channel(first + slid, first + slid + length);
        const delta = deltaOf(after);
        const back = merged(before, delta);
        // What has gone from one's own playlist cannot be put back.
        if (slid + delta.skipped > length) expect(delta.skipped === 0 || back === undefined).toBe(true);
        else expect(back && [uris(back), films(back)]).toEqual([uris(after), films(after)]);
      }),
    );
  });
});
