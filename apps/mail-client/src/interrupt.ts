/**
 * Ctrl+C and SIGTERM: what runs is told the first time, lets go of what is half done, and ends with the exit code that
 * shells know (128 and the signal's number). The second time the system ends it.
 */
import { constants } from "node:os";
import { EXIT } from "./exit-code.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** `run` resolves with its exit code; what it had done all the same, by then, counts. */
export async function interruptible(run: (interrupted: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let by: (typeof SIGNALS)[number] | undefined;
  const handlers = SIGNALS.map((signal) => ({
    signal,
    stop: () => {
      by = signal;
      release();
      controller.abort();
    },
  }));
  const release = (): void => {
    for (const { signal, stop } of handlers) process.off(signal, stop);
  };
  for (const { signal, stop } of handlers) process.on(signal, stop);
  try {
    const code = await run(controller.signal);
    return by === undefined || code === EXIT.ok ? code : 128 + constants.signals[by];
  } finally {
    release();
  }
}
