/** RFC 9110 §7.6.1, §7.8: the connection options a message names. */
import type { Version } from "./events.ts";
import type { FieldLines } from "./fields.ts";

/** Whether these fields hold one of this name; `name` in lower case. */
export function holds(fields: FieldLines, name: string): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const candidate = fields[i];
    if (candidate?.length === name.length && candidate.toLowerCase() === name) return true;
  }
  return false;
}

/** RFC 9110 §7.8: whether these fields hold Upgrade. */
export function namesUpgrade(fields: FieldLines): boolean {
  return holds(fields, "upgrade");
}

/** RFC 9110 §5.6.1: a comma-separated list of tokens, compared without case. */
export function lists(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  return value === token || value.split(",").some((member) => member.trim() === token);
}

/** RFC 9112 §9.3: whether a message leaves the connection open. `connection`: its Connection field. */
export function persists(version: Version, connection: string | undefined): boolean {
  const options = connection?.toLowerCase();
  if (lists(options, "close")) return false;
  return version === "1.1" || lists(options, "keep-alive");
}
