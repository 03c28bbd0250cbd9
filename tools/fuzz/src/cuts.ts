/** The ways a network may cut the same octets. Each piece is a copy of its own, as from a socket. */
import { Random } from "./random.ts";
import type { Cut } from "./target.ts";

export const whole: Cut = (octets) => [new Uint8Array(octets)];

export const octetByOctet: Cut = (octets) => Array.from(octets, (octet) => Uint8Array.of(octet));

/** In up to six pieces, the same for the same input and `seed`. */
export function somewhere(seed: number): Cut {
  return (octets) => {
    const random = new Random(seed);
    const points = Array.from({ length: 1 + random.below(5) }, () => random.below(octets.length + 1));
    points.sort((a, b) => a - b);
    let from = 0;
    return [...points, octets.length].map((to) => {
      const piece = new Uint8Array(octets.subarray(from, to));
      from = to;
      return piece;
    });
  };
}
