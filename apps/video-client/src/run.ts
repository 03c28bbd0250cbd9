/** Viewers side by side until the film ends, the time is up or somebody presses Ctrl-C; and what is told of them. */
import { setMaxListeners } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import { setTimeout as later } from "node:timers/promises";
import { describeError } from "@socketscope/host";
import type { ClientTls } from "@socketscope/web";
import { DatagramViewer, type DatagramSource } from "./datagrams.ts";
import { DESCRIPTION_MARK, MOST_DESCRIPTION, readDescription, sourceOf } from "./description.ts";
import { ClientError } from "./errors.ts";
import { Fetcher } from "./fetcher.ts";
import { HlsViewer } from "./hls.ts";
import type { VideoClientOptions } from "./options.ts";
import { Playback } from "./playback.ts";
import { plot } from "./plot.ts";
import { watchStream } from "./progressive.ts";
import {
  jsonReport,
  lineReport,
  sentence,
  together,
  type Flaws,
  type Moment,
  type Report,
} from "./report.ts";
import type { Output } from "./sink.ts";
import type { Times } from "./times.ts";

export const VERSION = "0.1.0";

export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  once(signal: "SIGINT" | "SIGTERM", then: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", then: () => void): unknown;
}

/** Moments that a plot remembers: a day, one a second. */
const MOMENTS = 86_400;

interface Viewer {
  readonly playback: Playback;
  missed: number;
  /** What was not as it was sent, so far. */
  flaws: () => Partial<Flaws>;
}

