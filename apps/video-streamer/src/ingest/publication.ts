/** What one publisher sends, whatever carries it: tracks and samples in, a channel fed, and the reason when it is not taken. */
import type { AudioTrack, Sample, Track, VideoTrack } from "@socketscope/media";
import type { Channels } from "../live/channels.ts";
import type { CutPart } from "../live/cutter.ts";
import type { FedChannel } from "../live/fed-channel.ts";
import { IngestError } from "./errors.ts";
import type { Recorder, Recording } from "./recording.ts";

export interface IngestLimits {
  /** Bits a second over a segment. Default 20,000,000. */
  readonly bitRate: number;
  /** Octets of one publication. Default 64 GiB. */
  readonly octets: number;
  /** Seconds of one publication. Default 86,400: a day. */
  readonly seconds: number;
  /** Seconds in which something must come. Default 10. */
  readonly silent: number;
  /** Seconds without a key picture that are borne: HLS cuts nowhere else. Default 10. */
  readonly keyInterval: number;
  /** Seconds between key pictures above which the publisher is told. Default 4. */
  readonly keyIntervalWarned: number;
  /** Publications at a time. Default 16. */
  readonly publications: number;
}

export const INGEST_LIMITS: IngestLimits = {
  bitRate: 20_000_000,
  octets: 64 * 1024 ** 3,
  seconds: 86_400,
  silent: 10,
  keyInterval: 10,
  keyIntervalWarned: 4,
  publications: 16,
};

/** Seconds of one track after which a second one is not waited for any more. */
const SETTLED = 1.5;
/** Samples that are held for that. */
const MOST_HELD = 2000;
/** Seconds over which the bit rate is looked at, at least. */
const RATE_OVER = 2;

interface Held {
  readonly id: number;
  readonly sample: Sample;
}

export class Publication {
  readonly name: string;
  /** Octets of samples. */
  octets = 0;
  /** Seconds that are on the air, or will be. */
  seconds = 0;
  segments = 0;
  /** What the publisher should know, and can go on with. */
  warning: string | undefined;
  readonly #channels: Channels;
  readonly #recorder: Recorder | undefined;
  /** Of what goes on without a break. */
  #recording: Recording | undefined;
  readonly #limits: IngestLimits;
  readonly #tracks = new Map<number, Track>();
  #chosen: { video: number | undefined; audio: number | undefined } | undefined;
  #held: Held[] = [];
  #channel: FedChannel | undefined;
  #begun = false;
  #segment = { octets: 0, seconds: 0 };

  constructor(name: string, channels: Channels, limits: IngestLimits, recorder?: Recorder) {
    this.#recorder = recorder;
    this.name = name;
    this.#channels = channels;
    this.#limits = limits;
  }

