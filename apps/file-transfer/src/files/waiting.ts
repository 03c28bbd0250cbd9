/** Whether a call has waited for a disk or only for a processor: the kernel's own account of this thread. */
import { openSync, readSync } from "node:fs";

export interface Account {
  /** How often it gave its processor up or lost it; always 0 where nobody counts. */
  readonly waits: number;
  /** Milliseconds in which it could have run and others had the processor. */
  readonly delay: number;
}

/** Two numbers of nanoseconds and a count, as long as a processor's years make them. */
const room = Buffer.allocUnsafe(80);
/** Of the thread that opens it, and costs two microseconds a look. */
const schedule = openSchedule();

/** Of this thread since it began. */
export function accountOf(): Account {
  if (schedule === undefined) return elsewhere();
  return look(schedule);
}

/**
 * Linux: time on a processor, time in the queue for one, both in nanoseconds, and how often it came out of the queue.
 * Zeros: this kernel keeps no such account.
 */
export function readAccount(text: string): Account {
  const [, delay = 0, waits = 0] = text.split(" ").map(Number);
  return { waits, delay: delay / 1e6 };
}

function look(descriptor: number): Account {
  return readAccount(room.toString("latin1", 0, readSync(descriptor, room, 0, room.length, 0)));
}

/** All threads of the process together: where another one waits, that looks as if this one had. */
function elsewhere(): Account {
  return { waits: process.resourceUsage().voluntaryContextSwitches, delay: 0 };
}

function openSchedule(): number | undefined {
  try {
    const descriptor = openSync("/proc/thread-self/schedstat", "r");
    return look(descriptor).waits > 0 ? descriptor : undefined;
  } catch {
    return undefined;
  }
}
