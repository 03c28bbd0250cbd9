/** Octets of each half second by program, counted as the messages come: the timeline need not go over all of them. */
import { sizeOf } from "./words.ts";
import type { MessageView } from "../src/views.ts";

/** Milliseconds of one bin; they count from 1970. */
export const BIN = 500;
/** Bins kept of each program: two minutes. */
const KEPT = 240;

const programs = new Map<string, Map<number, number>>();

export function count(app: string, message: MessageView): void {
  const bin = Math.floor(message.at / BIN);
  const own = programs.get(app) ?? new Map<number, number>();
  programs.set(app, own);
  own.set(bin, (own.get(bin) ?? 0) + sizeOf(message));
  if (own.size <= 2 * KEPT) return;
  const newest = Math.max(...own.keys());
  for (const old of own.keys()) if (old < newest - KEPT) own.delete(old);
}

export function forgetThroughput(): void {
  programs.clear();
}

/** Octets of `bins` bins from `first` on, for each program that said something then. */
export function throughput(
  first: number,
  bins: number,
): readonly (readonly [app: string, octets: readonly number[]])[] {
  return [...programs]
    .map(([app, own]) => [app, Array.from({ length: bins }, (_, at) => own.get(first + at) ?? 0)] as const)
    .filter(([, own]) => own.some((octets) => octets > 0));
}
