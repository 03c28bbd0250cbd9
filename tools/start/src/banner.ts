import type { Ready } from "./app.ts";

/** One table of all addresses; what the apps share (state, authority) is said once. */
export function banner(apps: readonly (readonly [name: string, ready: Ready])[]): string {
  const rows = apps.flatMap(([app, ready]) => {
    const listeners = ready.listeners.map(
      ({ name, url, fingerprint }) =>
        [name, fingerprint === undefined ? url : `${url}  ${fingerprint}`] as const,
    );
    const account = ready.account;
    const lines =
      account === undefined
        ? listeners
        : [...listeners, ["account", `${account.user} / ${account.password}`] as const];
    return lines.map(
      ([name, value], at) => [at === 0 ? app : "", name === lines[at - 1]?.[0] ? "" : name, value] as const,
    );
  });
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length)) + 2;
  const once = (label: string, values: readonly (string | undefined)[]): string[] =>
    [...new Set(values)].flatMap((value) => (value === undefined ? [] : [`  ${label}  ${value}`]));
  return [
    "",
    "Socketscope is running.",
    "",
    ...rows.map(([app, name, value]) => `  ${app.padEnd(width(0))}${name.padEnd(width(1))}${value}`),
    "",
    ...once(
      "state",
      apps.map(([, ready]) => ready.state),
    ),
    ...once(
      "CA   ",
      apps.map(([, ready]) => ready.ca),
    ),
    "  Ctrl+C stops it all: what runs may finish; twice cuts it off.",
    "",
    "",
  ].join("\n");
}
