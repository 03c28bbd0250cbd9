/** What is measured, against whom, and what we promise (issue 2; the README shows the table). */
import { largeFile, smallFile } from "./site.ts";

/** Servers that are loaded in turns, and what ours owes to the others. */
export interface Comparison {
  readonly id: string;
  readonly title: string;
  readonly unit: "requests/s" | "MB/s" | "messages/s" | "files/s";
  readonly ours: string;
  /** We are compared with the fastest of these. */
  readonly peers: readonly string[];
  /** Shown beside, not compared with. */
  readonly beside: readonly string[];
  /** Ratios to the peer: below the floor the bench fails; the goal is where we want to be. */
  readonly floor: number;
  readonly goal?:
    | number
    | { readonly above: string; /** Of what that reaches. Default 1. */ readonly times?: number };
  /** Small differences need more runs, and short ones: what is slow for a second hits both sides. Default as told. */
  readonly rounds?: { readonly times: number; readonly cutInto: number };
}

export interface RateCase extends Comparison {
  readonly path: string;
  readonly connections: number;
  readonly pipelined?: number;
}

const hello = { path: "/", connections: 64, unit: "requests/s" } as const;
const sixteen = { ...hello, connections: 16, pipelined: 16 } as const;

export const rateCases: readonly RateCase[] = [
  {
    ...hello,
    id: "constant",
    title: "Constant answer",
    ours: "ours",
    peers: ["node:http"],
    beside: ["nginx", "node:net, constant"],
    floor: 1.2,
    goal: 1.5,
  },
  {
    ...sixteen,
    id: "pipelined",
    title: "16 requests pipelined",
    ours: "ours",
    peers: ["node:http"],
    beside: ["nginx"],
    floor: 4,
  },
  {
    ...sixteen,
    id: "pipelined-later",
    title: "16 requests pipelined, answered by a promise",
    ours: "ours-later",
    peers: ["node:http"],
    beside: [],
    floor: 4,
  },
  {
    ...hello,
    id: "small-file",
    title: "1 KiB file",
    path: `/${smallFile.name}`,
    ours: "ours-files",
    peers: ["node:http + createReadStream", "node:http + sirv"],
    beside: ["nginx"],
    floor: 3,
    goal: { above: "nginx" },
  },
  {
    id: "large-file",
    title: "100 MiB file",
    path: `/${largeFile.name}`,
    connections: 4,
    unit: "MB/s",
    ours: "ours-files",
    peers: ["node:http + createReadStream"],
    beside: ["node:http + sirv", "nginx"],
    floor: 1.3,
    goal: 1.8,
  },
  {
    ...hello,
    id: "tap-idle",
    title: "Tap there, nobody listens",
    ours: "ours-untapped",
    peers: ["ours"],
    beside: [],
    floor: 0.98,
    rounds: { times: 3, cutInto: 3 },
  },
  {
    ...hello,
    id: "tap-attached",
    title: "Tap attached, every octet copied",
    ours: "ours-tapped",
    peers: ["ours"],
    beside: [],
    floor: 0.9,
    rounds: { times: 2, cutInto: 3 },
  },
];

/** An amount of memory or time that is ours alone. */
export interface AmountCase {
  readonly id: string;
  readonly title: string;
  readonly unit: "KiB" | "MiB" | "s" | "stalls";
  /** More is a failure. */
  readonly ceiling: number;
}

export const memoryCases = {
  idle: { id: "idle", title: "Memory of an idle keep-alive connection", unit: "KiB", ceiling: 6 },
  down: { id: "flat-down", title: "Growth of memory while sending", unit: "MiB", ceiling: 32 },
  up: { id: "flat-up", title: "Growth of memory while receiving", unit: "MiB", ceiling: 32 },
  // The high-water mark, what is read ahead, and some air.
  stalled: { id: "stalled", title: "Memory of a reader that reads nothing", unit: "MiB", ceiling: 2 },
} as const satisfies Record<string, AmountCase>;
