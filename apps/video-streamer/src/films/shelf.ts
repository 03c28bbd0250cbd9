/** Films that are open: found again by path, time and size, so that a file is indexed once; bounded, the least used closed. */
import { stat } from "node:fs/promises";
import { Film, FILM_LIMITS, type FilmLimits } from "./film.ts";
import { FilmError } from "./film-error.ts";

/** Which octets a path holds: changes with them. */
export interface FilmVersion {
  readonly path: string;
  /** Fit for an entity tag. */
  readonly tag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface ShelfLimits extends FilmLimits {
  /** Films open at a time. Default 16. */
  readonly open: number;
}

export const SHELF_LIMITS: ShelfLimits = { ...FILM_LIMITS, open: 16 };

interface Place {
  readonly tag: string;
  readonly film: Promise<Film>;
  /** How many read it now. */
  readers: number;
  /** Its file has changed, or others need the room: closed by the last reader. */
  leaving: boolean;
}

export class FilmShelf {
  readonly #limits: ShelfLimits;
  /** The least used first. */
  readonly #places = new Map<string, Place>();

  constructor(limits: Partial<ShelfLimits> = {}) {
    this.#limits = { ...SHELF_LIMITS, ...limits };
  }

  /** Throws FilmError when there is no such file. */
  async version(path: string): Promise<FilmVersion> {
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    if (stats?.isFile() !== true) throw new FilmError("FILM_UNREADABLE", "it is not there any more");
    const tag = `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`;
    return { path, tag, modified: Number(stats.mtimeMs) };
  }

  /** The film stays open until `use` is done. Throws {@link FilmError}. */
  async with<Value>({ path, tag }: FilmVersion, use: (film: Film) => Promise<Value>): Promise<Value> {
    const place = this.#take(path, tag);
    place.readers++;
    try {
      return await use(await place.film);
    } finally {
      place.readers--;
      if (place.leaving) close(place);
    }
  }

  /** Films open now. */
  get size(): number {
    return this.#places.size;
  }

  close(): void {
    for (const path of this.#places.keys()) this.#remove(path);
  }

  #take(path: string, tag: string): Place {
    const known = this.#places.get(path);
    if (known?.tag === tag) {
      this.#places.delete(path);
      this.#places.set(path, known);
      return known;
    }
    this.#remove(path);
    const film = Film.open(path, this.#limits);
    const place: Place = { tag, film, readers: 0, leaving: false };
    // What cannot be opened is tried again by the next who asks: it may still be being copied.
    film.catch(() => {
      if (this.#places.get(path) === place) this.#places.delete(path);
    });
    this.#places.set(path, place);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= this.#limits.open) break;
      this.#remove(oldest);
    }
    return place;
  }

  #remove(path: string): void {
    const place = this.#places.get(path);
    if (place === undefined) return;
    this.#places.delete(path);
    place.leaving = true;
    close(place);
  }
}

function close(place: Place): void {
  if (place.readers > 0) return;
  place.film.then(
    (film) => film.close(),
    () => undefined,
  );
}
