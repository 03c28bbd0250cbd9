/** Processor time of the programs that run for something, from /proc. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";

/** Milliseconds between two looks, and of processor time in between with which nothing to speak of is done. */
const LOOK = 500;
const QUIET = 30;
/** Looks in which it has to come to rest. */
const LOOKS = 120;
/** Milliseconds of a clock tick: USER_HZ is 100 on Linux (proc(5), sysconf(3)). */
const TICK = 10;

/** Resolves when those whose command line holds `word` have come to rest. Throws BenchError SERVER when they do not. */
export async function atRest(word: string): Promise<void> {
  let before = -Infinity;
  for (let look = 0; look < LOOKS; look++) {
    const used = processorTime(word);
    if (used > 0 && used - before < QUIET) return;
    before = used;
    await pause(LOOK);
  }
  throw new BenchError("SERVER", `what runs for ${word} does not come to rest`);
}

/** Milliseconds. */
function processorTime(word: string): number {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(word)) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // Fields 14 and 15 of proc(5), counted after the name, which may hold blanks and brackets.
      const [user, system] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13);
      ticks += Number(user) + Number(system);
    } catch {
      // It has ended.
    }
  }
  return ticks * TICK;
}
