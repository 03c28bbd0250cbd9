/** A record as JSON: what each kind must have, and what a stranger's file says instead. Octets are base64. */
import { decodeBase64, encodeBase64, type Direction } from "@socketscope/wire";
import { RecordError } from "./errors.ts";
import {
  type FlowAddress,
  type FlowName,
  type FlowRecord,
  type InterceptedRecord,
  OUTCOMES,
  type SourceRecord,
  type TapRecord,
} from "./records.ts";

export type Json = Readonly<Record<string, unknown>>;

/** For JSON.stringify. */
export function recordToJson(record: TapRecord): Json {
  return record.type === "bytes" || record.type === "wire"
    ? { ...record, octets: encodeBase64(record.octets) }
    : { ...record };
}

/** Throws RecordError "RECORD_INVALID" that names the field. */
export function recordFromJson(value: unknown): TapRecord {
  const json = object(value, "a record");
  return json["type"] === "source" ? sourceOf(json) : flowRecordOf(json);
}

function sourceOf(json: Json): SourceRecord {
  const token = json["token"];
  return {
    type: "source",
    app: text(json, "app"),
    version: text(json, "version"),
    engine: text(json, "engine"),
    pid: count(json, "pid"),
    listeners: list(json, "listeners").map((value) => {
      const listener = object(value, "a listener");
      return { name: text(listener, "name"), url: text(listener, "url") };
    }),
    ...(typeof token === "string" && { token }),
  };
}

function flowRecordOf(json: Json): FlowRecord {
  const type = text(json, "type");
  const at = number(json, "at");
  switch (type) {
    case "opened": {
      const role = json["role"];
      return {
        type,
        at,
        flow: flowOf(json),
        ...(json["joined"] === true && { joined: true }),
        ...((role === "client" || role === "server") && { role }),
      };
    }
    case "refused":
      return {
        type,
        at,
        remote: address(json, "remote"),
        local: address(json, "local"),
        rule: text(json, "rule"),
      };
    case "speaks":
      return { type, at, flow: count(json, "flow"), protocol: text(json, "protocol") };
    case "bytes":
    case "wire":
      return { type, at, flow: count(json, "flow"), direction: direction(json), octets: octetsOf(json) };
    case "gap":
      return {
        type,
        at,
        flow: count(json, "flow"),
        direction: direction(json),
        octets: count(json, "octets"),
      };
    case "cleared":
    case "wire-lost":
      return { type, at, flow: count(json, "flow") };
    case "unopened":
      return { type, at, flow: count(json, "flow"), why: text(json, "why") };
    case "keys":
      return { type, at, flow: count(json, "flow"), line: text(json, "line") };
    case "unseen":
      return { type, at, flows: count(json, "flows"), octets: count(json, "octets") };
    case "secured": {
      const alpn = json["alpn"];
      return {
        type,
        at,
        flow: count(json, "flow"),
        protocol: text(json, "protocol"),
        cipher: text(json, "cipher"),
        ...(typeof alpn === "string" && { alpn }),
      };
    }
    case "intercepted": {
      const was = json["was"];
      return {
        type,
        at,
        flow: count(json, "flow"),
        chunk: count(json, "chunk"),
        direction: direction(json),
        outcome: outcome(json),
        before: count(json, "before"),
        after: count(json, "after"),
        changed: json["changed"] === true,
        ...(typeof was === "string" && { was }),
      };
    }
    case "closed":
      return { type, at, flow: count(json, "flow"), reason: text(json, "reason") };
    default:
      throw invalid(`there is no kind of record "${type.slice(0, 40)}"`);
  }
}

function flowOf(json: Json): FlowName {
  const flow = object(json["flow"], "flow");
  const transport = flow["transport"];
  if (transport !== "tcp" && transport !== "udp") throw invalid("transport is neither tcp nor udp");
  return {
    id: count(flow, "id"),
    transport,
    local: address(flow, "local"),
    remote: address(flow, "remote"),
    ...(flow["parent"] !== undefined && { parent: count(flow, "parent") }),
  };
}

function address(json: Json, name: string): FlowAddress {
  const value = object(json[name], name);
  return { host: text(value, "host"), port: count(value, "port") };
}

function direction(json: Json): Direction {
  const value = json["direction"];
  if (value !== "in" && value !== "out") throw invalid("direction is neither in nor out");
  return value;
}

function outcome(json: Json): InterceptedRecord["outcome"] {
  const found = OUTCOMES.find((one) => one === json["outcome"]);
  if (found === undefined) throw invalid(`outcome is none of ${OUTCOMES.join(", ")}`);
  return found;
}

function octetsOf(json: Json): Uint8Array {
  const octets = decodeBase64(text(json, "octets"));
  if (octets === undefined) throw invalid("octets is not base64");
  return octets;
}

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${what} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function list(json: Json, name: string): readonly unknown[] {
  const value = json[name];
  if (!Array.isArray(value)) throw invalid(`${name} is no list`);
  return value;
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== "string") throw invalid(`${name} is no text`);
  return value;
}

function number(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(`${name} is no number`);
  return value;
}

function count(json: Json, name: string): number {
  const value = number(json, name);
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(`${name} is no whole number`);
  return value;
}

function invalid(what: string): RecordError {
  return new RecordError("RECORD_INVALID", what);
}
