import { randomUUID } from "node:crypto";

/** Time and chance: short enough to be read aloud, long enough to be the only one. `at` in milliseconds since 1970. */
export function newId(at: number): string {
  // Node draws randomness for many of them at once; the first twelve digits are nothing but chance (RFC 9562 §5.4).
  const chance = randomUUID();
  return `${at.toString(36)}${chance.slice(0, 8)}${chance.slice(9, 11)}`;
}
