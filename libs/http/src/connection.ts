/** RFC 9110 §7.6.1, §7.8: the connection options a message names. */
import type { FieldLines } from "./fields.ts";

/** RFC 9110 §7.8: whether these fields hold Upgrade. */
export function namesUpgrade(fields: FieldLines): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name?.length === 7 && name.toLowerCase() === "upgrade") return true;
  }
  return false;
}

/** RFC 9110 §5.6.1: a comma-separated list of tokens, compared without case. */
export function lists(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  return value === token || value.split(",").some((member) => member.trim() === token);
}
