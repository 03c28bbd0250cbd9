/** A viewer on a path whose speed the test sets, by a clock that goes only as octets and waits go: which renditions it takes. */
import { deltaOf, formatPlaylist, parsePlaylist, type MediaPlaylist } from "@socketscope/media";
import { describe, expect, it } from "vitest";
import type { Source, Time } from "../src/follower.ts";
import { HlsViewer, type RenditionChoice } from "../src/hls.ts";
import { Ladder } from "../src/ladder.ts";
import { Playback, type Reading } from "../src/playback.ts";

const SECONDS = 2;
const BEGIN = Date.UTC(2026, 0, 1);
const RATES = { low: 400_000, middle: 1_000_000, high: 3_000_000 } as const;
const MASTER = [
  "#EXTM3U",
  ...Object.entries(RATES).flatMap(([name, rate], i) => [
    `#EXT-X-STREAM-INF:BANDWIDTH=${rate},RESOLUTION=640x${180 * (i + 1)}`,
    `${name}.m3u8`,
  ]),
  "",
].join("\n");

/** Bits a second of the path at a time in milliseconds. */
type Path = (now: number) => number;

/** A server that has all, behind a path that carries so much. */
class Throttled implements Source, Time {
  #now = 0;
  readonly asked: string[] = [];
  readonly #path: Path;
  readonly #playlist: (name: string, now: number, query: URLSearchParams) => string;

  constructor(path: Path, playlist: (name: string, now: number, query: URLSearchParams) => string) {
    this.#path = path;
    this.#playlist = playlist;
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number): Promise<void> {
    this.#now += ms;
    return Promise.resolve();
  }

