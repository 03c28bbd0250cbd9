/** Which two conversations stand side by side, their rows, and the row that is chosen. */
import { batch, computed } from "@preact/signals";
import { align, type Alike, type Row } from "../src/compare.ts";
import type { MessageView, SocketView } from "../src/views.ts";
import { fits, looked } from "./octet-searches.ts";
import { changed, compared, comparedRow, differencesOnly, filter, messagesOf, sockets } from "./state.ts";

export interface PlacedRow extends Row {
  /** Its index among all rows: what the address names. */
  readonly at: number;
  /** How many rows that only one side has begin here; 0 within them and elsewhere. */
  readonly run: number;
}

export type Sides = readonly [left: SocketView | undefined, right: SocketView | undefined];

/** Those that were chosen; else the last two of one protocol. */
export const sides = computed((): Sides => {
  changed();
  const [left, right] = compared.value;
  const all = [...sockets.values()].filter(({ messages }) => messages > 1);
  const last = right === undefined ? all.at(-1) : sockets.get(right);
  const other = all.findLast(({ key, protocol }) => key !== last?.key && protocol === last?.protocol);
  return [left === undefined ? other : sockets.get(left), last];
});

/** Aligned anew only when one of the two has said more. */
let known: { readonly of: string; readonly rows: readonly Row[] } = { of: "", rows: [] };

const aligned = computed((): readonly Row[] => {
  const [left, right] = sides.value;
  if (left === undefined || right === undefined) return [];
  const [a, b] = [messagesOf(left.key), messagesOf(right.key)];
  const of = `${left.key} ${a.length} ${right.key} ${b.length}`;
  if (known.of !== of) known = { of, rows: align(a, b) };
  return known.rows;
});

export function count(...which: readonly Alike[]): number {
  return aligned.value.filter(({ alike }) => which.includes(alike)).length;
}

/** What filter and "differences only" leave. */
export const rows = computed((): readonly PlacedRow[] => {
  const wanted = filter.value;
  const matches = (message: MessageView | undefined, socket: SocketView | undefined): boolean =>
    message !== undefined && socket !== undefined && fits(wanted, message, socket);
  looked();
  const [one, other] = sides.value;
  const listed = aligned.value
    .map((row, at) => ({ ...row, at }))
    .filter(({ alike }) => !differencesOnly.value || alike !== "same")
    .filter(({ left, right }) => wanted.empty || matches(left, one) || matches(right, other));
  return listed.map((row, index) => {
    if (row.alike !== "left" && row.alike !== "right") return { ...row, run: 0 };
    if (listed[index - 1]?.alike === row.alike) return { ...row, run: 0 };
    let end = index;
    while (listed[end]?.alike === row.alike) end += 1;
    return { ...row, run: end - index };
  });
});

export const chosenRow = computed((): Row | undefined => aligned.value[comparedRow.value ?? -1]);

export function chooseSide(side: 0 | 1, key: number): void {
  const [left, right] = sides.value;
  batch(() => {
    compared.value = side === 0 ? [key, right?.key] : [left?.key, key];
    comparedRow.value = undefined;
  });
}

export function swapSides(): void {
  const [left, right] = sides.value;
  compared.value = [right?.key, left?.key];
}

/** To the next row that is listed, or to the next that differs. */
export function stepRow(by: number, differing = false): void {
  const all = rows.value;
  const from = all.findIndex(({ at }) => at === comparedRow.value);
  // With no row chosen it begins at the near end.
  let index = from < 0 ? (by === 1 || by === -Infinity ? 0 : all.length - 1) : from + by;
  index = Math.max(0, Math.min(all.length - 1, index));
  const way = Math.sign(by);
  if (differing) while (all[index]?.alike === "same") index += way;
  const row = all[index];
  if (row !== undefined) comparedRow.value = row.at;
}
