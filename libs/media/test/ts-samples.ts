/** Pictures and sound made up for tests of MPEG-TS: only what a multiplexer looks at is real. */
import { createHash } from "node:crypto";
import {
  avcConfiguration,
  TsDemultiplexer,
  type AudioTrack,
  type Sample,
  type TsBurst,
  type TsEvent,
  type VideoTrack,
} from "../src/index.ts";

/** As x264 writes them for 640 × 360 at 25 pictures a second. */
export const SPS = hex("6764001eacd940a02ff97011000003000100000300320f162d96");
export const PPS = hex("68ebe3cb22c0");

export const VIDEO: VideoTrack = {
  kind: "video",
  codec: "avc",
  codecString: "avc1.64001e",
  timescale: 90_000,
  width: 640,
  height: 360,
  ahead: 7200,
  rotation: 0,
  description: avcConfiguration([SPS, PPS]),
};

export const AUDIO: AudioTrack = {
  kind: "audio",
  codec: "aac",
  codecString: "mp4a.40.2",
  timescale: 48_000,
  sampleRate: 48_000,
  channels: 2,
  ahead: 0,
  description: Uint8Array.of(0x11, 0x90),
};

export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A slice of `size` octets (5 at least) behind its length, filled from `seed`; no start code arises in it. */
export function slice(size: number, key: boolean, seed: number): Uint8Array {
  const unit = new Uint8Array(4 + size);
  new DataView(unit.buffer).setUint32(0, size);
  for (let i = 4; i < unit.length; i++) unit[i] = 1 + ((i * 31 + seed * 17) % 255);
  unit.set([key ? 0x65 : 0x41, 0x88], 4);
  return unit;
}

/** Pictures at 25 a second, in groups of `group` with two B pictures between others; on 90 kHz, the first shown at `from`. */
export function pictures(count: number, { from = 0, group = 7, size = 400 } = {}): Sample[] {
  const samples: Sample[] = [];
  for (let first = 0; first < count; first += group) {
    const length = Math.min(group, count - first);
    const order = [0];
    for (let at = 1; at < length; at += 3) {
      const next = Math.min(at + 2, length - 1);
      order.push(next, ...[at, at + 1].filter((one) => one < next));
    }
    for (const [i, at] of order.entries()) {
      const pts = from + (first + at) * 3600;
      const dts = from + (first + i) * 3600 - VIDEO.ahead;
      const key = at === 0;
      samples.push({ data: slice(key ? 4 * size : size, key, first + at), pts, dts, duration: 3600, key });
    }
  }
  return samples;
}

/** Frames of AAC at `rate`, the first at `from` (in samples). */
export function frames(count: number, { from = 0, size = 200 } = {}): Sample[] {
  return Array.from({ length: count }, (_value, i) => {
    const data = Uint8Array.from({ length: size + (i % 7) }, (_octet, j) => (i * 13 + j * 7) % 251);
    return { data, pts: from + i * 1024, dts: from + i * 1024, duration: 1024, key: true };
  });
}

export function octetsOf(bursts: readonly TsBurst[]): Uint8Array {
  return Buffer.concat(bursts.map(({ octets }) => octets));
}

export function demultiplex(...chunks: readonly Uint8Array[]): TsEvent[] {
  const demux = new TsDemultiplexer();
  return [...chunks.flatMap((chunk) => [...demux.push(chunk)]), ...demux.end()];
}

export function samplesOf(events: readonly TsEvent[], kind: "video" | "audio"): Sample[] {
  return events.flatMap((event) => (event.type === "sample" && event.kind === kind ? [event.sample] : []));
}

export function faults(events: readonly TsEvent[]): string[] {
  return events.flatMap((event) => (event.type === "fault" ? [event.code] : []));
}

/** Samples as a text each, `by` ticks later. */
export function moved(samples: readonly Sample[], by: number): string[] {
  return samples.map(({ data, pts, dts, duration, key }) => {
    const octets = createHash("md5").update(data).digest("hex");
    return `${pts + by} ${dts + by} ${duration}${key ? " key" : ""} ${octets}`;
  });
}