/** 0 when it was watched as it was meant to be, else 1. */
export async function run(options: VideoClientOptions, terminal: Terminal): Promise<number> {
  const { url, viewers: count, duration, every } = options;
  const stop = new AbortController();
  // Every request of every viewer listens.
  setMaxListeners(0, stop.signal);
  const leave = (): void => stop.abort();
  terminal.once("SIGINT", leave);
  terminal.once("SIGTERM", leave);
  const late = duration === undefined ? undefined : setTimeout(leave, duration);
  const tls = await tlsOf(options.ca);
  const output = options.output === undefined ? undefined : outputTo(options.output, terminal.stdout);
  const report = options.json
    ? jsonReport(options.output === "-" ? terminal.stderr : terminal.stdout)
    : lineReport(terminal.stderr);
  const now = (): number => performance.now();
  const viewers = Array.from({ length: count }, (): Viewer => ({
    playback: new Playback(now()),
    missed: 0,
    flaws: () => ({}),
  }));
  const moments: Moment[] = [];
  const look = (): Moment => {
    const readings = viewers.map(({ playback }) => playback.reading(now(), Date.now()));
    const moment = together(
      readings,
      viewers.map(({ flaws }) => flaws()),
      viewers.reduce((sum, { missed }) => sum + missed, 0),
    );
    if (options.plot !== undefined && moments.length < MOMENTS) moments.push(moment);
    return moment;
  };
  const timer = setInterval(() => report.tell(look()), every);
  const failures: unknown[] = [];
  const said = new Set<string>();
  const note = (text: string): void => {
    // Several viewers find the same.
    if (!said.has(text)) terminal.stderr.write(`video-client: ${text}\n`);
    said.add(text);
  };
  try {
    await Promise.all(
      viewers.map(async (viewer) => {
        try {
          await watch(viewer, options, { tls, output, report, note, signal: stop.signal });
        } catch (error) {
          const silent = error instanceof ClientError && error.code === "CLIENT_SILENCE";
          if (!stop.signal.aborted || silent) failures.push(error);
        }
      }),
    );
    await output?.close().catch((error: unknown) => failures.push(error));
  } finally {
    clearInterval(timer);
    clearTimeout(late);
    terminal.off("SIGINT", leave);
    terminal.off("SIGTERM", leave);
  }
  const end = look();
  report.end(end);
  if (options.plot !== undefined)
    await writeFile(options.plot, plot(moments, `${url.href}: ${sentence(end)}`)).catch((error: unknown) =>
      failures.push(error),
    );
  for (const failure of new Set(failures.map(describeError)))
    terminal.stderr.write(`video-client: ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

interface Means {
  readonly tls: ClientTls;
  readonly output: Output | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** What is to be known, and no failure. */
  readonly note: (text: string) => void;
}

async function watch(viewer: Viewer, options: VideoClientOptions, means: Means): Promise<void> {
  const now = (): number => performance.now();
  const { url, datagrams } = options;
  const source =
    datagrams ??
    (url.protocol === "file:" ? described(await readDescription(url), options, means) : undefined);
  if (source === undefined) await watchHttp(viewer, options, means, now);
  else await hear(source, viewer, options, means, now);
  viewer.playback.end(now());
}

function described(text: string, options: VideoClientOptions, { note }: Means): DatagramSource {
  const source = sourceOf(text, options);
  if (source.others.length > 0)
    note(`the first stream of MPEG-TS is heard; the description also has: ${source.others.join(", ")}`);
  return source;
}

async function hear(
  source: DatagramSource,
  viewer: Viewer,
  { silence, reports }: VideoClientOptions,
  { output, report, signal }: Means,
  now: () => number,
): Promise<void> {
  const listening = (url: string): void => report.listening(url);
  const options = { output, silence, signal, listening, reports };
  const heard = new DatagramViewer(source, viewer.playback, options, now);
  viewer.flaws = () => ({ ...heard.tally, ...flawsOf(heard.times), dropped: heard.dropped });
  await heard.watch();
}

function flawsOf({ continuity, damage }: Times): Partial<Flaws> {
  return continuity === undefined ? {} : { continuity, damage };
}

async function watchHttp(
  viewer: Viewer,
  options: VideoClientOptions,
  means: Means,
  now: () => number,
): Promise<void> {
  const { url, flatOut, rows, rendition, lowLatency } = options;
  const { tls, output, signal } = means;
  const { playback } = viewer;
  using fetcher = new Fetcher(tls, (octets) => playback.came(octets), signal);
  const first = await fetcher.open(url);
  const shared = { flatOut, output, signal };
  const { text, pieces } = await sniff(first.pieces);
  if (text?.startsWith(DESCRIPTION_MARK) === true) {
    await hear(described(text, options, means), viewer, options, means, now);
  } else if (text === undefined) {
    const times = (one: Times): void => {
      viewer.flaws = () => flawsOf(one);
    };
    await watchStream({ url, pieces }, playback, { ...shared, times }, now);
  } else {
    const wait = (ms: number): Promise<void> => later(ms, undefined, { signal });
    const choice = { rows, rendition, lowLatency, flatOut, output };
    const hls = new HlsViewer(fetcher, playback, choice, { now, wait });
    try {
      await hls.watch(url, text);
    } finally {
      viewer.missed = hls.missed;
    }
  }
}

/** What texts begin with (RFC 8216 §4), and how many octets of them are read before they are taken for something else. */
const MARKS = [
  { mark: "#EXTM3U", most: 4 * 1024 * 1024 },
  { mark: DESCRIPTION_MARK, most: MOST_DESCRIPTION },
];

/** Whatever its name and type: a playlist, and a description of a session, are known by how they begin. */
async function sniff(
  source: AsyncIterable<Uint8Array>,
): Promise<{ text: string | undefined; pieces: AsyncIterable<Uint8Array> }> {
  const pieces = source[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let length = 0;
  let head = "";
  for (;;) {
    const known = MARKS.find(({ mark }) => mark.startsWith(head.slice(0, mark.length)));
    if (known === undefined || length > known.most) break;
    const next = await pieces.next();
    if (next.done === true) {
      if (head.startsWith(known.mark)) return { text: Buffer.concat(seen).toString("utf8"), pieces: source };
      break;
    }
    seen.push(next.value);
    length += next.value.length;
    if (head.length < 16) head += Buffer.from(next.value.subarray(0, 16)).toString("latin1");
  }
  const rest = { [Symbol.asyncIterator]: () => pieces };
  return {
    text: undefined,
    pieces: (async function* () {
      yield* seen;
      yield* rest;
    })(),
  };
}

function outputTo(name: string, stdout: Writable): Output {
  const to = name === "-" ? stdout : createWriteStream(name);
  let failed: unknown;
  to.on("error", (error: unknown) => {
    failed = error;
  });
  const check = (): void => {
    if (failed !== undefined)
      throw new ClientError("CLIENT_OUTPUT", `cannot write ${name}: ${describeError(failed)}`);
  };
  return {
    async write(octets) {
      check();
      if (to.write(octets)) return;
      await new Promise<void>((resolve) => {
        const events = ["drain", "error", "close"] as const;
        const go = (): void => {
          for (const event of events) to.off(event, go);
          resolve();
        };
        for (const event of events) to.once(event, go);
      });
      check();
    },
    async close() {
      check();
      if (to === stdout) return;
      to.end();
      await finished(to).catch(() => check());
    },
  };
}

async function tlsOf(ca: string | undefined): Promise<ClientTls> {
  return ca === undefined ? {} : { ca: await readFile(ca, "utf8") };
}
