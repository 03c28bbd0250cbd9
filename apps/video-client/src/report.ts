/** What is told while it goes on: one line that is drawn again, or a line of JSON for each moment. */
import type { Writable } from "node:stream";
import type { Reading } from "./playback.ts";
import type { Tally } from "./reception.ts";

/** Of several viewers together: sums, the least buffer, the greatest latency. */
export interface Moment extends Reading, Flaws {
  readonly viewers: number;
  /** Segments that had gone before they were fetched. */
  readonly missed: number;
}

/** What was not as it was sent; undefined where that cannot be known. */
export interface Flaws extends Omit<Tally, "foreign"> {
  /** Undefined: it does not come in datagrams. */
  readonly foreign: number | undefined;
  /** Datagrams that came and could not be kept. */
  readonly dropped: number | undefined;
  /** Places where packets of a transport stream are missing, and others where it is damaged. */
  readonly continuity: number | undefined;
  readonly damage: number | undefined;
}

export function together(
  readings: readonly Reading[],
  flaws: readonly Partial<Flaws>[],
  missed: number,
): Moment {
  const numbers = (pick: (reading: Reading) => number | undefined): number[] =>
    readings.flatMap((reading) => pick(reading) ?? []);
  const sum = (pick: (reading: Reading) => number): number =>
    numbers(pick).reduce((all, one) => all + one, 0);
  const buffers = numbers(({ buffer }) => buffer);
  const latencies = numbers(({ latency }) => latency);
  const flawed = (name: keyof Flaws): readonly number[] => flaws.flatMap((one) => one[name] ?? []);
  const count = (name: keyof Flaws): number | undefined => {
    const counts = flawed(name);
    return counts.length === 0 ? undefined : counts.reduce((all, one) => all + one, 0);
  };
  const jitters = flawed("jitter");
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
    lost: count("lost"),
    reordered: count("reordered"),
    discarded: count("discarded"),
    jitter: jitters.length === 0 ? undefined : Math.round(Math.max(...jitters) * 1000) / 1000,
    foreign: count("foreign"),
    dropped: count("dropped"),
    continuity: count("continuity"),
    damage: count("damage"),
  };
}

export interface Report {
  /** Datagrams may be sent there. */
  listening(url: string): void;
  tell(moment: Moment): void;
  end(moment: Moment): void;
}

export function jsonReport(to: Writable): Report {
  const line = (moment: Moment, ended: boolean): void => {
    to.write(`${JSON.stringify(ended ? { ...moment, ended } : moment)}\n`);
  };
  return {
    listening: (url) => to.write(`${JSON.stringify({ listening: url })}\n`),
    tell: (moment) => line(moment, false),
    end: (moment) => line(moment, true),
  };
}

/** Without a terminal only what it came to is said. */
export function lineReport(to: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Report {
  return {
    listening(url) {
      to.write(`listening on ${url}\n`);
    },
    tell(moment) {
      if (to.isTTY === true) to.write(`\r\u001b[K${sentence(moment).slice(0, (to.columns ?? 80) - 1)}`);
    },
    end(moment) {
      to.write(`${to.isTTY === true ? "\r\u001b[K" : ""}${sentence(moment)}\n`);
    },
  };
}

export function sentence(moment: Moment): string {
  const { viewers, time, octets, rate, buffer, stalls, stalled, latency, missed, rendition, changes } =
    moment;
  const { lost, reordered, discarded, jitter, continuity, damage, foreign, dropped } = moment;
  const some = (count: number | undefined, name: string): string =>
    count === undefined || count === 0 ? "" : `${count} ${name}`;
  return [
    viewers > 1 ? `${viewers} viewers` : "",
    `${time.toFixed(0)} s`,
    `${(octets / 1e6).toFixed(1)} MB`,
    `${(rate / 1e6).toFixed(2)} Mbit/s`,
    buffer === undefined ? "" : `buffer ${buffer.toFixed(1)} s`,
    `${stalls} stall${stalls === 1 ? "" : "s"}${stalled > 0 ? ` (${stalled.toFixed(1)} s)` : ""}`,
    latency === undefined ? "" : `latency ${latency.toFixed(2)} s`,
    rendition === undefined ? "" : `${rendition}${changes > 0 ? ` (${changes} changes)` : ""}`,
    some(missed, "missed"),
    lost === undefined ? "" : `${lost} lost`,
    some(reordered, "reordered"),
    some(discarded, "too late or twice"),
    jitter === undefined ? "" : `jitter ${jitter.toFixed(1)} ms`,
    continuity === undefined ? "" : `${continuity} gap${continuity === 1 ? "" : "s"} in the stream`,
    some(damage, "damaged"),
    some(foreign, "foreign"),
    some(dropped, "dropped"),
  ]
    .filter((part) => part !== "")
    .join("  ");
}