  text(url: URL): Promise<string> {
    const name = /^\/(\w+)\.m3u8$/.exec(url.pathname)?.[1] ?? "";
    this.asked.push(`${name}${url.search}`);
    return Promise.resolve(this.#playlist(name, this.#now, url.searchParams));
  }

  open(url: URL): Promise<{ pieces: AsyncIterable<Uint8Array> }> {
    const [, name = "", number = ""] = /^\/(\w+)-(\w+)\.m4s$/.exec(url.pathname) ?? [];
    this.asked.push(`${name} ${number}`);
    const rate = Object.entries(RATES).find(([known]) => known === name)?.[1] ?? 0;
    const octets = (rate * SECONDS) / 8;
    const came = (): void => {
      this.#now += (8000 * octets) / this.#path(this.#now);
    };
    return Promise.resolve({
      pieces: (async function* () {
        came();
        yield new Uint8Array(octets);
        await Promise.resolve();
      })(),
    });
  }
}

/** Of a film, or of a channel: numbered by another count in each rendition, dated alike. */
function listed(name: string, from: number, to: number, film: boolean): MediaPlaylist {
  const offset = film ? 0 : Object.keys(RATES).indexOf(name) * 100;
  const segments = Array.from({ length: to - from }, (_value, i) => ({
    uri: `${name}-${from + i}.m4s`,
    duration: SECONDS,
    discontinuity: false,
    gap: false,
    parts: [],
    ...(!film && { programDateTime: BEGIN + (from + i) * SECONDS * 1000 }),
  }));
  return {
    kind: "media",
    version: 9,
    independentSegments: true,
    targetDuration: SECONDS,
    mediaSequence: offset + from,
    discontinuitySequence: 0,
    type: film ? "VOD" : undefined,
    iFramesOnly: false,
    ended: film,
    segments,
    preloadHints: [],
    reports: [],
    skipped: 0,
  };
}

async function watched(
  server: Throttled,
  { rendition = "auto", flatOut = false }: { rendition?: RenditionChoice; flatOut?: boolean } = {},
): Promise<Reading> {
  const playback = new Playback(0);
  const options = { lowLatency: true, rows: undefined, rendition, flatOut, output: undefined };
  await new HlsViewer(server, playback, options, server).watch(
    new URL("http://film.test/master.m3u8"),
    MASTER,
  );
  return playback.reading(server.now(), 0);
}

/** Names of renditions, in runs, with the first segment of each. */
function runs({ asked }: Throttled): string[] {
  const pieces = asked.filter((one) => one.includes(" "));
  return pieces.filter((one, i) => one.split(" ")[0] !== pieces[i - 1]?.split(" ")[0]);
}

describe("a viewer on a path that changes", () => {
  const film = (name: string): string => formatPlaylist(listed(name, 0, 80, true));
  const numbers = ({ asked }: Throttled): number[] =>
    asked.filter((one) => one.includes(" ")).map((one) => Number(one.split(" ")[1]));
  const all = Array.from({ length: 80 }, (_value, i) => i);

  it("climbs on a quick one, steps down when it becomes slow, and climbs again; no segment twice, none left out", async () => {
    const server = new Throttled((now) => (now > 20_000 && now < 50_000 ? 700_000 : 20_000_000), film);
    const { stalls, changes, rendition } = await watched(server);
    expect(numbers(server)).toEqual(all);
    expect(runs(server).map((one) => one.split(" ")[0])).toEqual(["low", "high", "low", "middle", "high"]);
    expect({ stalls, changes, rendition }).toEqual({ stalls: 0, changes: 4, rendition: "540p" });
  });

  it("takes the middle one where the path bears no more", async () => {
    const server = new Throttled(() => 2_000_000, film);
    expect((await watched(server)).stalls).toBe(0);
    expect(runs(server)).toEqual(["low 0", "middle 1"]);
  });

  it.each([
    ["best", "high 0", false],
    ["least", "low 0", false],
    ["auto", "high 0", true],
  ] as const)(
    "stays with what is asked for: %s begins with %s, flat out %s",
    async (rendition, first, flatOut) => {
      const server = new Throttled(() => 1_500_000, film);
      expect((await watched(server, { rendition, flatOut })).changes).toBe(0);
      expect(runs(server)).toEqual([first]);
    },
  );

  it("changes over in a channel by its dates, whatever the segments' numbers are", async () => {
    const channel = (name: string, now: number): string => {
      const newest = 10 + Math.floor(now / (SECONDS * 1000));
      const playlist = listed(name, newest - 6, newest, false);
      return formatPlaylist(newest > 40 ? { ...playlist, ended: true } : playlist);
    };
    const server = new Throttled((now) => (now > 20_000 ? 900_000 : 20_000_000), channel);
    await watched(server);
    expect(runs(server).map((one) => one.split(" ")[0])).toEqual(["low", "high", "low"]);
    // From three segments before the end on, one after the other.
    expect(numbers(server)).toEqual(Array.from({ length: numbers(server).length }, (_value, i) => 7 + i));
  });

  it("keeps its rendition between the two borders", () => {
    const variants = parsePlaylist(MASTER);
    if (variants.kind !== "master") throw new TypeError("no master playlist");
    const [low, middle] = variants.variants;
    if (low === undefined || middle === undefined) throw new TypeError("no variants");
    for (const [rate, expected] of [
      [1_100_000, low],
      [1_500_000, middle],
      [1_200_000, middle],
      [1_050_000, low],
    ] as const) {
      const steps = new Ladder(variants.variants, rate === 1_200_000 ? middle : low);
      steps.came(rate / 8, 1000, 2);
      steps.step();
      expect([rate, steps.current.uri]).toEqual([rate, expected.uri]);
    }
  });
});

describe("a viewer of a channel that leaves out what is known", () => {
  const window = 20;
  const served = (now: number, query: URLSearchParams): MediaPlaylist => {
    const newest = 40 + Math.floor(now / (SECONDS * 1000));
    const whole = {
      ...listed("low", newest - window, newest, false),
      ended: newest > 70,
      serverControl: { canBlockReload: false, canSkipUntil: 6 * SECONDS },
    };
    return query.get("_HLS_skip") === "YES" ? deltaOf(whole) : whole;
  };
  const single = async (
    answer: (now: number, query: URLSearchParams) => MediaPlaylist,
  ): Promise<Throttled> => {
    const server = new Throttled(
      () => 20_000_000,
      (_name, now, query) => formatPlaylist(answer(now, query)),
    );
    const options = {
      lowLatency: true,
      rows: undefined,
      rendition: "best",
      flatOut: true,
      output: undefined,
    } as const;
    const viewer = new HlsViewer(server, new Playback(0), options, server);
    const first = formatPlaylist(answer(0, new URLSearchParams()));
    await viewer.watch(new URL("http://film.test/low.m3u8"), first);
    expect(viewer.missed).toBe(0);
    return server;
  };

  it("asks for updates, and has every segment", async () => {
    const server = await single(served);
    const playlists = server.asked.filter((one) => !one.includes(" "));
    expect(new Set(playlists)).toEqual(new Set(["low?_HLS_skip=YES"]));
    const pieces = server.asked.filter((one) => one.includes(" "));
    expect(pieces).toEqual(Array.from({ length: 34 }, (_value, i) => `low ${37 + i}`));
  });

  it("asks for the whole where an update leaves out what it does not have", async () => {
    const server = await single((now, query) => {
      const playlist = served(now, query);
      // Somebody in between keeps an answer that is not for us.
      return now > 20_000 && now < 23_000 && playlist.skipped > 0
        ? { ...playlist, mediaSequence: playlist.mediaSequence + window, skipped: playlist.skipped + 1 }
        : playlist;
    });
    expect(server.asked.filter((one) => one === "low").length).toBeGreaterThan(0);
    const pieces = server.asked.filter((one) => one.includes(" "));
    expect(pieces).toEqual(Array.from({ length: 34 }, (_value, i) => `low ${37 + i}`));
  });
});
