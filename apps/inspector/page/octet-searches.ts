/** The byte searches of the filter: the server looks, and what it has found until now is what is listed. */
import { signal } from "@preact/signals";
import type { Filter } from "../src/filter.ts";
import { OctetSearch } from "../src/octet-search.ts";
import type { MessageView, SearchView, SocketView } from "../src/views.ts";

/** Of the present filter, by what is looked for. */
let searches = new Map<string, OctetSearch>();
const version = signal(0);

/** Whoever calls it is drawn again when more was looked at. */
export function looked(): number {
  return version.value;
}

export function fits(filter: Filter, message: MessageView, socket: SocketView): boolean {
  for (const hex of filter.patterns) if (searches.get(hex)?.holds(message) === undefined) return false;
  return filter.matches(message, socket, (one, hex) => searches.get(hex)?.holds(one) === true);
}

/** How far the present searches are; undefined where nothing is looked for, or all was looked at. */
export function stillLooking(): { readonly to: number; readonly end: number } | undefined {
  looked();
  return [...searches.values()].find(({ progress }) => progress !== undefined)?.progress;
}

/** Messages of which a search cannot say, since their octets are no longer kept. */
export function unkept(): number {
  looked();
  return Math.max(0, ...[...searches.values()].map((search) => search.unkept));
}

/** Looks on for what that filter asks; called again when there is more to look at. */
export function lookFor({ patterns }: Filter): void {
  searches = new Map(patterns.map((hex) => [hex, searches.get(hex) ?? new OctetSearch(hex)]));
  for (const [hex, search] of searches)
    search
      .lookOn(
        ask,
        () => searches.get(hex) === search,
        () => (version.value += 1),
      )
      // The line is lost: it is asked again when it is back.
      .catch(() => undefined);
}

export function forgetSearches(): void {
  searches = new Map();
}

async function ask(path: string): Promise<SearchView> {
  const response = await fetch(path);
  if (!response.ok) throw new TypeError(`${path}: ${response.status}`);
  const answer: SearchView = await response.json();
  return answer;
}
