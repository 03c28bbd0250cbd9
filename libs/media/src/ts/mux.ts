/**
 * Pictures and sound to MPEG-TS (ISO/IEC 13818-1), by hand: one program of H.264 and AAC. Its tables, its clock and its
 * counters are such that a receiver can tune in anywhere.
 */
import type { AudioTrack, VideoTrack } from "../sample.ts";
import { joined } from "../fmp4/box.ts";
import { PCR_STEPS, TS_TIMESCALE } from "./clock.ts";
import { pictures, sound, type ToElementary } from "./elementary.ts";
import { sendOrder, type SendUnit, type TsLane } from "./lane.ts";
import { pcrPacket, TS_PACKET, tsPackets } from "./packet.ts";
import { AUDIO_STREAM_ID, formatPes, VIDEO_STREAM_ID } from "./pes.ts";
import {
  formatPat,
  formatPmt,
  formatSection,
  PAT_PID,
  PAT_TABLE,
  PMT_TABLE,
  STREAM_TYPES,
  type ProgramStream,
} from "./psi.ts";

export interface TsMuxOptions {
  /** Seconds between tables. Default 0.1: who tunes in need not wait. */
  readonly tables: number;
  /** Seconds between clock references. Default 0.04 (ISO/IEC 13818-1 §2.7.2: at most 0.1). */
  readonly clock: number;
  /** Seconds by which octets are sent before they are decoded. Default 0.5: half a second of buffer (§2.4.2.6: at most 1). */
  readonly ahead: number;
  /** Seconds that are added to all times: none may be negative. Default 1. */
  readonly start: number;
  /** Frames of sound in a PES packet. Default 4. */
  readonly frames: number;
}

export const TS_MUX_OPTIONS: TsMuxOptions = { tables: 0.1, clock: 0.04, ahead: 0.5, start: 1, frames: 4 };

/** At least one of them. */
export interface TsTracks {
  readonly video?: VideoTrack | undefined;
  readonly audio?: AudioTrack | undefined;
}

/** Packets that are to be sent one behind the other. */
export interface TsBurst {
  /** When the first of them is due: seconds on the clock of the samples' decode times. */
  readonly due: number;
  /** Whole packets of 188. */
  readonly octets: Uint8Array;
}

/** Seconds that one kind waits for the other at most. */
const HELD_BACK = 1;
/** Seconds from one unit to the next that are another time, and no pause. */
const LEAP = 10;

const PROGRAM = 1;
const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;

const PIDS = { video: VIDEO_PID, audio: AUDIO_PID } as const;
const STREAM_IDS = { video: VIDEO_STREAM_ID, audio: AUDIO_STREAM_ID } as const;

export class TsMultiplexer {
  readonly #options: TsMuxOptions;
  readonly #counters = new Map<number, number>();
  #convert: { readonly video: ToElementary | undefined; readonly audio: ToElementary | undefined };
  #pcrPid: number;
  #streams: readonly ProgramStream[];
  #version = 0;
  /** Decode times, in ticks, at which tables and clock were sent last. */
  #tables = -Infinity;
  #clock = -Infinity;
  /** Of each kind, the decode time of what came last. */
  readonly #last = { video: -Infinity, audio: -Infinity };
  #held: readonly SendUnit[] = [];

  /** Throws {@link TsError} for tracks that cannot be carried, MediaError for such without configuration. */
  constructor(tracks: TsTracks, options: Partial<TsMuxOptions> = {}) {
    this.#options = { ...TS_MUX_OPTIONS, ...options };
    this.#convert = convertersOf(tracks);
    this.#streams = streamsOf(tracks);
    this.#pcrPid = tracks.video === undefined ? AUDIO_PID : VIDEO_PID;
  }

