/** The floors of the house. A package may import what lies below it, and nothing beside it. */

export const layers = ["wire", "protocol", "io", "service", "app", "peer", "tool"] as const;
export type Layer = (typeof layers)[number];

/**
 * socket-core knows no protocol and a protocol knows no socket: the two share a floor. Other people's servers lie above
 * the apps, which never need them, and below the tools: tests start them through the testkit, the bench by itself. So do
 * what starts our apps and what carries out a walkthrough: the workshop stands on both.
 */
const floors: Readonly<Record<Layer, number>> = {
  wire: 0,
  protocol: 1,
  io: 1,
  service: 2,
  app: 3,
  peer: 4,
  tool: 5,
};

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
  "tools/peers": "peer",
  "tools/start": "peer",
  "tools/walkthroughs": "peer",
};

/** Where a package lives says which layer it is: whatever else stands in `libs` is a protocol. */
export function layerOf(folder: string): Layer | undefined {
  const layer = named[folder];
  if (layer !== undefined) return layer;
  if (folder.startsWith("apps/")) return "app";
  if (folder.startsWith("tools/")) return "tool";
  return folder.startsWith("libs/") ? "protocol" : undefined;
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
