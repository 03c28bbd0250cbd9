/** What is told while it goes on: one line that is drawn again, or a line of JSON for each moment. */
import type { Writable } from "node:stream";
import type { Reading } from "./playback.ts";

/** Of several viewers together: sums, the least buffer, the greatest latency. */
export interface Moment extends Reading {
  readonly viewers: number;
  /** Segments that had gone before they were fetched. */
  readonly missed: number;
}

export function together(readings: readonly Reading[], missed: number): Moment {
  const numbers = (pick: (reading: Reading) => number | undefined): number[] =>
    readings.flatMap((reading) => pick(reading) ?? []);
  const sum = (pick: (reading: Reading) => number): number =>
    numbers(pick).reduce((all, one) => all + one, 0);
  const buffers = numbers(({ buffer }) => buffer);
  const latencies = numbers(({ latency }) => latency);
  return {
    viewers: readings.length,
    time: Math.max(0, ...numbers(({ time }) => time)),
    octets: sum(({ octets }) => octets),
    rate: sum(({ rate }) => rate),
    buffer: buffers.length === 0 ? undefined : Math.min(...buffers),
    stalls: sum(({ stalls }) => stalls),
    stalled: Math.round(sum(({ stalled }) => stalled) * 1000) / 1000,
    latency: latencies.length === 0 ? undefined : Math.max(...latencies),
    rendition: [...new Set(readings.flatMap(({ rendition }) => rendition ?? []))].join(", ") || undefined,
    changes: sum(({ changes }) => changes),
    missed,
  };
}

export interface Report {
  tell(moment: Moment): void;
  end(moment: Moment): void;
}

export function jsonReport(to: Writable): Report {
  const line = (moment: Moment, ended: boolean): void => {
    to.write(`${JSON.stringify(ended ? { ...moment, ended } : moment)}\n`);
  };
  return { tell: (moment) => line(moment, false), end: (moment) => line(moment, true) };
}

/** Without a terminal only what it came to is said. */
export function lineReport(to: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Report {
  return {
    tell(moment) {
      if (to.isTTY === true) to.write(`\r\u001b[K${sentence(moment).slice(0, (to.columns ?? 80) - 1)}`);
    },
    end(moment) {
      to.write(`${to.isTTY === true ? "\r\u001b[K" : ""}${sentence(moment)}\n`);
    },
  };
}

export function sentence({
  viewers,
  time,
  octets,
  rate,
  buffer,
  stalls,
  stalled,
  latency,
  rendition,
  changes,
  missed,
}: Moment): string {
  return [
    viewers > 1 ? `${viewers} viewers` : "",
    `${time.toFixed(0)} s`,
    `${(octets / 1e6).toFixed(1)} MB`,
    `${(rate / 1e6).toFixed(2)} Mbit/s`,
    buffer === undefined ? "" : `buffer ${buffer.toFixed(1)} s`,
    `${stalls} stall${stalls === 1 ? "" : "s"}${stalled > 0 ? ` (${stalled.toFixed(1)} s)` : ""}`,
    latency === undefined ? "" : `latency ${latency.toFixed(2)} s`,
    rendition === undefined ? "" : `${rendition}${changes > 0 ? ` (${changes} changes)` : ""}`,
    missed > 0 ? `${missed} missed` : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
}
