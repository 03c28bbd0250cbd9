/** One attempt: a message, some of its recipients, the addresses of their next hop one after the other. */
import { describeReply, type Envelope, type Recipient, type Reply } from "@socketscope/smtp";
import {
  SendInterrupted,
  SmtpError,
  type Content,
  type Login,
  type SendResult,
  type SmtpSession,
} from "@socketscope/smtp-session";
import type { RecipientResult } from "../queue/queued.ts";
import { reply } from "../reception/replies.ts";
import { adapt, Unfit } from "./adapt.ts";
import { failures, HopFailure } from "./failure.ts";
import type { Target } from "./mail-exchangers.ts";
import { nameOf, type Sessions } from "./sessions.ts";

export interface Shipment {
  /** Its recipients are those of this attempt. */
  readonly envelope: Envelope;
  readonly content: Content;
  /** These have it, and others of the same attempt are still to come: durable when it resolves. */
  reached(results: readonly AttemptResult[]): Promise<void>;
}

export interface AttemptResult extends RecipientResult {
  /** RFC 3461 §5.2.2: the next hop was told what notices the sender wants; it owes them now. */
  readonly dsnPassedOn: boolean;
}

/** RFC 5321 §4.5.3.1.8: so many recipients every server takes. */
const GROUP = 100;

export class Attempt {
  readonly #sessions: Sessions;
  readonly #shipment: Shipment;
  readonly #login: Login | undefined;
  readonly #results = new Map<string, AttemptResult>();
  #release: (() => void) | undefined;

  constructor(sessions: Sessions, shipment: Shipment, login: Login | undefined) {
    this.#sessions = sessions;
    this.#shipment = shipment;
    this.#login = login;
  }

  /** A result for each recipient; they are to be written down before `release`. Rejects with HopFailure where not one target could be spoken to. */
  async run(targets: readonly Target[]): Promise<readonly AttemptResult[]> {
    let failure = failures.unreachable("there is no host to try");
    let spoken = false;
    for (const target of targets) {
      if (this.#open().length === 0) break;
      try {
        await this.#at(target);
        spoken = true;
      } catch (error) {
        if (!(error instanceof HopFailure)) throw error;
        failure = error;
      }
    }
    const open = this.#open();
    if (!spoken && open.length === this.#shipment.envelope.recipients.length) throw failure;
    for (const recipient of open) this.#defer(recipient, failure.reply, failure.host);
    return this.#shipment.envelope.recipients.flatMap(
      ({ forwardPath }) => this.#results.get(forwardPath) ?? [],
    );
  }

  /**
   * The connection may take the next message. Not before: of all that was sent over it, only the last may come again
   * after a crash.
   */
  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Resolves when every open recipient has its result; rejects with HopFailure where the next target should be tried. */
  async #at(target: Target): Promise<void> {
    for (;;) {
      const { session, rested } = await this.#sessions.take(target, this.#login);
      const give = (): void => this.#sessions.give(session, target, this.#login);
      try {
        await this.#over(session, target);
        this.#release = give;
        return;
      } catch (error) {
        give();
        // It was closed while it rested: nobody has seen anything of this message.
        const gone = rested && error instanceof HopFailure;
        if (!gone) throw error;
      }
    }
  }

