/** What a moov says of its tracks (ISO/IEC 14496-12 §8.2, §8.8.3): the way back of init.ts. */
import { MediaError } from "../error.ts";
import type { Track } from "../sample.ts";
import { readSampleTable, type SampleTable } from "./sample-table.ts";
import { boxesIn, find, fullBoxReader, need, type BoxReader, type ReadBox } from "./read-box.ts";
import { readPictureEntry, readSoundEntry } from "./read-entry.ts";

/** What a fragment need not say again (§8.8.3). */
export interface RunDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

export interface MovieTrack {
  readonly id: number;
  /** Undefined: neither pictures nor sound, and left out. */
  readonly track: Track | undefined;
  /** Ticks that its edit list takes from every time. */
  readonly start: number;
  readonly defaults: RunDefaults;
}

/** A track whose samples are told of in moov itself. */
export interface WholeTrack {
  readonly track: Track;
  /** §8.3.2.1: meant to be played. */
  readonly enabled: boolean;
  /** In ticks of the track, its edit list applied. */
  readonly table: SampleTable;
}

/**
 * A movie that is no stream: its tracks of pictures and sound. Undefined for one in fragments. Throws
 * {@link MediaError}: MEDIA_LIMIT for a track of more than `mostSamples`.
 */
export function readWholeMovie(moov: Uint8Array, mostSamples: number): WholeTrack[] | undefined {
  const boxes = boxesIn(moov);
  if (find(boxes, "mvex") !== undefined) return undefined;
  const movieTimescale = readTimescale(boxes);
  return boxes.flatMap(({ type, content }) => {
    if (type !== "trak") return [];
    const { track, start, enabled, stbl } = readTrack(boxesIn(content), movieTimescale);
    if (track === undefined || stbl === undefined) return [];
    return [{ track, enabled, table: readSampleTable(stbl, start, mostSamples) }];
  });
}

/** Throws {@link MediaError}. */
export function readMovie(moov: Uint8Array): MovieTrack[] {
  const boxes = boxesIn(moov);
  const movieTimescale = readTimescale(boxes);
  const mvex = find(boxes, "mvex");
  if (mvex === undefined)
    throw new MediaError(
      "MEDIA_NOT_FRAGMENTED",
      "this MP4 is no stream: send a fragmented one (-movflags frag_keyframe+empty_moov+default_base_moof)",
    );
  const defaults = new Map<number, RunDefaults>();
  for (const { type, content } of boxesIn(mvex)) {
    if (type !== "trex") continue;
    const { fields: trex } = fullBoxReader(content);
    const id = trex.u32();
    trex.skip(4);
    defaults.set(id, { duration: trex.u32(), size: trex.u32(), flags: trex.u32() });
  }
  return boxes
    .filter(({ type }) => type === "trak")
    .map(({ content }) => {
      const { id, track, start } = readTrack(boxesIn(content), movieTimescale);
      return { id, track, start, defaults: defaults.get(id) ?? { duration: 0, size: 0, flags: 0 } };
    });
}

function readTimescale(moov: readonly ReadBox[]): number {
  const { version, fields } = fullBoxReader(need(moov, "mvhd"));
  return fields.skip(version === 1 ? 16 : 8).u32();
}

interface TrackFacts extends Omit<MovieTrack, "defaults"> {
  readonly enabled: boolean;
  readonly stbl: readonly ReadBox[] | undefined;
}

function readTrack(trak: readonly ReadBox[], movieTimescale: number): TrackFacts {
  const { id, enabled, rotation } = readHeader(need(trak, "tkhd"));
  const mdia = boxesIn(need(trak, "mdia"));
  const mdhd = fullBoxReader(need(mdia, "mdhd"));
  const timescale = mdhd.fields.skip(mdhd.version === 1 ? 16 : 8).u32();
  if (timescale === 0) throw new MediaError("MEDIA_BROKEN", "a track whose clock stands still");
  const handler = fullBoxReader(need(mdia, "hdlr")).fields.skip(4).u32();
  const edits = find(trak, "edts");
  const edit = edits && find(boxesIn(edits), "elst");
  const common = {
    id,
    enabled,
    start: edit === undefined ? 0 : startOf(edit, timescale / Math.max(1, movieTimescale)),
  };
  if (handler !== VIDE && handler !== SOUN) return { ...common, track: undefined, stbl: undefined };
  const stbl = boxesIn(need(boxesIn(need(mdia, "minf")), "stbl"));
  const [entry] = fullBoxReader(need(stbl, "stsd")).fields.skip(4).boxes();
  if (entry === undefined) throw new MediaError("MEDIA_BROKEN", "a track that does not say what it is");
  const track: Track =
    handler === VIDE
      ? { kind: "video", timescale, ahead: 0, rotation, ...readPictureEntry(entry) }
      : { kind: "audio", timescale, ahead: 0, ...readSoundEntry(entry) };
  return { ...common, track, stbl };
}

/** "vide" and "soun" (§8.4.3). */
const VIDE = 0x7669_6465;
const SOUN = 0x736f_756e;

/** §8.3.2. */
function readHeader(tkhd: Uint8Array): { id: number; enabled: boolean; rotation: 0 | 90 | 180 | 270 } {
  const { version, flags, fields } = fullBoxReader(tkhd);
  const enabled = flags % 2 === 1;
  const id = fields.skip(version === 1 ? 16 : 8).u32();
  // §6.2.2: the first two numbers of the matrix are cosine and sine.
  const [cosine, sine] = [fields.skip(4 + (version === 1 ? 8 : 4) + 16).i32(), fields.i32()];
  const turned = cosine < 0 ? 180 : 0;
  return { id, enabled, rotation: sine > 0 ? 90 : sine < 0 ? 270 : turned };
}

/** §8.6.6: what is shown first, less the nothing that is shown before it. `ratio`: ticks of the track to one of the movie. */
function startOf(elst: Uint8Array, ratio: number): number {
  const { version, fields } = fullBoxReader(elst);
  let start = 0;
  for (let i = Math.min(fields.u32(), 16); i > 0; i--) {
    const duration = version === 1 ? fields.u64() : fields.u32();
    const time = version === 1 ? signed64(fields) : fields.i32();
    fields.skip(4);
    if (time >= 0) return start + time;
    start -= Math.round(duration * ratio);
  }
  return start;
}

function signed64(fields: BoxReader): number {
  return fields.i32() * 0x1_0000_0000 + fields.u32();
}
