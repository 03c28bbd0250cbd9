/** H.264 in PES packets (ISO/IEC 13818-1 §2.14): units with start codes become pictures, ITU-T H.264 §7.4.1.2.3. */
import { BitReader } from "../bit-reader.ts";
import { MediaError } from "../error.ts";
import { joined } from "../fmp4/box.ts";
import { annexBUnits, avcConfiguration, lengthPrefixed } from "../h264.ts";
import { parseSps } from "../h264-sps.ts";
import type { VideoTrack } from "../sample.ts";
import { TS_TIMESCALE } from "./clock.ts";
import type { TsLimits } from "./events.ts";
import type { PesUnit, StreamReader, StreamTeller } from "./stream-reader.ts";
import { Timeline, type Lasting } from "./timeline.ts";

/** ITU-T H.264 table 7-1. */
const SLICE = 1;
const IDR = 5;
const SEI = 6;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;

/** ITU-T H.264 §D.1: decoding may begin at a recovery point. */
const RECOVERY_POINT = 6;

/** Octets that a unit is counted for beside its own: a picture of a million empty ones is not small. */
const UNIT_COST = 64;

interface Picture {
  readonly units: Uint8Array[];
  octets: number;
  readonly pts: number | undefined;
  readonly dts: number | undefined;
}

export class AvcReader implements StreamReader {
  readonly #tell: StreamTeller;
  readonly #limits: TsLimits;
  readonly #timeline: Timeline;
  #picture: Picture | undefined;
  #sps: Uint8Array | undefined;
  /** By pic_parameter_set_id, of which there are 256. */
  readonly #pps = new Map<number, Uint8Array>();
  #description: Uint8Array | undefined;
  /** Decode time of the last picture. */
  #last: number | undefined;
  /** It was said that key pictures come without parameter sets. */
  #complained = false;

  constructor(tell: StreamTeller, limits: TsLimits) {
    this.#tell = tell;
    this.#limits = limits;
    this.#timeline = new Timeline(limits.gap * TS_TIMESCALE, TS_TIMESCALE / 25);
  }

  read({ data, pts, dts }: PesUnit): void {
    const begin = firstStartCode(data);
    if (begin > 0) this.#extend(data.subarray(0, begin));
    // ISO/IEC 13818-1 §2.4.3.7: the times are those of the first picture that begins in the packet.
    let fresh = true;
    for (const unit of annexBUnits(data.subarray(begin))) {
      if (this.#picture === undefined || this.#begins(unit, fresh && pts !== undefined)) {
        this.#finish();
        this.#picture = { units: [], octets: 0, pts: fresh ? pts : undefined, dts: fresh ? dts : undefined };
        fresh = false;
      }
      this.#add(this.#picture, unit);
    }
  }

  lost(): void {
    // What is held came whole, in packets before; what is missing of the next one is left out with it.
    this.#finish();
  }

  end(): void {
    this.#finish();
    this.#say(this.#timeline.end());
  }

  /** `timed`: in a PES packet whose times belong to a picture that has not begun yet. */
  #begins(unit: Uint8Array, timed: boolean): boolean {
    const type = typeOf(unit);
    if (type === DELIMITER) return true;
    if (this.#picture?.units.some(isSlice) !== true) return false;
    // A second field follows its first in the same packet: a slice by itself begins only where a time does.
    if (isSlice(unit)) return timed && firstMacroblock(unit) === 0;
    return type === SEI || type === SPS || type === PPS || (type >= 14 && type <= 18);
  }

  #extend(octets: Uint8Array): void {
    const last = this.#picture?.units.pop();
    if (this.#picture !== undefined && last !== undefined) {
      this.#picture.octets -= last.length + UNIT_COST;
      this.#add(this.#picture, joined([last, octets]));
    }
  }

  #add(picture: Picture, unit: Uint8Array): void {
    picture.octets += unit.length + UNIT_COST;
    if (picture.octets <= this.#limits.unit) {
      picture.units.push(unit);
      return;
    }
    this.#tell.fault("TS_LIMIT", `a picture of more than ${this.#limits.unit} octets`);
    this.#picture = undefined;
  }

  #finish(): void {
    const picture = this.#picture;
    this.#picture = undefined;
    if (picture === undefined || !picture.units.some(isSlice)) return;
    const { units } = picture;
    for (const unit of units) this.#keep(unit);
    const key = units.some((unit) => typeOf(unit) === IDR) || isRecoveryPoint(units);
    // Nothing can be decoded before the first key picture: who tunes in waits for it.
    const track = key ? this.#configure() : undefined;
    if (this.#description === undefined && track === undefined) return;
    const dts = picture.dts ?? picture.pts ?? (this.#last ?? 0) + this.#timeline.usual;
    const pts = picture.pts ?? dts;
    this.#last = dts;
    this.#say(this.#timeline.push({ data: lengthPrefixed(units), pts, dts, key }));
    if (track === undefined) return;
    this.#description = track.description;
    this.#tell.track({ ...track, ahead: Math.max(0, pts - dts) });
  }

  /** A new parameter set takes the place of the one before. */
  #keep(unit: Uint8Array): void {
    if (typeOf(unit) === SPS) {
      if (this.#sps !== undefined && !same(this.#sps, unit)) this.#pps.clear();
      this.#sps = unit;
    } else if (typeOf(unit) === PPS) {
      const id = new BitReader(unit.subarray(1, 5)).unsigned();
      if (id < 32) this.#pps.set(id, unit);
    }
  }

  /** Undefined when nothing has changed, or is not known yet. */
  #configure(): VideoTrack | undefined {
    try {
      const description = avcConfiguration([
        ...(this.#sps === undefined ? [] : [this.#sps]),
        ...this.#pps.values(),
      ]);
      if (this.#description !== undefined && same(this.#description, description)) return undefined;
      const said = parseSps(this.#sps ?? new Uint8Array());
      this.#complained = false;
      return {
        kind: "video",
        codec: "avc",
        timescale: TS_TIMESCALE,
        rotation: 0,
        ahead: 0,
        description,
        ...said,
      };
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      if (!this.#complained) this.#tell.fault("TS_PICTURE", error.message);
      this.#complained = true;
      return undefined;
    }
  }

  #say(one: Lasting | undefined): void {
    if (one?.jumped === true) this.#tell.jump();
    if (one !== undefined) this.#tell.sample(one.sample);
  }
}

function typeOf(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f;
}

function isSlice(unit: Uint8Array): boolean {
  const type = typeOf(unit);
  return type >= SLICE && type <= IDR;
}

/** ITU-T H.264 §7.3.3: the first thing a slice header says. */
function firstMacroblock(slice: Uint8Array): number {
  return new BitReader(slice.subarray(1, 6)).unsigned();
}

function isRecoveryPoint(units: readonly Uint8Array[]): boolean {
  return (
    units.some((unit) => typeOf(unit) === SPS) &&
    units.some((unit) => typeOf(unit) === SEI && unit[1] === RECOVERY_POINT)
  );
}

/** Of 00 00 01, with the zeros in front of it; the length where there is none. */
function firstStartCode(octets: Uint8Array): number {
  for (let at = 0; at + 2 < octets.length; at++) {
    if (octets[at] !== 0 || octets[at + 1] !== 0 || octets[at + 2] !== 1) continue;
    while (at > 0 && octets[at - 1] === 0) at--;
    return at;
  }
  return octets.length;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
