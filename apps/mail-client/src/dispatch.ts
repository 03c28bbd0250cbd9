/** Many messages over several connections: each takes the next number until there is none. */
import type { Envelope } from "@socketscope/smtp";
import {
  connectSmtp,
  SmtpError,
  type ConnectSmtpOptions,
  type SendOptions,
  type SendResult,
  type SmtpSession,
} from "@socketscope/smtp-session";
import type { Prepared } from "./content.ts";

export interface Posting {
  readonly envelope: Envelope;
  readonly content: Prepared;
}

export interface DispatchOptions {
  readonly connect: ConnectSmtpOptions;
  readonly count: number;
  readonly parallel: number;
  readonly how: SendOptions;
  /** The message of this number, from 0. */
  readonly posting: (number: number) => Promise<Posting>;
  readonly onResult: (result: SendResult, session: SmtpSession) => void;
  readonly onError: (error: unknown) => void;
}

export interface Tally {
  connections: number;
  /** Messages taken for all of their recipients. */
  sent: number;
  /** Messages taken for some. */
  partly: number;
  /** Messages taken for nobody, or lost on the way. */
  failed: number;
  octets: number;
}

/** Failures one after the other behind which a connection is not opened again. */
const GIVE_UP_AFTER = 3;

export class Dispatch {
  readonly #options: DispatchOptions;
  readonly tally: Tally = { connections: 0, sent: 0, partly: 0, failed: 0, octets: 0 };
  #next = 0;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Never rejects: what goes wrong is counted and told. */
  async run(): Promise<Tally> {
    const { count, parallel } = this.#options;
    const workers = Math.min(count, parallel);
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
    this.tally.failed = count - this.tally.sent - this.tally.partly;
    return this.tally;
  }

  async #work(): Promise<void> {
    let session: SmtpSession | undefined;
    let failures = 0;
    while (this.#next < this.#options.count && failures < GIVE_UP_AFTER) {
      const number = this.#next++;
      try {
        const posting = await this.#options.posting(number);
        session = await this.#usable(session);
        await this.#send(session, posting);
        failures = 0;
      } catch (error) {
        failures++;
        this.#options.onError(error);
        if (!mayHelp(error)) break;
      }
    }
    await session?.quit();
  }

  async #usable(session: SmtpSession | undefined): Promise<SmtpSession> {
    if (session?.usable === true) return session;
    session?.close();
    const opened = await connectSmtp(this.#options.connect);
    this.tally.connections++;
    return opened;
  }

  async #send(session: SmtpSession, { envelope, content }: Posting): Promise<void> {
    const result = await session.send(envelope, content, this.#options.how);
    this.tally.octets += result.octets;
    if (result.accepted === result.recipients.length) this.tally.sent++;
    else if (result.accepted > 0) this.tally.partly++;
    this.#options.onResult(result, session);
  }
}

/** Whether the next message may fare better: a lost connection says nothing about it, a wrong password does. */
function mayHelp(error: unknown): boolean {
  return error instanceof SmtpError && ["CLOSED", "CLOSING", "TIMED_OUT"].includes(error.code);
}
