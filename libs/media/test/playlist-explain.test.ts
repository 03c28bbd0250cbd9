import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dissectPlaylist, explainAttribute, explainTag, TAGS } from "../src/index.ts";

const tags = Object.entries(TAGS).map(([tag, [, value]]) => ({
  tag,
  attributes: Array.isArray(value) ? (value as readonly string[]) : [],
}));

describe("explanations of playlists", () => {
  it.each(tags)("there is one for $tag and each of its attributes", ({ tag, attributes }) => {
    for (const { known, sentence, source } of [
      explainTag(tag),
      ...attributes.map((name) => explainAttribute(tag, name)),
    ]) {
      expect(known).toBe(true);
      expect(sentence.length).toBeLessThanOrEqual(120);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/^(?:RFC 8216|draft-pantos-hls-rfc8216bis) §\d/);
    }
  });

  it("there is a word for what nobody knows", () => {
    expect(explainTag("EXT-X-NEW").known).toBe(false);
    expect(explainAttribute("EXT-X-MEDIA", "NEW").known).toBe(false);
  });
});

describe("a playlist taken apart", () => {
  it("says where each word stands", () => {
    const text = '#EXTM3U\r\n\n# by hand\n#EXT-X-MAP:URI="a,b.mp4",BYTERANGE="1@2"\n#EXTINF:4,Title\na.m4s\n';
    const lines = dissectPlaylist(text);
    expect(
      lines.map(({ line, words }) => [line, words.map(({ kind, text: said }) => `${kind} ${said}`)]),
    ).toEqual([
      [1, ["tag #EXTM3U"]],
      [3, ["comment # by hand"]],
      [4, ["tag #EXT-X-MAP", "attribute URI", 'value "a,b.mp4"', "attribute BYTERANGE", 'value "1@2"']],
      [5, ["tag #EXTINF", "value 4,Title"]],
      [6, ["uri a.m4s"]],
    ]);
    for (const { words } of lines)
      for (const { text: said, from, to } of words) expect(text.slice(from, to)).toBe(said);
  });

  it("refuses nothing, and never points beside the text", () => {
    const line = fc.oneof(
      fc.string(),
      fc.string().map((text) => `#EXT-X-MEDIA:${text}`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join("\n");
        for (const { words } of dissectPlaylist(text))
          for (const { text: said, from, to } of words) expect(text.slice(from, to)).toBe(said);
      }),
    );
  });
});