  /** A track, before its samples; the same one again when something of it changes. */
  track(id: number, track: Track): void {
    this.#tracks.set(id, track);
    // What is on the air changes its nature: it begins anew with the next key picture.
    if (this.#chosen?.video === id || this.#chosen?.audio === id) this.#rest();
    if (!this.#begun) this.#chosen = undefined;
  }

  /** No other tracks will come: nothing is to be waited for. */
  settled(): void {
    this.#choose();
  }

  /** Throws IngestError when it is not taken. */
  sample(id: number, sample: Sample): void {
    if (this.#chosen !== undefined) {
      this.#take(id, sample);
      return;
    }
    this.#held.push({ id, sample });
    const of = (wanted: number): Held[] => this.#held.filter((one) => one.id === wanted);
    const kinds = new Set(
      [...this.#tracks].filter(([key]) => of(key).length > 0).map(([, { kind }]) => kind),
    );
    const first = of(id)[0]?.sample.dts ?? 0;
    const seconds = (sample.dts - first) / (this.#tracks.get(id)?.timescale ?? 1);
    if (kinds.size === 2 || seconds >= SETTLED || this.#held.length >= MOST_HELD) this.#choose();
  }

  /** The times of a track go on elsewhere: with those of the pictures, where there are any. */
  jump(id: number): void {
    const { video, audio } = this.#chosen ?? {};
    if (id === (video ?? audio)) this.#rest();
  }

  /** A promise for when more may come, if it may not now: a publisher that is ahead of the air is held back. */
  ready(): Promise<void> | undefined {
    return this.#channel?.held() ?? this.#recording?.held();
  }

  /** Throws IngestError when it was nothing at all. */
  end(): void {
    if (this.#chosen === undefined) this.#choose();
    this.#rest();
    if (this.seconds === 0)
      throw new IngestError("INGEST_FORMAT", "there was nothing to show in it: no key picture, and no sound");
  }

  /** In any case, and last: who watches is let go on to what is there. */
  close(): void {
    this.#rest();
  }

  #choose(): void {
    const first = (kind: Track["kind"]): number | undefined =>
      [...this.#tracks].find(([, track]) => track.kind === kind)?.[0];
    this.#chosen = { video: first("video"), audio: first("audio") };
    const held = this.#held;
    this.#held = [];
    for (const { id, sample } of held) this.#take(id, sample);
  }

  #take(id: number, sample: Sample): void {
    const { video, audio } = this.#chosen ?? {};
    const kind = id === video ? "video" : id === audio ? "audio" : undefined;
    if (kind === undefined) return;
    this.octets += sample.data.length;
    if (this.octets > this.#limits.octets)
      throw new IngestError("INGEST_SIZE", `more than ${this.#limits.octets} octets are not taken at a time`);
    this.#segment.octets += sample.data.length;
    if (this.#begun && this.#channel?.fits(kind, sample) === false) this.#rest();
    if (!this.#begun && !this.#begin(kind, sample)) {
      this.#checkStart(kind, sample);
      return;
    }
    this.#count(this.#channel?.add(kind, sample) ?? []);
    this.#check();
  }

  /** With a key picture; with sound where there are no pictures. */
  #begin(kind: "video" | "audio", sample: Sample): boolean {
    const { video, audio } = this.#chosen ?? {};
    if (!sample.key || (kind === "audio" && video !== undefined)) return false;
    this.#channel ??= this.#channels.feed(this.name);
    this.#channel.begin({ video: this.#video(video), audio: this.#audio(audio) }, sample);
    this.#begun = true;
    if (this.#channel.tracks !== undefined)
      this.#recording = this.#recorder?.begin(this.name, this.#channel.tracks);
    this.#segment = { octets: sample.data.length, seconds: 0 };
    return true;
  }

  #rest(): void {
    if (this.#begun) this.#count(this.#channel?.pause() ?? []);
    this.#begun = false;
    // Nobody waits for it here: who closes the program does.
    void this.#recording?.end();
    this.#recording = undefined;
    this.#waited = undefined;
  }

  /** Where waiting for the first key picture began. */
  #waited: number | undefined;

  #checkStart(kind: "video" | "audio", { dts }: Sample): void {
    if (kind !== "video") return;
    this.#waited ??= dts;
    const timescale = this.#video(this.#chosen?.video)?.timescale ?? 1;
    if (Math.abs(dts - this.#waited) / timescale > this.#limits.keyInterval)
      throw tooRare(this.#limits.keyInterval);
  }

  #count(parts: readonly CutPart[]): void {
    for (const part of parts) {
      const { duration, last } = part;
      this.#recording?.add(part);
      this.seconds += duration;
      this.#segment.seconds += duration;
      if (!last) continue;
      this.segments++;
      if (this.#segment.seconds > this.#limits.keyIntervalWarned)
        this.warning = `key pictures come every ${this.#segment.seconds.toFixed(1)} s: every 2 s (ffmpeg: -g, OBS: keyframe interval) viewers begin sooner and lag less`;
      this.#segment = { octets: 0, seconds: 0 };
    }
  }

  #check(): void {
    const { bitRate, seconds, keyInterval } = this.#limits;
    if ((this.#channel?.sinceCut ?? 0) > keyInterval) throw tooRare(keyInterval);
    if (this.seconds > seconds)
      throw new IngestError("INGEST_TIME", `more than ${seconds} s are not taken at a time`);
    const over = Math.max(RATE_OVER, this.#channel?.sinceCut ?? 0);
    if ((8 * this.#segment.octets) / over > bitRate)
      throw new IngestError(
        "INGEST_BIT_RATE",
        `more than ${bitRate} bits a second are not taken (--max-ingest)`,
      );
  }

  #video(id: number | undefined): VideoTrack | undefined {
    const track = id === undefined ? undefined : this.#tracks.get(id);
    return track?.kind === "video" ? track : undefined;
  }

  #audio(id: number | undefined): AudioTrack | undefined {
    const track = id === undefined ? undefined : this.#tracks.get(id);
    return track?.kind === "audio" ? track : undefined;
  }
}

function tooRare(seconds: number): IngestError {
  return new IngestError(
    "INGEST_KEY_INTERVAL",
    `no key picture for ${seconds} s: HLS cuts nowhere else; ask your encoder for one every 2 s (ffmpeg: -g, OBS: keyframe interval)`,
  );
}
