/** Zeller's ddmin: takes pieces out of an input, large ones first, as long as it still does what it did. */

/** The smallest input found in at most `tries` trials for which `keeps` is still true. */
export function minimise(
  input: Uint8Array,
  keeps: (smaller: Uint8Array) => boolean,
  tries = 5000,
): Uint8Array {
  let best = input;
  let size = Math.ceil(best.length / 2);
  while (size >= 1 && tries > 0) {
    let shrunk = false;
    for (let from = 0; from < best.length && tries > 0; tries--) {
      const smaller = new Uint8Array(best.length - Math.min(size, best.length - from));
      smaller.set(best.subarray(0, from));
      smaller.set(best.subarray(from + size), from);
      if (keeps(smaller)) {
        best = smaller;
        shrunk = true;
      } else from += size;
    }
    if (!shrunk || size > best.length) size = size === 1 ? 0 : Math.floor(Math.min(size, best.length) / 2);
  }
  return best;
}
