/**
 * How often the page is drawn. While few things happen, at once, and half of the time stays free for whoever presses a
 * key; while many do, nine tenths of it: nobody reads that fast, and the servers that are looked at need the processor.
 */

/** Milliseconds without a new picture, at most; and at least, while many things happen. */
const MAX_REST = 2000;
const MANY_REST = 500;
/** Changes a second from which on many things happen. */
const MANY = 200;

/** Milliseconds that the last picture took, and when it was done. */
let cost = 0;
let done = 0;
let share = 1;

/** Changes what is drawn; `changes`: how many things it shows for the first time, where it knows. */
export function draw(change: () => void, changes?: number): void {
  const began = performance.now();
  // What is there already when the page opens has not happened since.
  const many = changes === undefined || done === 0 ? undefined : changes * 1000 > MANY * (began - done);
  change();
  // Behind the frame's own work.
  requestAnimationFrame(() =>
    setTimeout(() => {
      done = performance.now();
      cost = done - began;
      if (many !== undefined) share = many ? 9 : 1;
    }, 0),
  );
}

/** Milliseconds until it may be drawn again. */
export function rest(): number {
  const least = share > 1 ? MANY_REST : 0;
  return Math.max(0, Math.min(MAX_REST, Math.max(least, cost * share)) - (performance.now() - done));
}
