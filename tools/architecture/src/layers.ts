/** The floors of the house. A package may import what lies below it, and nothing beside it. */

export const layers = ["wire", "protocol", "io", "service", "app", "tool"] as const;
export type Layer = (typeof layers)[number];

/** socket-core knows no protocol and a protocol knows no socket: the two share a floor. */
const floors: Readonly<Record<Layer, number>> = { wire: 0, protocol: 1, io: 1, service: 2, app: 3, tool: 4 };

/** The only step sideways. */
const sideways: readonly (readonly [from: string, to: string])[] = [["libs/host", "libs/web"]];

const named: Readonly<Record<string, Layer>> = {
  "libs/wire": "wire",
  "libs/socket-core": "io",
  "libs/web": "service",
  "libs/maildir": "service",
  "libs/smtp-session": "service",
  "libs/ssh": "service",
  "libs/host": "service",
  "libs/page": "service",
};

/** Where a package lives says which layer it is: whatever else stands in `libs` is a protocol. */
export function layerOf(folder: string): Layer | undefined {
  if (folder.startsWith("apps/")) return "app";
  if (folder.startsWith("tools/")) return "tool";
  return named[folder] ?? (folder.startsWith("libs/") ? "protocol" : undefined);
}

/** Compiles with `types: []`: neither Node nor the DOM. */
export function isPure(folder: string): boolean {
  const layer = layerOf(folder);
  return layer === "wire" || layer === "protocol";
}

export function mayImport(from: string, to: string): boolean {
  const above = layerOf(from);
  const below = layerOf(to);
  if (above === undefined || below === undefined) return false;
  return floors[above] > floors[below] || sideways.some(([a, b]) => a === from && b === to);
}