  /**
   * What follows is of other tracks: returns what was held back of these; the tables of those come at once. Throws as
   * the constructor does, and is then as before.
   */
  change(tracks: TsTracks): TsBurst[] {
    const convert = convertersOf(tracks);
    const bursts = this.flush();
    this.#convert = convert;
    const streams = streamsOf(tracks);
    if (streams.map(({ pid }) => pid).join() !== this.#streams.map(({ pid }) => pid).join()) {
      this.#version = (this.#version + 1) % 32;
      this.#streams = streams;
      this.#pcrPid = tracks.video === undefined ? AUDIO_PID : VIDEO_PID;
    }
    this.#tables = -Infinity;
    return bursts;
  }

  /**
   * The packets for samples of both kinds; of each in the order of decoding, on one clock, which goes on from call to
   * call. What the other kind may still come before is held back, up to a second. Throws MediaError for a sample that
   * is none.
   */
  write(lanes: readonly TsLane[]): TsBurst[] {
    for (const unit of sendOrder(lanes, this.#options.frames)) this.#last[unit.kind] = unit.dts;
    const units = [...this.#held, ...sendOrder(lanes, this.#options.frames)].toSorted(
      (a, b) => a.dts - b.dts,
    );
    const lasts = this.#streams.map(({ pid }) => this.#last[pid === VIDEO_PID ? "video" : "audio"]);
    const due = Math.max(Math.min(...lasts), Math.max(...lasts) - HELD_BACK * TS_TIMESCALE);
    this.#held = units.filter(({ dts }) => dts > due);
    return this.#send(units.filter(({ dts }) => dts <= due));
  }

  /** What was held back: nothing more comes, or nothing that goes on from it. */
  flush(): TsBurst[] {
    const units = this.#held;
    this.#held = [];
    return this.#send(units);
  }

  /**
   * A whole segment by itself (RFC 8216 §3.2): it begins with its tables, and its counters end where those of a next
   * one begin, which is made by a multiplexer of its own.
   */
  segment(lanes: readonly TsLane[]): Uint8Array {
    const units = sendOrder(lanes, this.#options.frames);
    const last = (["video", "audio"] as const).map((kind) => units.findLast((unit) => unit.kind === kind));
    this.#tables = -Infinity;
    const pieces: Uint8Array[] = [];
    for (const unit of units) {
      const bursts: TsBurst[] = [];
      this.#fill(unit.dts, bursts);
      pieces.push(...bursts.map(({ octets }) => octets), this.#unit(unit, last.includes(unit)));
    }
    for (const pid of [PAT_PID, PMT_PID]) if (this.#counter(pid) !== 15) pieces.push(this.#table(pid, true));
    return joined(pieces);
  }

  #send(units: readonly SendUnit[]): TsBurst[] {
    const bursts: TsBurst[] = [];
    for (const unit of units) {
      this.#fill(unit.dts, bursts);
      bursts.push({ due: unit.dts / TS_TIMESCALE, octets: this.#unit(unit) });
    }
    return bursts;
  }

  /** ISO/IEC 13818-1 §2.7.2: where nothing is shown for long, the clock goes on all the same. */
  #fill(until: number, bursts: TsBurst[]): void {
    const step = this.#options.tables * TS_TIMESCALE;
    if (this.#leaps(until)) return;
    while (until - this.#clock > step) {
      const at = this.#clock + step;
      const clock = pcrPacket(this.#pcrPid, this.#counter(this.#pcrPid), this.#pcr(at));
      bursts.push({ due: at / TS_TIMESCALE, octets: joined([...this.#tablesAt(at, false), clock]) });
      this.#clock = at;
    }
  }

  /** Not a long picture, but another time. */
  #leaps(dts: number): boolean {
    return !(dts - this.#clock <= LEAP * TS_TIMESCALE);
  }

  #unit({ kind, samples, pts, dts }: SendUnit, last = false): Uint8Array {
    const convert = this.#convert[kind];
    if (convert === undefined) return new Uint8Array();
    const pid = PIDS[kind];
    const key = kind === "video" && samples[0]?.key === true;
    const content = samples.map(convert);
    const size = content.reduce((sum, { length }) => sum + length, 0);
    const tables = this.#tablesAt(dts, key);
    const start = this.#options.start * TS_TIMESCALE;
    const pes = joined([formatPes(STREAM_IDS[kind], size, start + pts, start + dts), ...content]);
    return joined([
      ...tables,
      this.#packets(pid, pes, { randomAccess: key, ...this.#timed(pid, dts, key), last }),
    ]);
  }

  /** Whether the clock goes along with this unit. */
  #timed(pid: number, dts: number, key: boolean): { pcr?: number; discontinuity?: boolean } {
    if (pid !== this.#pcrPid) return {};
    const since = dts - this.#clock;
    if (!key && since >= 0 && since < this.#options.clock * TS_TIMESCALE) return {};
    // §2.4.3.5: the clock is another one from here on.
    const discontinuity = this.#clock !== -Infinity && (since < 0 || this.#leaps(dts));
    this.#clock = dts;
    return { pcr: this.#pcr(dts), discontinuity };
  }

  /** PAT and PMT, when it is time for them. */
  #tablesAt(dts: number, wanted: boolean): Uint8Array[] {
    const since = dts - this.#tables;
    if (!wanted && since >= 0 && since < this.#options.tables * TS_TIMESCALE) return [];
    this.#tables = dts;
    return [this.#table(PAT_PID), this.#table(PMT_PID)];
  }

  #table(pid: number, last = false): Uint8Array {
    const section =
      pid === PAT_PID
        ? { table: PAT_TABLE, id: 1, version: 0, content: formatPat([{ number: PROGRAM, pid: PMT_PID }]) }
        : {
            table: PMT_TABLE,
            id: PROGRAM,
            version: this.#version,
            content: formatPmt({ number: PROGRAM, pcrPid: this.#pcrPid, streams: this.#streams }),
          };
    return this.#packets(pid, stuffed(formatSection({ ...section, current: true })), { last });
  }

  /** `last`: of a segment: the counters of the next one begin at 0. */
  #packets(
    pid: number,
    unit: Uint8Array,
    { last, ...options }: { randomAccess?: boolean; discontinuity?: boolean; pcr?: number; last: boolean },
  ): Uint8Array {
    const counter = this.#counter(pid);
    const packets = tsPackets(unit, { pid, counter, ...options });
    const after = (counter + packets.length / TS_PACKET) & 15;
    this.#counters.set(pid, last ? 15 : after);
    return last && after !== 15 ? tsPackets(unit, { pid, counter, ...options, extra: 15 - after }) : packets;
  }

  /** Of the last packet with payload. */
  #counter(pid: number): number {
    return this.#counters.get(pid) ?? 15;
  }

  /** At 27 MHz, for octets that are decoded at `dts`. */
  #pcr(dts: number): number {
    const { start, ahead } = this.#options;
    return Math.round((dts + (start - ahead) * TS_TIMESCALE) * PCR_STEPS);
  }
}

function convertersOf({ video, audio }: TsTracks): {
  video: ToElementary | undefined;
  audio: ToElementary | undefined;
} {
  return { video: video && pictures(video), audio: audio && sound(audio) };
}

function streamsOf({ video, audio }: TsTracks): ProgramStream[] {
  return [
    ...(video === undefined ? [] : [{ pid: VIDEO_PID, streamType: STREAM_TYPES.avc }]),
    ...(audio === undefined ? [] : [{ pid: AUDIO_PID, streamType: STREAM_TYPES.aac }]),
  ];
}

/** ISO/IEC 13818-1 §2.4.4: behind a section, up to the packet's end. */
function stuffed(section: Uint8Array): Uint8Array {
  const packet = new Uint8Array(TS_PACKET - 4).fill(0xff);
  packet.set(section);
  return packet;
}
