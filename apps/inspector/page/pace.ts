/**
 * How often the page is drawn. After a rest at once, then five times a second, and where things go on happening it takes a
 * small part of a processor: nobody reads that fast, and the servers that are looked at need it.
 */

/** Part of the time that drawing may take in the long run, and milliseconds that it may take at once after a rest. */
const SHARE = 0.02;
const AT_ONCE = 100;
/** Milliseconds from one picture to the next, at least and at most. */
const MIN_REST = 200;
const MAX_REST = 2000;

/** When the last picture was done. */
let done = 0;
/** Milliseconds that may be taken; below 0 it is rested for them. */
let left = AT_ONCE;

/** Changes what is drawn. */
export function draw(change: () => void): void {
  const began = performance.now();
  change();
  // Behind the frame's own work.
  requestAnimationFrame(() =>
    setTimeout(() => {
      const now = performance.now();
      left = Math.min(AT_ONCE, left + (now - done) * SHARE) - (now - began);
      done = now;
    }, 0),
  );
}

/** Milliseconds until it may be drawn again. */
export function rest(): number {
  const owed = Math.max(MIN_REST, -left / SHARE);
  return Math.max(0, Math.min(MAX_REST, owed) - (performance.now() - done));
}
