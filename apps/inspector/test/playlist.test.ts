/** A playlist in the content of HTTP: explained word by word, and linked with the requests for what it names. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { detailOf } from "../src/api/detail.ts";
import { ClauseLines } from "../src/clause-lines.ts";
import { playlistPieces } from "../src/explain/playlist.ts";
import type { DetailView, LinkView } from "../src/views.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

const MASTER = [
  "#EXTM3U",
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="Sound",URI="a/audio.m3u8"',
  '#EXT-X-STREAM-INF:BANDWIDTH=500000,AUDIO="s"',
  "a/video.m3u8",
  "",
].join("\n");
const MEDIA = [
  "#EXTM3U",
  "#EXT-X-TARGETDURATION:2",
  "#EXT-X-MEDIA-SEQUENCE:7",
  '#EXT-X-MAP:URI="all.mp4",BYTERANGE="100@0"',
  "#EXTINF:2,",
  "#EXT-X-BYTERANGE:50@100",
  "all.mp4",
  "#EXTINF:2,",
  "#EXT-X-BYTERANGE:60",
  "all.mp4",
  "# until here",
  "#EXTINF:1.5,Ende gut",
  "ü.m4s?key=secret",
  "",
].join("\r\n");
const TYPE = "Content-Type: application/vnd.apple.mpegurl\r\n";

type Said = readonly ["in" | "out", string | Uint8Array];

const asks = (target: string, more = ""): Said => [
  "in",
  `GET ${target} HTTP/1.1\r\nHost: film.test:8090\r\n${more}\r\n`,
];
const gives = (content: string | Uint8Array, fields = TYPE): Said => {
  const octets = Buffer.from(content);
  const head = `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${octets.length}\r\n\r\n`;
  return ["out", Buffer.concat([Buffer.from(head), octets])];
};

const clauses = new ClauseLines();
let at = 1000;
const VIDEO_STREAMER = {
  app: "video-streamer",
  listeners: [{ name: "http", url: "http://127.0.0.1:8090" }],
};

class Talk {
  readonly #told = storeWith({}, VIDEO_STREAMER);
  readonly store = this.#told.store;
  #flows = 0;

  /** Over a socket of its own. */
  said(...turns: readonly Said[]): this {
    const flow = ++this.#flows;
    this.#told.take(
      opens(flow, 8090, at++),
      speaks(flow, "http", at++),
      ...turns.map(([direction, octets]) => says(flow, direction, octets, at++)),
    );
    return this;
  }

  /** Of the `nth` message of a kind in a socket. */
  detail(socket: number, kind: string, nth = 0): DetailView {
    const conversation = this.store.sockets.get(socket);
    const kept = conversation?.kept.filter(({ view }) => view.kind === kind)[nth];
    const options = { store: this.store, showSecrets: false, clauses };
    const detail = conversation && kept && detailOf(conversation, kept.view.id, options);
    if (detail === undefined) throw new TypeError(`no ${kind} in socket ${socket}`);
    return detail;
  }
}

const links = (detail: DetailView): [string, string[]][] =>
  detail.parts.flatMap(({ text = "", links: found }) =>
    found === undefined ? [] : [[text, found.map(({ socket, said }) => `${socket} ${said}`)]],
  );
const where = ({ socket, id, said }: LinkView): unknown[] => [socket, id, said];