  async #over(session: SmtpSession, target: Target): Promise<void> {
    for (let open = this.#open(); open.length > 0; open = this.#open()) {
      const group = open.slice(0, GROUP);
      const before = this.#results.size;
      await this.#group(session, target, group);
      if (this.#open().length > 0) await this.#reached(group);
      if (this.#results.size === before)
        throw failures.interrupted("the next hop takes nobody", nameOf(target));
      if (!session.usable && this.#open().length > 0)
        throw failures.interrupted(`${nameOf(target)} closed the connection`, nameOf(target));
    }
  }

  async #reached(group: readonly Recipient[]): Promise<void> {
    const reached = group
      .flatMap(({ forwardPath }) => this.#results.get(forwardPath) ?? [])
      .filter(({ outcome }) => outcome === "delivered");
    if (reached.length > 0) await this.#shipment.reached(reached);
  }

  async #group(session: SmtpSession, target: Target, recipients: readonly Recipient[]): Promise<void> {
    const host = nameOf(target);
    try {
      const envelope = { ...this.#shipment.envelope, recipients };
      const fit = await adapt(envelope, this.#shipment.content, session.extensions);
      this.#take(await session.send(fit.envelope, fit.content), host, session.extensions.dsn);
    } catch (error) {
      if (error instanceof Unfit) for (const one of recipients) this.#fail(one, error.reply, host);
      else if (error instanceof SendInterrupted) this.#interrupted(error, recipients, host);
      else if (error instanceof SmtpError) this.#unsent(error, recipients, host);
      else throw error;
    }
  }

  #take(result: SendResult, host: string, dsn: boolean): void {
    for (const one of result.recipients) {
      const { forwardPath, accepted, reply: said, to } = one;
      // RFC 5321 §4.5.3.1.10: too many at once; the others go in the next transaction.
      const tooMany = to === "RCPT" && (said.code === 452 || said.code === 552);
      if (!accepted && tooMany && result.accepted > 0) continue;
      const outcome = accepted ? "delivered" : said.code >= 500 ? "failed" : "deferred";
      this.#results.set(forwardPath, { forwardPath, outcome, reply: said, host, dsnPassedOn: dsn });
    }
  }

  #interrupted(error: SendInterrupted, recipients: readonly Recipient[], host: string): void {
    for (const [index, recipient] of recipients.entries()) {
      const refusal = error.refusals[index];
      if (refusal === undefined) continue;
      if (refusal.code >= 500) this.#fail(recipient, refusal, host);
      else this.#defer(recipient, refusal, host);
    }
    if (error.code === "BARE_LINE_END" || error.code === "SOURCE")
      return this.#unsent(error, recipients, host);
    const failure = failures.interrupted(`${host}: ${error.message}`, error.reply && host);
    // The next target would make a double of what this one may have taken: RFC 5321 §4.5.3.2.6 and RFC 1047.
    if (!error.maybeDelivered) throw failure;
    for (const recipient of recipients)
      if (!this.#results.has(recipient.forwardPath)) this.#defer(recipient, failure.reply, host);
  }

  /** We ourselves could not say it. */
  #unsent(error: SmtpError, recipients: readonly Recipient[], host: string): void {
    const why = UNSENT[error.code];
    for (const recipient of recipients) {
      if (this.#results.has(recipient.forwardPath)) continue;
      if (why === undefined) this.#defer(recipient, reply(451, "4.3.0", error.message), host);
      else this.#fail(recipient, reply(why.code, why.enhanced, error.message), host);
    }
  }

  #fail({ forwardPath }: Recipient, said: Reply, host: string): void {
    this.#results.set(forwardPath, { forwardPath, outcome: "failed", reply: said, host, dsnPassedOn: false });
  }

  #defer({ forwardPath }: Recipient, said: Reply, host: string | undefined): void {
    this.#results.set(forwardPath, {
      forwardPath,
      outcome: "deferred",
      reply: said,
      host,
      dsnPassedOn: false,
    });
  }

  #open(): readonly Recipient[] {
    return this.#shipment.envelope.recipients.filter(({ forwardPath }) => !this.#results.has(forwardPath));
  }
}

const UNSENT: Readonly<Record<string, { readonly code: number; readonly enhanced: string } | undefined>> = {
  TOO_LARGE: { code: 552, enhanced: "5.3.4" },
  NOT_OFFERED: { code: 554, enhanced: "5.6.3" },
  ARGUMENT: { code: 553, enhanced: "5.1.3" },
  BARE_LINE_END: { code: 554, enhanced: "5.6.0" },
};

/** One line for a log. */
export function describeAttempt({ forwardPath, outcome, reply: said, host }: RecipientResult): string {
  return `<${forwardPath}> ${outcome}${host === undefined ? "" : ` by ${host}`}: ${describeReply(said)}`;
}
