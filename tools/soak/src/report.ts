/** What a soak found, as a table, and what is wrong with it. */
import type { Drained } from "./drain.ts";
import type { AppName, Held } from "./soaked-app.ts";

export interface LoadRow {
  readonly app: AppName;
  readonly title: string;
  readonly sent: number;
  readonly found: number;
  readonly failures: readonly string[];
}

export interface AppRow extends Partial<Drained> {
  readonly name: AppName;
  /** After the warm-up, and after the load. */
  readonly before: Held;
  readonly after: Held;
}

export interface Report {
  /** Seconds of load after which it was stopped; undefined: it ran its time. */
  readonly stopped?: number;
  readonly loads: readonly LoadRow[];
  readonly apps: readonly AppRow[];
}

const MiB = 1024 * 1024;
/** Octets that resident memory may grow by between warm-up and end. */
export const MAX_GROWTH = 32 * MiB;
/** Octets of the inspector, which fills up to its own bounds (messages, sockets) instead of standing still. */
export const MAX_INSPECTOR = 768 * MiB;

/** In words; none: the soak has passed. */
export function faultsOf({ loads, apps, stopped }: Report): string[] {
  // Who was stopped early may not have come to all that was to be sent.
  const counted = stopped === undefined ? loads : loads.filter(({ sent }) => sent > 0);
  return [...counted.flatMap(faultsOfLoad), ...apps.flatMap(faultsOfApp)];
}

function faultsOfLoad({ app, title, sent, found, failures }: LoadRow): string[] {
  const who = `${app}: ${title}`;
  const lost = sent === found ? [] : [`${who}: ${sent} sent, ${found} found`];
  return [...(sent === 0 ? [`${who}: nothing was sent`] : lost), ...failures.map((why) => `${who}: ${why}`)];
}

function faultsOfApp({ name, before, after, exit, whole }: AppRow): string[] {
  const faults: string[] = [];
  const grown = after.memory - before.memory;
  if (name === "inspector" ? after.memory > MAX_INSPECTOR : grown > MAX_GROWTH)
    faults.push(`${name}: its memory grew by ${mebi(grown)} to ${mebi(after.memory)}`);
  if (after.descriptors > before.descriptors)
    faults.push(`${name}: ${before.descriptors} descriptors before, ${after.descriptors} after`);
  if (before.ports.join() !== after.ports.join())
    faults.push(`${name}: ports before ${before.ports.join(", ")}, after ${after.ports.join(", ")}`);
  if (exit !== "0") faults.push(`${name}: ended with ${exit}`);
  if (whole === false) faults.push(`${name}: what was under way when it was told to end did not come whole`);
  return faults;
}

/** Markdown. */
export function tableOf({ loads, apps }: Report): string {
  const amount = (number: number): string => number.toLocaleString("en");
  return [
    "| server | what was sent | sent | found |",
    "|---|---|---:|---:|",
    ...loads.map(
      ({ app, title, sent, found }) => `| ${app} | ${title} | ${amount(sent)} | ${amount(found)} |`,
    ),
    "",
    "| server | memory before | after | descriptors before | after | ports before | after | drained with |",
    "|---|---:|---:|---:|---:|---:|---:|---|",
    ...apps.map(({ name, before, after, exit, whole }) => {
      const flow = whole === undefined ? "" : whole ? ", a client's answer whole" : ", a client cut off";
      return `| ${name} | ${mebi(before.memory)} | ${mebi(after.memory)} | ${before.descriptors} | ${after.descriptors} | ${before.ports.length} | ${after.ports.length} | exit ${exit ?? "?"}${flow} |`;
    }),
  ].join("\n");
}

function mebi(octets: number): string {
  return `${(octets / MiB).toFixed(1)} MiB`;
}
