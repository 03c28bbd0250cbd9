/** Lets those who are watched come first, where there are too few processors for all. */
import { readdirSync } from "node:fs";
import { setPriority } from "node:os";

/** `niceness`: 0 (as everybody) to 19. */
export function stepBack(niceness: number): void {
  setPriority(niceness);
  try {
    // Linux counts by thread: the garbage collector's were there before us (setpriority(2), "C library/kernel differences").
    for (const thread of readdirSync("/proc/self/task")) setPriority(Number(thread), niceness);
  } catch {
    // No such system, or a thread that has ended: what could be done is.
  }
}
