/** A message in the queue, as delivery, the page and the commands see it. */
import type { Envelope, Recipient, Reply } from "@socketscope/smtp";

/** What became of one recipient in one attempt. */
export interface RecipientResult {
  readonly forwardPath: string;
  /** "delivered": the next hop has it · "failed": it will never · "deferred": perhaps later. */
  readonly outcome: "delivered" | "failed" | "deferred";
  /** The next hop's, or ours where it was never asked. */
  readonly reply: Reply;
  /** Who said so, `host:port`; undefined: we ourselves. */
  readonly host?: string | undefined;
}

export interface Attempt {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly results: readonly RecipientResult[];
}

/** Who was reached in an attempt that goes on for others, and whose sender is to be told so: RFC 3461 §4.1. */
export interface Owed {
  readonly recipient: Recipient;
  readonly reply: Reply;
  readonly host?: string | undefined;
}

/** Everything that changes in the life of a message; what is written again at each attempt. */
export interface QueueState {
  /** Those who are still to be reached. */
  readonly recipients: readonly Recipient[];
  /** Notices of success that are not written yet; undefined: none. */
  readonly owed?: readonly Owed[] | undefined;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly due: number;
  readonly held: boolean;
  readonly delayNoticeSent: boolean;
  /** The last ones. */
  readonly history: readonly Attempt[];
}

export interface QueuedMessage extends QueueState {
  readonly id: string;
  /** The recipients are those of the beginning. */
  readonly envelope: Envelope;
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly arrived: number;
  readonly authenticated: string | undefined;
  /** Delivery has it just now. */
  readonly active: boolean;
}

export function stateOf(message: QueueState): QueueState {
  const { recipients, owed, attempts, due, held, delayNoticeSent, history } = message;
  return { recipients, owed, attempts, due, held, delayNoticeSent, history };
}
