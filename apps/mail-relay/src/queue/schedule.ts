/** When the next attempt is made, and what an attempt leaves of a message. RFC 5321 §4.5.4.1. */
import {
  stateOf,
  type Attempt,
  type Owed,
  type QueuedMessage,
  type QueueState,
  type RecipientResult,
} from "./queued.ts";

/** Attempts whose results are kept for the page and the notices. */
const HISTORY = 20;

/** `attempts` that have been made; the last pause repeats. Milliseconds. */
export function pauseAfter(attempts: number, schedule: readonly number[]): number {
  return schedule[Math.min(attempts, schedule.length) - 1] ?? 60_000;
}

export function afterAttempt(
  message: QueuedMessage,
  results: readonly RecipientResult[],
  now: number,
  schedule: readonly number[],
  notAfter = Infinity,
): QueueState {
  const over = new Set(
    results.filter(({ outcome }) => outcome !== "deferred").map(({ forwardPath }) => forwardPath),
  );
  const attempts = message.attempts + 1;
  const attempt: Attempt = { at: now, results };
  return {
    recipients: message.recipients.filter(({ forwardPath }) => !over.has(forwardPath)),
    // They are written before an attempt is.
    owed: undefined,
    attempts,
    due: Math.min(now + pauseAfter(attempts, schedule), Math.max(now, notAfter)),
    held: message.held,
    delayNoticeSent: message.delayNoticeSent,
    history: [...message.history, attempt].slice(-HISTORY),
  };
}

/** An attempt goes on for others: who has the message is out of it, and its sender is owed a notice once for each. */
export function afterReached(
  message: QueuedMessage,
  forwardPaths: readonly string[],
  owed: readonly Owed[],
): QueueState {
  const all = new Map(
    [...(message.owed ?? []), ...owed].map((one) => [one.recipient.forwardPath, one] as const),
  );
  return {
    ...stateOf(message),
    recipients: message.recipients.filter(({ forwardPath }) => !forwardPaths.includes(forwardPath)),
    owed: all.size > 0 ? [...all.values()] : undefined,
  };
}
