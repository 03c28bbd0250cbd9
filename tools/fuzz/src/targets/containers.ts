import {
  FlvReader,
  Fmp4Reader,
  fragment,
  initSection,
  MediaError,
  readWholeMovie,
  RecordingWriter,
  type Sample,
  type Track,
  type TrackRun,
} from "@socketscope/media";
import { Finding, type Target } from "../target.ts";

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
const hex = (text: string): string => Buffer.from(text, "hex").toString("latin1");

const SPS = hex("6764001eacd940a02ff97011000003000100000300320f162d96");
const AVCC = `\x01\x64\0\x1e\xff\xe1\0\x1a${SPS}\x01\0\x06${hex("68ebe3cb22c0")}`;
const tracks: readonly Track[] = [
  {
    kind: "video",
    codec: "avc",
    codecString: "avc1.64001e",
    timescale: 90_000,
    width: 640,
    height: 360,
    ahead: 3600,
    rotation: 90,
    description: Buffer.from(AVCC, "latin1"),
  },
  {
    kind: "audio",
    codec: "aac",
    codecString: "mp4a.40.2",
    timescale: 48_000,
    sampleRate: 48_000,
    channels: 2,
    ahead: 0,
    description: Uint8Array.of(0x11, 0x90),
  },
];

function run(i: number, kind: "video" | "audio", step: number): TrackRun {
  const sample = (at: number): Sample => ({
    data: Buffer.from(`${kind}${at}`),
    pts: (at + (at % 2)) * step,
    dts: at * step,
    duration: step,
    key: at % 2 === 0,
  });
  return { track: kind === "video" ? 1 : 2, kind, samples: [sample(2 * i), sample(2 * i + 1)], ahead: 0 };
}

const runs = (i: number): TrackRun[] => [run(i, "video", 3600), run(i, "audio", 1024)];
const INIT = latin1(initSection(tracks));
const fragments = [1, 2].map((i) => latin1(fragment(i, runs(i - 1))));

/** Only numbers, and no sample that lasts less than nothing. */
function sound({ pts, dts, duration }: Sample): void {
  if (![pts, dts, duration].every(Number.isFinite) || duration < 0)
    throw new Finding("TIMES", `a sample at ${pts}, ${dts}, for ${duration}`);
}

/** What is told, or the code of the error: what came before one is lost with its call, and the cuts say how much that is. */
function story(tell: () => readonly unknown[]): string[] {
  try {
    return tell().map((one) =>
      JSON.stringify(one, (_key, value: unknown) =>
        ArrayBuffer.isView(value)
          ? latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
          : value,
      ),
    );
  } catch (error) {
    if (error instanceof MediaError) return [error.code];
    throw error;
  }
}

export const fmp4: Target = {
  name: "fmp4",
  code: /\/libs\/media\/(?:src|dist)\/(?:fmp4\/read|aac|h264|bit-reader)/,
  words: [
    INIT,
    ...fragments,
    "\0\0\0\x08free",
    "\0\0\0\x01mdat\0\0\0\0\0\0\0\x10",
    "\0\0\0\x08moof",
    "trun",
    "tfhd",
    "mvex",
  ],
  seeds: [INIT + fragments.join(""), `${INIT}\0\0\0\x09freex${fragments[0]}${INIT}${fragments[1]}`],
  run(input, cut) {
    const reader = new Fmp4Reader({ head: 4000, data: 4000, samples: 100 });
    return story(() => {
      const events = cut(input).flatMap((octets) => reader.push(octets));
      for (const event of events) if (event.type === "sample") sound(event.sample);
      return [...events, reader.whole];
    });
  },
};

const WHOLE = ((): string => {
  const writer = new RecordingWriter(tracks);
  for (const i of [0, 1]) writer.add(runs(i));
  return latin1(writer.end().append).slice(8);
})();

/** The content of a moov box, which comes whole: the cuts change nothing. */
export const movie: Target = {
  name: "movie",
  code: /\/libs\/media\/(?:src|dist)\/(?:fmp4\/(?:read|sample)|aac|h264|bit-reader)/,
  words: [
    "trak",
    "stbl",
    "stsd",
    "stsz",
    "stco",
    "co64",
    "stsc",
    "stts",
    "ctts",
    "stss",
    "elst",
    "esds",
    "avcC",
    "Opus",
    "hvc1",
    WHOLE,
  ],
  seeds: [WHOLE, INIT.slice(INIT.indexOf("moov") + 4)],
  run(input, cut) {
    return story(() => {
      const read = readWholeMovie(Buffer.concat(cut(input)), 1000) ?? [];
      for (const { table } of read) {
        const { count, sizes, offsets, shown, keys } = table;
        const ordered = keys?.every(
          (key, i) => key < count && (i === 0 ? key === 0 : key > (keys[i - 1] ?? 0)),
        );
        if (
          count > 1000 ||
          [sizes, offsets, shown].some(({ length }) => length !== count) ||
          ordered === false
        )
          throw new Finding("TABLE", `a table of ${count} samples that is none`);
      }
      return read;
    });
  },
};

/** In an input each tag has its kind, its stamp of four octets and its length in one octet in front. */
const tag = (kind: string, at: number, body: string): string =>
  `${kind}\0\0${String.fromCharCode(at >> 8, at & 255, body.length)}${body}`;

const tags = [
  tag("v", 0, `\x17\0\0\0\0${AVCC}`),
  tag("v", 0, "\x17\x01\0\0\x50\0\0\0\x02e\x88"),
  tag("v", 40, "\x27\x01\xff\xff\xd8\0\0\0\x02A\x9a"),
  tag("v", 41, "\x57\0\0\0\0"),
  tag("v", 80, "\x90avc1"),
  tag("a", 0, "\xaf\0\x11\x90"),
  tag("a", 0, "\xaf\x01!\x10"),
  tag("a", 21, "\xaf\x01!\x10"),
  tag("a", 0, "\x2f\xff\xfb\x90\x64mp3"),
];

/** The bodies of tags, each of which comes whole. */
export const flv: Target = {
  name: "flv",
  code: /\/libs\/media\/(?:src|dist)\/(?:flv|aac|h264|bit-reader)/,
  words: tags,
  seeds: [tags.join(""), tags.slice(0, 4).join(""), tags.slice(5).join("")],
  run(input) {
    const reader = new FlvReader();
    const known = new Set<string>();
    return story(() => {
      const events = [];
      for (let at = 0; at < input.length;) {
        const to = at + 6 + (input[at + 5] ?? 0);
        const stamp = Buffer.from(input.subarray(at + 1, at + 5)).reduce(
          (sum, octet) => 256 * sum + octet,
          0,
        );
        events.push(
          ...reader.push(input[at] === 0x76 ? "video" : "audio", stamp, input.subarray(at + 6, to)),
        );
        at = to;
      }
      for (const event of events)
        if (event.type === "track") known.add(event.track.kind);
        else {
          sound(event.sample);
          if (!known.has(event.kind)) throw new Finding("UNTOLD", "a sample of a track that was not told of");
          if (event.sample.pts < event.sample.dts) throw new Finding("BEFORE", "shown before it is decoded");
        }
      return events;
    });
  },
};
