/** One page of a long listing, and the addresses of the others: `?page=2`, with the order and the filter kept. */
import type { Order } from "./order.ts";

/** Entries on one page: each is opened to say what it is. */
export const PAGE_ENTRIES = 500;

export interface Slice<Entry> {
  readonly entries: readonly Entry[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** The number of the first entry among all, from 1; 0 where there is none. */
  readonly first: number;
}

/** What `?page=` asks for; a page that is not there is the nearest that is. */
export function slice<Entry>(all: readonly Entry[], asked: string | null): Slice<Entry> {
  const pages = Math.max(1, Math.ceil(all.length / PAGE_ENTRIES));
  const wanted = /^\d{1,9}$/.test(asked ?? "") ? Number(asked) : 1;
  const page = Math.min(Math.max(wanted, 1), pages);
  const start = (page - 1) * PAGE_ENTRIES;
  const entries = all.slice(start, start + PAGE_ENTRIES);
  return { entries, page, pages, first: entries.length === 0 ? 0 : start + 1 };
}

/** `?sort=size&order=desc&name=film&page=2`; what is usual is left out. */
export function addressOf({ column, descending }: Order, filter: string, page = 1): string {
  const query = new URLSearchParams({ sort: column, order: descending ? "desc" : "asc" });
  if (filter !== "") query.set("name", filter);
  if (page > 1) query.set("page", String(page));
  return `?${query.toString()}`;
}
