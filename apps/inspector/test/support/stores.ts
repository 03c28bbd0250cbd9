/** A store that one program has told of, and the records that it tells. */
import type { FlowRecord, SourceRecord } from "@socketscope/recording";
import { Store, type StoreLimits } from "../../src/store/store.ts";

const MAIL: SourceRecord["listeners"] = [
  { name: "smtp", url: "smtp://127.0.0.1:2525" },
  { name: "web", url: "http://127.0.0.1:8025" },
];

export const WEB_SERVER = {
  app: "web-server",
  listeners: [{ name: "http", url: "http://127.0.0.1:8080" }],
} as const;

export interface ToldStore {
  readonly store: Store;
  /** The key of the program. */
  readonly source: number;
  readonly take: (...records: readonly FlowRecord[]) => void;
}

/** Of a mail relay, where nothing else is said. */
export function storeWith(
  limits: Partial<StoreLimits> = {},
  { app = "mail-relay", listeners = MAIL }: Partial<Pick<SourceRecord, "app" | "listeners">> = {},
): ToldStore {
  const store = new Store(limits);
  const source = store.addSource({ type: "source", app, version: "1", engine: "hand", pid: 1, listeners });
  return {
    store,
    source,
    take(...records) {
      for (const record of records) store.take(source, record);
    },
  };
}

/** A connection to `port`, from a port of its own. */
export function opens(flow: number, port = 2525, at = 1): FlowRecord {
  const local = { host: "127.0.0.1", port };
  const remote = { host: "127.0.0.1", port: 40_000 + flow };
  return { type: "opened", at, flow: { id: flow, transport: "tcp", local, remote } };
}

export function speaks(flow: number, protocol: string, at = 1): FlowRecord {
  return { type: "speaks", at, flow, protocol };
}

export function says(flow: number, direction: "in" | "out", said: string | Uint8Array, at = 2): FlowRecord {
  return { type: "bytes", at, flow, direction, octets: Buffer.from(said) };
}
