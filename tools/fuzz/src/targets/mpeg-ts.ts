import { TsDemultiplexer, TsMultiplexer, type TsEvent } from "@socketscope/media";
import type { Target } from "../target.ts";

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

/** A stream of one key picture and a few others; what is in them does not matter to a demultiplexer. */
function stream(): string {
  const sps = Buffer.from("6764001eacd940a02ff97011000003000100000300320f162d96", "hex");
  const description = Buffer.concat([
    Buffer.from("0164001effe1001a", "hex"),
    sps,
    Buffer.from("01000668ebe3cb22c0", "hex"),
  ]);
  const mux = new TsMultiplexer({
    video: {
      kind: "video",
      codec: "avc",
      codecString: "avc1.64001e",
      timescale: 90_000,
      width: 640,
      height: 360,
      ahead: 0,
      rotation: 0,
      description,
    },
    audio: {
      kind: "audio",
      codec: "aac",
      codecString: "mp4a.40.2",
      timescale: 48_000,
      sampleRate: 48_000,
      channels: 2,
      ahead: 0,
      description: Uint8Array.of(0x11, 0x90),
    },
  });
  const sample = (i: number, step: number, data: string) => ({
    data: Buffer.from(data, "hex"),
    pts: i * step,
    dts: i * step,
    duration: step,
    key: i === 0,
  });
  const video = [0, 1, 2].map((i) => sample(i, 3600, i === 0 ? "0000000465880102" : "00000004419a0304"));
  const audio = [0, 1, 2, 3].map((i) => sample(i, 1024, "21104560"));
  const bursts = mux.write([
    { kind: "video", timescale: 90_000, samples: video },
    { kind: "audio", timescale: 48_000, samples: audio },
  ]);
  return [...bursts, ...mux.flush()].map(({ octets }) => latin1(octets)).join("");
}

const WHOLE = stream();

export const mpegTs: Target = {
  name: "mpeg-ts",
  code: /\/libs\/media\/(?:src|dist)\/(?:ts\/|h264|adts|bit-reader)/,
  words: [
    "G@\0\x10\0",
    "GP\0\x10\0",
    "GA\0\x30\x07P",
    "\0\0\x01\xe0\0\0\x84\xc0\x0a",
    "\0\0\x01\x09\xf0",
    "\0\0\0\x01g",
    "\xff\xf1\x4c\x80",
    WHOLE.slice(0, 376),
    WHOLE.slice(376, 564),
  ],
  seeds: [WHOLE, WHOLE.slice(188), `junk${WHOLE}`, `${WHOLE.slice(0, 940)}${WHOLE.slice(1128)}`],
  run(input, cut) {
    const demux = new TsDemultiplexer({ search: 1000, unit: 2000, streams: 4 });
    const events = cut(input).flatMap((octets) => [...demux.push(octets)]);
    return [...events, ...demux.end()].map((event) => told(event));
  },
};

function told(event: TsEvent): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    value instanceof Uint8Array ? latin1(value) : value,
  );
}
