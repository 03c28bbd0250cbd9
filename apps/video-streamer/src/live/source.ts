/** What a channel is made of: films in a circle, and their samples moved to the channel's clock. */
import type { Sample } from "@socketscope/media";
import type { Film } from "../films/film.ts";
import { FilmError } from "../films/film-error.ts";
import type { FilmShelf, FilmVersion } from "../films/shelf.ts";
import type { AirRendition, LaneTracks } from "./channel.ts";
import type { LaneSamples } from "./parts.ts";
import { Loop, type AirSegment } from "./loop.ts";

/** One picture size of a channel: the same films in each, one file a film. */
export interface ChannelRendition {
  readonly label: string;
  readonly files: readonly string[];
}

/** A rendition whose films are known. */
export interface OpenRendition extends AirRendition {
  readonly films: readonly {
    readonly version: FilmVersion;
    readonly tracks: LaneTracks;
    readonly duration: number;
  }[];
}

/** Opens the films of `renditions`; those that are cut in other places than the first are left out. Throws FilmError. */
export async function openRenditions(
  shelf: FilmShelf,
  renditions: readonly ChannelRendition[],
): Promise<{ loop: Loop; renditions: OpenRendition[] }> {
  const open: OpenRendition[] = [];
  let cuts: readonly (readonly number[])[] | undefined;
  for (const { label, files } of renditions) {
    const films = [];
    const durations: number[][] = [];
    let peak = 0;
    let octets = 0;
    let pictures = 0;
    for (const file of files) {
      const version = await shelf.version(file);
      const facts = await shelf.with(version, (film) => factsOf(film));
      films.push({ version, tracks: facts.tracks, duration: facts.duration });
      durations.push(facts.durations);
      peak = Math.max(peak, facts.peak);
      octets += facts.octets;
      pictures += facts.pictures;
    }
    if (cuts !== undefined && !alike(cuts, durations)) continue;
    cuts ??= durations;
    const length = films.reduce((sum, { duration }) => sum + duration, 0);
    open.push({
      label,
      films,
      tracks: films.map(({ tracks }) => tracks),
      rates: { peak: Math.ceil(peak), average: Math.ceil((8 * octets) / length) },
      frameRate: pictures > 0 ? pictures / length : undefined,
    });
  }
  if (cuts === undefined) throw new FilmError("FILM_NO_TRACK", "there is no film in it");
  return { loop: new Loop(cuts.map((durations) => ({ durations }))), renditions: open };
}

async function factsOf(film: Film): Promise<{
  tracks: LaneTracks;
  duration: number;
  durations: number[];
  peak: number;
  octets: number;
  pictures: number;
}> {
  const { video, audio } = await film.weights();
  const durations = Array.from({ length: film.segments }, (_value, i) => film.durationOf(i));
  const sizes = durations.map((_duration, i) => (video[i]?.octets ?? 0) + (audio[i]?.octets ?? 0));
  return {
    tracks: { video: film.video?.track, audio: film.audio?.track },
    duration: film.duration,
    durations,
    peak: Math.max(...sizes.map((size, i) => (8 * size) / Math.max(0.1, durations[i] ?? 0))),
    octets: sizes.reduce((sum, size) => sum + size, 0),
    pictures: video.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Within a millisecond. */
function alike(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): boolean {
  return (
    one.length === other.length &&
    one.every(
      (durations, i) =>
        durations.length === other[i]?.length &&
        durations.every((duration, j) => Math.abs(duration - (other[i]?.[j] ?? 0)) < 0.001),
    )
  );
}

/** The samples of a segment on the channel's clock: pictures first, then sound, of those `kinds`. */
export async function samplesOf(
  shelf: FilmShelf,
  { films }: OpenRendition,
  segment: AirSegment,
  kinds: readonly ("video" | "audio")[],
): Promise<LaneSamples[]> {
  const film = films[segment.film];
  if (film === undefined) return [];
  const { version, tracks, duration } = film;
  return shelf.with(version, async (open) => {
    const lanes: LaneSamples[] = [];
    for (const kind of kinds) {
      const track = tracks[kind];
      if (track === undefined) continue;
      const found = kind === "video" ? await open.pictures(segment.index) : await open.sound(segment.index);
      const { timescale, ahead } = track;
      // Where this turn of this film begins. Rounded once a turn, from a product: nothing adds up.
      const offset = Math.round((segment.airStart - open.startOf(segment.index)) * timescale);
      const samples = kind === "video" ? found : within(found, Math.round(duration * timescale));
      lanes.push({ kind, timescale, ahead, samples: samples.map((sample) => moved(sample, offset)) });
    }
    return lanes;
  });
}

/** The sound of a film that is no whole number of frames must not reach into what comes after it. */
function within(samples: readonly Sample[], end: number): Sample[] {
  return samples
    .filter(({ pts }) => pts >= 0 && pts < end)
    .map((sample) => ({ ...sample, duration: Math.min(sample.duration, end - sample.pts) }));
}

function moved(sample: Sample, ticks: number): Sample {
  return { ...sample, pts: sample.pts + ticks, dts: sample.dts + ticks };
}
