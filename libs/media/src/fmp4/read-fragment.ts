/** The samples of a fragment: what moof says of the octets in mdat (ISO/IEC 14496-12 §8.8): the way back of fragment.ts. */
import { MediaError } from "../error.ts";
import type { Sample } from "../sample.ts";
import { boxesIn, fullBoxReader, need, type BoxReader, type ReadBox } from "./read-box.ts";
import type { MovieTrack, RunDefaults } from "./read-movie.ts";

/** §8.8.3.1: sample_is_non_sync_sample. */
const NON_SYNC = 0x0001_0000;

/** A fragment in its file. */
export interface FragmentOctets {
  readonly moof: Uint8Array;
  /** Where its moof begins, with its head. */
  readonly from: number;
  readonly mdat: Uint8Array;
  /** Where the content of mdat begins. */
  readonly mdatFrom: number;
}

export interface FragmentRun {
  readonly track: MovieTrack;
  readonly samples: readonly Sample[];
}

/** `ends`: by track, the decode time behind what came before, for who does not say it; is kept up to date. Throws {@link MediaError}. */
export function readFragment(
  octets: FragmentOctets,
  tracks: readonly MovieTrack[],
  ends: Map<number, number>,
  mostSamples: number,
): FragmentRun[] {
  const runs: FragmentRun[] = [];
  /** §8.8.7.1: where the data of the next one begins when nobody says. */
  let cursor = octets.from;
  let left = mostSamples;
  for (const { type, content } of boxesIn(octets.moof)) {
    if (type !== "traf") continue;
    const boxes = boxesIn(content);
    const head = readHead(need(boxes, "tfhd"), tracks);
    const base = head.base ?? (head.fromMoof ? octets.from : cursor);
    let time = decodeTime(boxes) ?? ends.get(head.track.id) ?? 0;
    cursor = base;
    const samples: Sample[] = [];
    for (const { type: kind, content: trun } of boxes) {
      if (kind !== "trun") continue;
      const rows = readRun(trun, head.defaults, left);
      left -= rows.rows.length;
      if (rows.offset !== undefined) cursor = base + rows.offset;
      for (const { duration, size, flags, offset } of rows.rows) {
        const from = cursor - octets.mdatFrom;
        if (from < 0 || from + size > octets.mdat.length)
          throw new MediaError("MEDIA_BROKEN", "a fragment speaks of octets that it does not have");
        const { start, track } = head.track;
        samples.push({
          data: octets.mdat.subarray(from, from + size),
          dts: time - start,
          pts: time + offset - start,
          duration,
          key: track?.kind === "audio" || (flags & NON_SYNC) === 0,
        });
        time += duration;
        cursor += size;
      }
    }
    ends.set(head.track.id, time);
    runs.push({ track: head.track, samples });
  }
  return runs;
}

/** §8.8.7. */
function readHead(
  tfhd: Uint8Array,
  tracks: readonly MovieTrack[],
): { track: MovieTrack; base: number | undefined; fromMoof: boolean; defaults: RunDefaults } {
  const { flags, fields } = fullBoxReader(tfhd);
  const id = fields.u32();
  const track = tracks.find((one) => one.id === id);
  if (track === undefined)
    throw new MediaError("MEDIA_BROKEN", `a fragment of track ${id}, which there is not`);
  const base = (flags & 0x1) === 0 ? undefined : fields.u64();
  if ((flags & 0x2) !== 0) fields.skip(4);
  const { defaults } = track;
  return {
    track,
    base,
    fromMoof: (flags & 0x02_0000) !== 0,
    defaults: {
      duration: (flags & 0x8) === 0 ? defaults.duration : fields.u32(),
      size: (flags & 0x10) === 0 ? defaults.size : fields.u32(),
      flags: (flags & 0x20) === 0 ? defaults.flags : fields.u32(),
    },
  };
}

/** §8.8.12. */
function decodeTime(boxes: readonly ReadBox[]): number | undefined {
  const tfdt = boxes.find(({ type }) => type === "tfdt")?.content;
  if (tfdt === undefined) return undefined;
  const { version, fields } = fullBoxReader(tfdt);
  return version === 1 ? fields.u64() : fields.u32();
}

interface Row extends RunDefaults {
  /** Of showing behind decoding. */
  readonly offset: number;
}

/** §8.8.8. */
function readRun(
  trun: Uint8Array,
  defaults: RunDefaults,
  most: number,
): { offset: number | undefined; rows: readonly Row[] } {
  const { flags, fields } = fullBoxReader(trun);
  const count = fields.u32();
  if (count > most) throw new MediaError("MEDIA_LIMIT", `a fragment of more than ${most} samples`);
  const offset = (flags & 0x1) === 0 ? undefined : fields.i32();
  const first = (flags & 0x4) === 0 ? undefined : fields.u32();
  const rows: Row[] = [];
  for (let i = 0; i < count; i++) {
    rows.push({
      duration: read(fields, flags & 0x100, defaults.duration),
      size: read(fields, flags & 0x200, defaults.size),
      flags: read(fields, flags & 0x400, i === 0 ? (first ?? defaults.flags) : defaults.flags),
      // Version 0 says it without a sign, and is read with one all the same: nobody is 2^31 ticks behind.
      offset: (flags & 0x800) === 0 ? 0 : fields.i32(),
    });
  }
  return { offset, rows };
}

function read(fields: BoxReader, there: number, otherwise: number): number {
  return there === 0 ? otherwise : fields.u32();
}
