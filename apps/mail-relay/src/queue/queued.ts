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

/** Everything that changes in the life of a message; what is written again at each attempt. */
export interface QueueState {
  /** Those who are still to be reached. */
  readonly recipients: readonly Recipient[];
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
  const { recipients, attempts, due, held, delayNoticeSent, history } = message;
  return { recipients, attempts, due, held, delayNoticeSent, history };
}
