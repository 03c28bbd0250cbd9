/** The one door: whatever comes in goes to its mailboxes and into the queue, and only then is it ours to answer for. */
import type { Envelope, Recipient, Reply } from "@socketscope/smtp";
import type { Spooled } from "../spooled.ts";
import { reply } from "./replies.ts";

/** Where a message's recipients are. */
export interface Placed {
  readonly recipient: Recipient;
  /** Mailboxes of ours; undefined: elsewhere. */
  readonly mailboxes: readonly string[] | undefined;
}

export interface About {
  /** Milliseconds. */
  readonly arrived: number;
  /** The login it was handed in with. */
  readonly authenticated?: string | undefined;
}

export interface MailboxStore {
  deliver(
    message: Spooled,
    to: readonly string[],
    about: {
      readonly reversePath: string;
      readonly recipients: readonly string[];
    },
  ): Promise<unknown>;
}

export interface OutgoingQueue {
  /** Resolves with the queue's name for it, when power loss cannot take it back. */
  enqueue(envelope: Envelope, message: Spooled, about: About): Promise<string>;
  /** Takes one back that was just put in. */
  remove(id: string): Promise<unknown>;
}

export class Acceptance {
  readonly #mailboxes: MailboxStore;
  readonly #queue: OutgoingQueue | undefined;

  /** Without a queue nothing may be placed elsewhere. */
  constructor(mailboxes: MailboxStore, queue: OutgoingQueue | undefined) {
    this.#mailboxes = mailboxes;
    this.#queue = queue;
  }

  /**
   * Durable in every place when it resolves; rejects with nothing kept. A crash in between leaves a message whose
   * sender was not answered: it comes again, and RFC 5321 §6.1 prefers that to a loss.
   */
  async accept(
    envelope: Omit<Envelope, "recipients">,
    placed: readonly Placed[],
    message: Spooled,
    about: About,
  ): Promise<Reply> {
    const elsewhere = placed.filter(({ mailboxes }) => mailboxes === undefined);
    const here = placed.filter(({ mailboxes }) => mailboxes !== undefined);
    const queued =
      elsewhere.length === 0
        ? undefined
        : await this.#queue?.enqueue(
            { ...envelope, recipients: elsewhere.map(({ recipient }) => recipient) },
            message,
            about,
          );
    if (here.length > 0) {
      try {
        await this.#mailboxes.deliver(
          message,
          [...new Set(here.flatMap(({ mailboxes }) => mailboxes ?? []))],
          {
            reversePath: envelope.reversePath,
            recipients: here.map(({ recipient }) => recipient.forwardPath),
          },
        );
      } catch (error) {
        if (queued !== undefined) await this.#queue?.remove(queued);
        throw error;
      }
    }
    return reply(250, "2.0.0", queued === undefined ? "OK, it is in the mailbox" : `OK, queued as ${queued}`);
  }
}
