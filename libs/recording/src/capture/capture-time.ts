/**
 * A moment as a capture says it: whole microseconds since 1970. A tap tells milliseconds with a fraction; they are rounded
 * here and nowhere else, or a packet and the comment beside it would say two times for one event.
 */

export function microsecondsOf(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}

export function millisecondsOf(microseconds: number): number {
  return microseconds / 1000;
}

/** In seconds, as Wireshark shows it: "1795886546.871501". */
export function formatSeconds(microseconds: number): string {
  const digits = String(microseconds).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Of what `formatSeconds` wrote: not by way of a fraction of seconds, which is rounded once more. */
export function parseSeconds(text: string): number {
  return Number(text.replace(".", ""));
}
