/** `?sort=size&order=desc`: the order of a listing. Folders stay first, whatever the order. */
import type { Entry } from "./folder.ts";

export const COLUMNS = ["name", "size", "changed"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

/** Undefined where nothing, or nothing known, is asked. `query`: without "?". */
export function readOrder(query: string): Order | undefined {
  const asked = new URLSearchParams(query);
  const column = COLUMNS.find((name) => name === asked.get("sort"));
  return column && { column, descending: asked.get("order") === "desc" };
}

// "film 2" before "film 10"; the same on every machine.
const names = new Intl.Collator("en", { numeric: true });

export function inOrder(entries: readonly Entry[], { column, descending }: Order): Entry[] {
  const sign = descending ? -1 : 1;
  return entries.toSorted((a, b) => {
    if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
    const byColumn = column === "name" ? 0 : (a[column] ?? 0) - (b[column] ?? 0);
    return sign * (byColumn === 0 ? names.compare(a.name, b.name) : byColumn);
  });
}
