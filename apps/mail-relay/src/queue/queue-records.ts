/** What the journal's records say, read back with distrust: a file may have been written by somebody else. */
import type { Envelope } from "@socketscope/smtp";
import type { QueueState } from "./queued.ts";

export interface EnqueueRecord {
  readonly type: "enqueue";
  readonly id: string;
  readonly envelope: Envelope;
  readonly arrived: number;
  readonly authenticated: string | undefined;
  readonly size: number;
  /** Where the content is a file of its own. */
  readonly file: string | undefined;
  /** When it was written again by compaction; else as it begins. */
  readonly state: QueueState;
}

export interface StateRecord {
  readonly type: "state";
  readonly id: string;
  readonly state: QueueState;
}

export interface GoneRecord {
  readonly type: "gone";
  readonly id: string;
}

export type QueueRecord = EnqueueRecord | StateRecord | GoneRecord;

/** Undefined: none of ours. */
export function queueRecord(meta: unknown): QueueRecord | undefined {
  return isRecord(meta) ? meta : undefined;
}

function isRecord(meta: unknown): meta is QueueRecord {
  if (!isObject(meta) || typeof meta["id"] !== "string") return false;
  if (meta["type"] === "gone") return true;
  if (!isState(meta["state"])) return false;
  if (meta["type"] === "state") return true;
  const { envelope, arrived, size } = meta;
  return (
    meta["type"] === "enqueue" &&
    isObject(envelope) &&
    typeof envelope["reversePath"] === "string" &&
    Array.isArray(envelope["recipients"]) &&
    typeof arrived === "number" &&
    typeof size === "number"
  );
}

function isState(state: unknown): boolean {
  return (
    isObject(state) &&
    Array.isArray(state["recipients"]) &&
    (state["owed"] === undefined || Array.isArray(state["owed"])) &&
    typeof state["attempts"] === "number" &&
    typeof state["due"] === "number" &&
    Array.isArray(state["history"])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
