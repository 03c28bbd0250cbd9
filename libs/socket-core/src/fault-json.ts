/**
 * Faults as JSON, the form in which the control socket reads and shows them:
 *
 *     {"on": "out", "match": {"contains": "404"}, "action": {"type": "delay", "ms": 500}}
 *
 * Octets are a string, sent as UTF-8, or `{"hex": "0d0a"}` where they are none.
 */
import { decodeUtf8, encodeUtf8 } from "@socketscope/wire";
import { type ActiveFault, type Fault, type FaultAction, FaultError, type FaultMatch } from "./fault.ts";

export type OctetsJson = string | { readonly hex: string };

/** Throws {@link FaultError}. Ranges are not checked here but where the fault is set. */
export function parseFault(value: unknown): Fault {
  const { on, match, times, action } = record("fault", value, ["on", "match", "times", "action"]);
  if (on !== "in" && on !== "out") throw new FaultError("on", 'give "in" or "out"');
  return {
    on,
    ...(match !== undefined && { match: parseMatch(match) }),
    ...(times !== undefined && { times: number("times", times) }),
    action: parseAction(action),
  };
}

export function formatFault({ id, on, match, times, action, acted }: ActiveFault): object {
  return {
    id,
    on,
    ...(match !== undefined && {
      match: { ...match, ...(match.contains && { contains: formatOctets(match.contains) }) },
    }),
    ...(times !== undefined && { times }),
    action: formatAction(action),
    acted,
  };
}

export function parseOctets(field: string, value: unknown): Uint8Array {
  if (typeof value === "string") return encodeUtf8(value);
  const { hex } = record(field, value, ["hex"]);
  if (typeof hex !== "string" || !/^(?:[0-9a-fA-F]{2})*$/.test(hex))
    throw new FaultError(field, 'give a text, or {"hex": "0d0a"}');
  return Buffer.from(hex, "hex");
}

export function formatOctets(octets: Uint8Array): OctetsJson {
  return decodeUtf8(octets) ?? { hex: Buffer.from(octets).toString("hex") };
}

function parseMatch(value: unknown): FaultMatch {
  const { flow, contains, nth } = record("match", value, ["flow", "contains", "nth"]);
  return {
    ...(flow !== undefined && { flow: number("match.flow", flow) }),
    ...(contains !== undefined && { contains: parseOctets("match.contains", contains) }),
    ...(nth !== undefined && { nth: number("match.nth", nth) }),
  };
}

/** Milliseconds between the pieces of a split, unless said: enough for each to be a segment of its own. */
const SPLIT_MS = 10;

function parseAction(value: unknown): FaultAction {
  const given = record("action", value, ["type", "ms", "octets", "find", "replace"]);
  const { type } = given;
  /** No name but these: a mistyped one must not be taken for a wish fulfilled. */
  const only = (...names: string[]) => record("action", value, ["type", ...names]);
  switch (type) {
    case "delay":
      return { type, ms: number("action.ms", only("ms")["ms"]) };
    case "split": {
      const { octets, ms = SPLIT_MS } = only("octets", "ms");
      return { type, octets: number("action.octets", octets), ms: number("action.ms", ms) };
    }
    case "truncate":
      return { type, octets: number("action.octets", only("octets")["octets"]) };
    case "answer":
      return { type, octets: parseOctets("action.octets", only("octets")["octets"]) };
    case "edit": {
      const { find, replace } = only("find", "replace");
      return {
        type,
        find: parseOctets("action.find", find),
        replace: parseOctets("action.replace", replace),
      };
    }
    case "reset":
    case "hold":
      only();
      return { type };
    default:
      throw new FaultError("action.type", "give delay, split, truncate, reset, answer, edit or hold");
  }
}

function formatAction(action: FaultAction): object {
  if (action.type === "answer") return { ...action, octets: formatOctets(action.octets) };
  if (action.type === "edit")
    return { ...action, find: formatOctets(action.find), replace: formatOctets(action.replace) };
  return action;
}

function record(field: string, value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new FaultError(field, `give an object with ${names.join(", ")}`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new FaultError(field, `there is no ${JSON.stringify(unknown)}: give ${names.join(", ")}`);
  return { ...value };
}

function number(field: string, value: unknown): number {
  if (typeof value !== "number") throw new FaultError(field, "give a number");
  return value;
}
