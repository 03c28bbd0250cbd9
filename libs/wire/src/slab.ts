/** Room for small outputs, cut from one large piece: an allocation for each message costs 5–10 % of the speed. */

const SLAB_OCTETS = 64 * 1024;

let slab = new Uint8Array(SLAB_OCTETS);
let used = 0;

/** `octets` fresh octets that nobody else will be given. */
export function cut(octets: number): Uint8Array {
  if (octets > SLAB_OCTETS / 4) return new Uint8Array(octets);
  if (used + octets > SLAB_OCTETS) {
    slab = new Uint8Array(SLAB_OCTETS);
    used = 0;
  }
  used += octets;
  return slab.subarray(used - octets, used);
}
