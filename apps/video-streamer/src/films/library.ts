/** What a folder has to show: films, those of one name together, and the subtitles beside them. */
import { opendir } from "node:fs/promises";
import { join } from "node:path";

export interface FilmFile {
  readonly file: string;
  readonly path: string;
}

/** One picture size of a title. */
export interface Rendition extends FilmFile {
  /** In addresses: "360p", or the file's whole name. */
  readonly label: string;
}

export interface Subtitles extends FilmFile {
  /** BCP 47, from `film.en.vtt`. */
  readonly language: string | undefined;
}

/** What is watched under one name. */
export interface Title {
  readonly name: string;
  /** The largest first. */
  readonly renditions: readonly Rendition[];
  readonly subtitles: readonly Subtitles[];
}

export interface LibraryLimits {
  /** Names read of the folder. Default 10,000. */
  readonly names: number;
  /** Milliseconds for which what was read is believed. Default 1,000. */
  readonly fresh: number;
}

export const LIBRARY_LIMITS: LibraryLimits = { names: 10_000, fresh: 1000 };

const FILM = /^(?!\.)(.+)\.(?:mp4|m4v|mov|mkv|webm|ts|m2ts|mts|m4a|mp3)$/i;
/** `harbour-720p.mp4` and `harbour-360p.mp4` are one title, harbour. */
const SIZED = /^(.+?)[-_. ]([1-9][0-9]{2,3})p$/i;
/** `film-2` before `film-10`. Made once: that takes longer than to sort a folder. */
const BY_NAME = new Intl.Collator("en", { numeric: true });
const TEXT = /^(?!\.)(.+?)(?:\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*))?\.vtt$/i;

/** Whether a file of that name may be served: a film, or its subtitles. */
export function isMedia(file: string): boolean {
  return FILM.test(file) || TEXT.test(file);
}

export class Library {
  readonly folder: string;
  readonly #limits: LibraryLimits;
  readonly #now: () => number;
  #read: { at: number; titles: Promise<ReadonlyMap<string, Title>> } | undefined;

  /** `now` in milliseconds, monotonic. */
  constructor(
    folder: string,
    limits: Partial<LibraryLimits> = {},
    now: () => number = () => performance.now(),
  ) {
    this.folder = folder;
    this.#limits = { ...LIBRARY_LIMITS, ...limits };
    this.#now = now;
  }

  /** By name, in the order of names. */
  titles(): Promise<ReadonlyMap<string, Title>> {
    const now = this.#now();
    if (this.#read === undefined || now - this.#read.at >= this.#limits.fresh)
      this.#read = { at: now, titles: this.#look() };
    return this.#read.titles;
  }

  async #look(): Promise<ReadonlyMap<string, Title>> {
    const names: string[] = [];
    for await (const entry of await opendir(this.folder)) {
      if (names.length >= this.#limits.names) break;
      // A link may lead anywhere; what is served by address is judged there, and here it is not followed.
      if (entry.isFile() && isMedia(entry.name)) names.push(entry.name);
    }
    return titlesOf(names, this.folder);
  }
}

/** `names` of files; pure. */
export function titlesOf(names: readonly string[], folder: string): ReadonlyMap<string, Title> {
  const titles = new Map<string, { renditions: Rendition[]; subtitles: Subtitles[] }>();
  const sorted = names.toSorted(BY_NAME.compare);
  for (const file of sorted) {
    const [, stem] = FILM.exec(file) ?? [];
    if (stem === undefined) continue;
    const [, sized, height] = SIZED.exec(stem) ?? [];
    const name = sized ?? stem;
    const title = titles.get(name) ?? { renditions: [], subtitles: [] };
    titles.set(name, title);
    const short = height === undefined ? "film" : `${height}p`;
    const label = title.renditions.some((one) => one.label === short) ? file : short;
    title.renditions.push({ file, path: join(folder, file), label });
  }
  for (const file of sorted) {
    const [, stem, language] = TEXT.exec(file) ?? [];
    if (stem === undefined) continue;
    const path = join(folder, file);
    // `film.old.vtt` may be subtitles in the language "old", or those of `film.old.mp4`.
    const whole = titles.get(file.slice(0, -".vtt".length));
    if (whole !== undefined) whole.subtitles.push({ file, path, language: undefined });
    else titles.get(stem)?.subtitles.push({ file, path, language });
  }
  const heightOf = ({ label }: Rendition): number => Number.parseInt(label, 10) || 0;
  return new Map(
    [...titles].map(([name, { renditions, subtitles }]) => [
      name,
      { name, renditions: renditions.toSorted((a, b) => heightOf(b) - heightOf(a)), subtitles },
    ]),
  );
}
