/** Zeller's ddmin: takes pieces out of an input, large ones first, as long as it still does what it did. */

/** Trials at most. */
const TRIES = 5000;

/** The smallest input found for which `keeps` is still true. */
export function minimise(
  input: Uint8Array,
  keeps: (smaller: Uint8Array) => boolean,
  tries = TRIES,
): Uint8Array {
  const shrinking = shrink(input, tries);
  let step = shrinking.next();
  while (step.done !== true) step = shrinking.next(keeps(step.value));
  return step.value;
}

/** The same where the answer takes its time. */
export async function minimiseSlowly(
  input: Uint8Array,
  keeps: (smaller: Uint8Array) => Promise<boolean>,
  tries = TRIES,
): Promise<Uint8Array> {
  const shrinking = shrink(input, tries);
  let step = shrinking.next();
  while (step.done !== true) step = shrinking.next(await keeps(step.value));
  return step.value;
}

/** Asks whether a smaller input will do, until none will; returns the smallest that did. */
function* shrink(input: Uint8Array, tries: number): Generator<Uint8Array, Uint8Array, boolean> {
  let best = input;
  let left = tries;
  let size = Math.ceil(best.length / 2);
  while (size >= 1) {
    let shrunk = false;
    for (let from = 0; from < best.length; left--) {
      if (left === 0) return best;
      const smaller = new Uint8Array(best.length - Math.min(size, best.length - from));
      smaller.set(best.subarray(0, from));
      smaller.set(best.subarray(from + size), from);
      if (yield smaller) {
        best = smaller;
        shrunk = true;
      } else from += size;
    }
    if (shrunk && size <= best.length) continue;
    if (size === 1) return best;
    size = Math.floor(Math.min(size, best.length) / 2);
  }
  return best;
}
