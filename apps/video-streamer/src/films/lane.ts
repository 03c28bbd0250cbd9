/** One track of a film: its samples, counted in ticks from the film's first picture. */
import type { Shown, Track } from "@socketscope/media";
import { type EncodedPacket, EncodedPacketSink, type InputTrack } from "mediabunny";
import { readReel, type Reel, type ShownOutline } from "./reel.ts";

/** Octets and number of samples. */
export interface Weight {
  octets: number;
  count: number;
  /** Octets of the first one, as it goes out: undefined where that is known only once it is read. */
  first: number | undefined;
}

export interface Lane<Kind extends Track = Track> {
  readonly track: Kind;
  /** Seconds on the container's clock. */
  firstTimestamp(): Promise<number>;
  /** Seconds on the container's clock at which the last packet is over. */
  endTimestamp(): Promise<number>;
  /** `seconds` on the container's clock becomes 0. */
  beginAt(seconds: number): void;
  ticks(timestamp: number): number;
  /** The times of all key packets, in seconds on the container's clock. */
  keyTimes(): Promise<number[]>;
  /** From the key packet at `from` up to the one at `to`, in decode order. Seconds on the container's clock. */
  group(from: number, to: number | undefined): Promise<Reel<ShownOutline>>;
  /** What begins at `from` ticks or later, and before `to`. For tracks whose packets are shown as they come. */
  between(from: number, to: number): Promise<Reel>;
  /** What lies between each two of `cuts` (ticks, ascending), by when it is shown. */
  weigh(cuts: readonly number[]): Promise<Weight[]>;
}

export interface LaneParts<Kind extends Track> {
  readonly track: Kind;
  readonly input: InputTrack;
  /** From what the container holds to what MP4 does; undefined: it is the same. */
  readonly convert?: ((data: Uint8Array) => Uint8Array) | undefined;
}

const METADATA = { metadataOnly: true } as const;

/** By the library's packets, one at a time: for every container that it reads. */
export class PacketLane<Kind extends Track = Track> implements Lane<Kind> {
  readonly track: Kind;
  readonly #input: InputTrack;
  readonly #sink: EncodedPacketSink;
  readonly #convert: ((data: Uint8Array) => Uint8Array) | undefined;
  /** Where the film begins, on the container's clock, in ticks of this track. */
  #origin = 0;

  constructor({ track, input, convert }: LaneParts<Kind>) {
    this.track = track;
    this.#input = input;
    this.#sink = new EncodedPacketSink(input);
    this.#convert = convert;
  }

  firstTimestamp(): Promise<number> {
    return this.#input.getFirstTimestamp();
  }

  endTimestamp(): Promise<number> {
    return this.#input.computeDuration();
  }

  beginAt(seconds: number): void {
    this.#origin = Math.round(seconds * this.track.timescale);
  }

  ticks(timestamp: number): number {
    return Math.round(timestamp * this.track.timescale) - this.#origin;
  }

  async keyTimes(): Promise<number[]> {
    const times: number[] = [];
    let packet = await this.#sink.getFirstKeyPacket(METADATA);
    while (packet !== null) {
      times.push(packet.timestamp);
      packet = await this.#sink.getNextKeyPacket(packet, METADATA);
    }
    return times;
  }

  async group(from: number, to: number | undefined): Promise<Reel<ShownOutline>> {
    const first = await this.#sink.getKeyPacket(from);
    const end = to === undefined ? null : await this.#sink.getKeyPacket(to, METADATA);
    const shown: Shown[] = [];
    if (first === null) return readReel(shown);
    for await (const packet of this.#sink.packets(first, end ?? undefined)) shown.push(this.#shown(packet));
    return readReel(shown);
  }

  async between(from: number, to: number): Promise<Reel> {
    const shown: Shown[] = [];
    for await (const packet of this.#packetsFrom(from, {})) {
      const pts = this.ticks(packet.timestamp);
      if (pts >= to) break;
      shown.push(this.#shown(packet));
    }
    return asShown(readReel(shown));
  }

  async weigh(cuts: readonly number[]): Promise<Weight[]> {
    const weights: Weight[] = cuts.slice(1).map(() => ({ octets: 0, count: 0, first: undefined }));
    let stretch = 0;
    for await (const packet of this.#sink.packets(undefined, undefined, METADATA)) {
      const pts = this.ticks(packet.timestamp);
      // Pictures are in decode order: only a key picture, or a packet of a track without others, begins a stretch.
      if (packet.type === "key") while (pts >= (cuts[stretch + 1] ?? Infinity)) stretch++;
      const weight = weights[stretch];
      if (weight === undefined || pts < (cuts[0] ?? 0)) continue;
      if (weight.count === 0 && this.#convert === undefined) weight.first = packet.byteLength;
      weight.octets += packet.byteLength;
      weight.count++;
    }
    return weights;
  }

  async *#packetsFrom(ticks: number, options: { metadataOnly?: boolean }): AsyncGenerator<EncodedPacket> {
    const seconds = (ticks + this.#origin) / this.track.timescale;
    // Half a tick further: what stands exactly there must not be missed for the sake of rounding.
    const near = await this.#sink.getPacket(seconds + 0.5 / this.track.timescale, options);
    const first = near ?? (await this.#sink.getFirstPacket(options));
    if (first === null) return;
    for await (const packet of this.#sink.packets(first, undefined, options))
      if (this.ticks(packet.timestamp) >= ticks) yield packet;
  }

  #shown(packet: EncodedPacket): Shown {
    return {
      data: this.#convert?.(packet.data) ?? packet.data,
      pts: this.ticks(packet.timestamp),
      duration: Math.max(1, Math.round(packet.duration * this.track.timescale)),
      key: packet.type === "key",
    };
  }
}

/** Each is decoded when it is shown, by itself, and lasts until the next one begins, so that no rounding adds up. */
export function asShown(reel: Reel<ShownOutline>): Reel {
  const samples = reel.samples.map((sample, i) => {
    const next = reel.samples[i + 1];
    const duration = next === undefined ? sample.duration : next.pts - sample.pts;
    return { ...sample, key: true, dts: sample.pts, duration };
  });
  return { ...reel, samples };
}