describe("a playlist", () => {
  const talk = new Talk()
    .said(asks("/v/master.m3u8"), gives(MASTER))
    .said(asks("/v/a/video.m3u8?_HLS_msn=7"), gives(MEDIA), asks("/v/a/audio.m3u8"), gives("", ""))
    .said(
      asks("/v/a/all.mp4", "Range: bytes=0-99\r\n"),
      asks("/v/a/all.mp4", "Range: bytes=150-209\r\n"),
      asks(`/v/a/${encodeURIComponent("ü")}.m4s?key=secret`),
      asks("/v/all.mp4"),
    );

  it("is told in one sentence, with its section", () => {
    expect(talk.detail(1, "content").message).toMatchObject({
      means: "A master playlist: 1 variant and 1 rendition to choose from; each has a playlist of its own.",
      source: "RFC 8216 §4.3.4",
    });
    expect(talk.detail(2, "content").message).toMatchObject({
      means: "A media playlist: 3 segments from number 7 of at most 2 s.",
      source: "RFC 8216 §4.3.3",
    });
    expect(talk.detail(2, "content").follows).toEqual(["GET a segment", "GET the playlist again"]);
  });

  it("is taken apart into words with their octets, which cover it", () => {
    const { parts, message } = talk.detail(2, "content");
    expect(parts.slice(0, 6).map(({ name, text, source }) => [name, text, source])).toEqual([
      ["tag EXTM3U", "#EXTM3U", "RFC 8216 §4.3.1.1"],
      ["tag EXT-X-TARGETDURATION", "#EXT-X-TARGETDURATION:2", "RFC 8216 §4.3.3.1"],
      ["tag EXT-X-MEDIA-SEQUENCE", "#EXT-X-MEDIA-SEQUENCE:7", "RFC 8216 §4.3.3.2"],
      ["tag EXT-X-MAP", "#EXT-X-MAP", "RFC 8216 §4.3.2.5"],
      ["attribute URI", 'URI="all.mp4"', "RFC 8216 §4.1"],
      ["attribute BYTERANGE", 'BYTERANGE="100@0"', "RFC 8216 §4.3.2.5"],
    ]);
    expect(parts.every(({ means }) => means !== "")).toBe(true);
    const borders = parts.map(({ from, to }) => [from, to]);
    expect(borders.flat().slice(0, -1)).toEqual([
      message.from,
      ...borders.slice(1).flatMap(([from]) => [from, from]),
    ]);
    expect(borders.at(-1)?.[1]).toBe(message.to);
  });

  it("leads to the requests for what it names, by address and by range, and they lead back", () => {
    expect(links(talk.detail(1, "content"))).toEqual([
      ['URI="a/audio.m3u8"', ["2 GET /v/a/audio.m3u8 HTTP/1.1"]],
      ["a/video.m3u8", ["2 GET /v/a/video.m3u8?_HLS_msn=7 HTTP/1.1"]],
    ]);
    expect(links(talk.detail(2, "content"))).toEqual([
      ['URI="all.mp4"', ["3 GET /v/a/all.mp4 HTTP/1.1"]],
      ["all.mp4", ["3 GET /v/a/all.mp4 HTTP/1.1"]],
      ["ü.m4s?key=******", ["3 GET /v/a/%C3%BC.m4s?key=****** HTTP/1.1"]],
    ]);
    const media = talk.detail(2, "content").message;
    const named = [0, 1, 2, 3].map((nth) => talk.detail(3, "request", nth).namedBy);
    expect(named.map((link) => link && where(link))).toEqual([
      ...Array.from({ length: 3 }, () => [2, media.id, "the playlist /v/a/video.m3u8"]),
      undefined,
    ]);
    expect(talk.detail(2, "request").namedBy?.said).toBe("the playlist /v/master.m3u8");
    expect(talk.detail(1, "request").namedBy).toBeUndefined();
  });
});

describe("a playlist that travels otherwise", () => {
  const texts = (detail: DetailView): string[] => detail.parts.flatMap(({ text }) => text ?? []);
  const plain = playlistPieces(MASTER, 1000).map(({ text }) => text);

  it.each([
    ["gzip", gzipSync(MASTER)],
    ["deflate", deflateSync(MASTER)],
    ["br", brotliCompressSync(MASTER)],
  ])("compressed by %s is read all the same", (encoding, octets) => {
    const field = `${TYPE}Content-Encoding: ${encoding}\r\n`;
    const talk = new Talk().said(asks("/v/master.m3u8"), gives(octets, field));
    const detail = talk.detail(1, "content");
    expect(detail.message.means).toContain("1 variant");
    expect(detail.parts[0]).toMatchObject({
      name: "content",
      from: detail.message.from,
      to: detail.message.to,
    });
    expect(texts(detail)).toEqual(plain);
  });

  it("by chunks is one playlist, whichever chunk is looked at", () => {
    const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
    const head = `HTTP/1.1 200 OK\r\n${TYPE}Transfer-Encoding: chunked\r\n\r\n`;
    const content = `${chunk(MASTER.slice(0, 90))}${chunk(MASTER.slice(90))}0\r\n\r\n`;
    const talk = new Talk().said(asks("/v/master.m3u8"), ["out", head + content]);
    expect(texts(talk.detail(1, "chunk", 0))).toEqual(plain);
    expect(texts(talk.detail(1, "chunk", 1))).toEqual(plain);
    expect(talk.detail(1, "chunk", 0).message.means).toContain("rendition");
    expect(talk.detail(1, "chunk", 1).message.means).toBe("More of the playlist.");
    expect(talk.detail(1, "last chunk").message.means).toContain("A chunk of no octets");
  });

  it.each([
    ["no playlist at all", "<html>", TYPE, "no player reads it: line 1: the first line is not #EXTM3U"],
    ["damaged on the way", "nothing", `${TYPE}Content-Encoding: gzip\r\n`, "compressed by gzip"],
    ["compressed as nobody knows", "nothing", `${TYPE}Content-Encoding: zstd\r\n`, "compressed by zstd"],
  ])("%s is said to be so", (_what, content, fields, means) => {
    const talk = new Talk().said(asks("/v/master.m3u8"), gives(content, fields));
    expect(talk.detail(1, "content").message.means).toContain(means);
  });

  it("of more octets than are read at once is told by its beginning, and taken apart whole", () => {
    const long = MEDIA.replace("# until here", "#EXTINF:2,\r\nx.m4s\r\n".repeat(900).trimEnd());
    const detail = new Talk().said(asks("/v/a/video.m3u8"), gives(long)).detail(1, "content");
    expect(detail.message.means).toMatch(/^A media playlist: at least \d+ segments from number 7/);
    expect(detail.parts).toHaveLength(1000);
  });

  it("another content after it in the same socket is none", () => {
    const talk = new Talk().said(asks("/v/master.m3u8"), gives(MASTER), asks("/x"), gives("x", ""));
    expect(talk.detail(1, "content", 1).message.means).toBe("The content itself, as its head announced it.");
  });
});
