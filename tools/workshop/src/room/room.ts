/** Who takes part and how far they are: in memory only, and told anew by those who are there. */
import type { Report } from "./report.ts";

export interface RoomLimits {
  /** People. Default 200. */
  readonly people: number;
  /** Milliseconds without a word after which somebody is away. Default 30 s: six words. */
  readonly away: number;
  /** Milliseconds away after which somebody gives up the place to one who comes to a full room. Default 10 minutes. */
  readonly gone: number;
}

export const ROOM_LIMITS: RoomLimits = { people: 200, away: 30_000, gone: 600_000 };

export interface Person extends Report {
  /** Milliseconds since they came to this step. */
  readonly since: number;
  readonly away: boolean;
}

interface Seated {
  report: Report;
  /** By the room's clock. */
  came: number;
  heard: number;
}

export class Room {
  readonly #now: () => number;
  readonly #limits: RoomLimits;
  readonly #people = new Map<string, Seated>();
  readonly #watchers = new Set<() => void>();
  #beginning = 1;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number, limits: RoomLimits = ROOM_LIMITS) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Counts how often all have begun anew: who knows another number has to. */
  get beginning(): number {
    return this.#beginning;
  }

  /** By name. */
  get people(): Person[] {
    const now = this.#now();
    return [...this.#people.values()]
      .map(({ report, came, heard }) => ({
        ...report,
        since: now - came,
        away: now - heard > this.#limits.away,
      }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
  }

  /** "taken": somebody else has that name. "full": nobody gives up a place. */
  take(report: Report): "seated" | "taken" | "full" {
    const key = report.name.toLowerCase();
    const now = this.#now();
    const before = this.#people.get(key);
    if (before !== undefined && before.report.seat !== report.seat) return "taken";
    if (before === undefined && this.#people.size >= this.#limits.people && !this.#makePlace()) return "full";
    const stays = before?.report.lesson === report.lesson && before.report.step === report.step;
    this.#people.set(key, { report, came: stays ? before.came : now, heard: now });
    if (before === undefined || JSON.stringify(before.report) !== JSON.stringify(report)) this.#tell();
    return "seated";
  }

  /** All begin anew. */
  reset(): void {
    this.#people.clear();
    this.#beginning += 1;
    this.#tell();
  }

  /** `changed` is called after each change, until the function that comes back is. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  #makePlace(): boolean {
    const [longest] = [...this.#people].toSorted(([, a], [, b]) => a.heard - b.heard);
    if (longest === undefined || this.#now() - longest[1].heard < this.#limits.gone) return false;
    return this.#people.delete(longest[0]);
  }

  #tell(): void {
    for (const changed of this.#watchers) changed();
  }
}
