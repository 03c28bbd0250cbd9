/** What an inspector may cost those whom it watches (issue 7): the server alone, with nobody who looks, with its page open. */
import type { Comparison } from "./cases.ts";

export const WATCHES = ["no tap", "nobody looks", "page open"] as const;
export type Watch = (typeof WATCHES)[number];

export interface InspectorCase extends Comparison {
  readonly app: "web-server" | "mail-relay" | "file-transfer";
  readonly ours: Watch;
}

// A GiB by FTP is there in half a second: that takes more runs to be as sure.
const apps = [
  { app: "web-server", id: "http", title: "1 KiB file over HTTP", unit: "requests/s", times: 2 },
  { app: "mail-relay", id: "smtp", title: "Mail queued, 10 sessions", unit: "messages/s", times: 2 },
  { app: "file-transfer", id: "ftp", title: "RETR of 1 GiB", unit: "MB/s", times: 5 },
] as const;

const peers: readonly Watch[] = ["no tap"];

export const inspectorCases: readonly InspectorCase[] = apps.flatMap(({ app, id, title, unit, times }) => [
  {
    app,
    unit,
    peers,
    beside: [],
    id: `inspected-${id}`,
    title: `${title}, inspector attached, its page open`,
    ours: "page open",
    floor: 0.9,
    rounds: { times, cutInto: 1 },
  },
  {
    app,
    unit,
    peers,
    beside: [],
    id: `inspectable-${id}`,
    title: `${title}, no inspector runs`,
    ours: "nobody looks",
    floor: 0.98,
    // Small differences need more runs.
    rounds: { times, cutInto: 2 },
  },
]);
