/** Feeds octets to a framing piece in given cuts, and in all that matter. */
import { ReceiveBuffer } from "../src/index.ts";

export const octetsOf = (text: string): Uint8Array => Buffer.from(text, "latin1");
export const textOf = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

/** Pulls with `next` after each piece until there is no more; `most`: octets that were held at once. */
export function pulled<T>(
  pieces: readonly Uint8Array[],
  next: (buffer: ReceiveBuffer) => T | undefined,
): { readonly all: readonly T[]; readonly most: number; readonly left: string } {
  const buffer = new ReceiveBuffer();
  const all: T[] = [];
  let most = 0;
  for (const piece of pieces) {
    buffer.push(piece.slice());
    for (let one = next(buffer); one !== undefined; one = next(buffer)) all.push(one);
    most = Math.max(most, buffer.length);
  }
  return { all, most, left: textOf(buffer.take(buffer.length)) };
}

export function* everyCut(octets: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [octets];
  yield Array.from(octets, (octet) => Uint8Array.of(octet));
  for (let at = 1; at < octets.length; at++) yield [octets.subarray(0, at), octets.subarray(at)];
}
