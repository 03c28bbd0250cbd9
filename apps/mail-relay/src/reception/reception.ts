/** The policy of one SMTP connection: who may send, to whom, and what is done with what comes. Neither engine knows. */
import type { MailParameters, RcptParameters, Reply } from "@socketscope/smtp";
import type { CloseReason } from "@socketscope/socket-core";
import type { Conversation, Credentials, Incoming, Peer } from "../engine/engine.ts";
import type { Placed } from "./acceptance.ts";
import { Arriving } from "./arriving.ts";
import { mailboxOf } from "./address.ts";
import type { ReceptionOptions } from "./reception-options.ts";
import { replies, reply } from "./replies.ts";

interface Transaction {
  readonly reversePath: string;
  readonly parameters: MailParameters;
  readonly placed: Placed[];
}

export class Reception implements Conversation {
  readonly #peer: Peer;
  readonly #options: ReceptionOptions;
  #helo = "";
  #extended = false;
  /** The mailbox of who has logged in. */
  #login: string | undefined;
  #transaction: Transaction | undefined;
  #arriving: Arriving | undefined;

  constructor(peer: Peer, options: ReceptionOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  greet(): Reply {
    return { code: 220, lines: [`${this.#options.hostname} ESMTP Socketscope`] };
  }

  hello(domain: string, extended: boolean): undefined {
    this.#helo = domain;
    this.#extended = extended;
    this.reset();
  }

  credentials(user: string): Promise<Credentials | undefined> {
    return this.#options.accounts.credentials(user);
  }

  loggedIn(user: string): void {
    this.#login = this.#options.accounts.mailboxOf(user);
  }

  loginFailed(user: string): void {
    this.#options.sessions.loginFailed(this.#peer.flow, user);
  }

  mail(reversePath: string, parameters: MailParameters): Reply {
    if (this.#login === undefined && this.#needsLogin()) return replies.authenticationRequired;
    if (!this.#maySendAs(reversePath)) return replies.notYourAddress;
    this.#transaction = { reversePath, parameters, placed: [] };
    return replies.senderOk;
  }

  rcpt(forwardPath: string, parameters: RcptParameters): Reply {
    const transaction = this.#transaction;
    if (transaction === undefined) return reply(503, "5.5.1", "MAIL comes first");
    const mayLeave = this.#login !== undefined || this.#options.isTrusted(this.#peer.flow.remote.host);
    const destination = this.#options.recipients.destinationOf(forwardPath, mayLeave);
    if (destination.type === "refused") return destination.reply;
    transaction.placed.push({
      recipient: { forwardPath, parameters },
      mailboxes: destination.type === "mailboxes" ? destination.mailboxes : undefined,
    });
    return replies.recipientOk;
  }

  content(): Incoming | Reply {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.placed.length === 0)
      return reply(554, "5.5.1", "No valid recipients");
    const [only] = transaction.placed;
    this.#arriving = new Arriving(this.#options, {
      helo: this.#helo,
      extended: this.#extended,
      peer: this.#peer,
      login: this.#login,
      envelope: { reversePath: transaction.reversePath, parameters: transaction.parameters },
      placed: transaction.placed,
      // RFC 5321 §7.2: with several recipients the clause would show the hidden ones.
      onlyRecipient: transaction.placed.length === 1 ? only?.recipient.forwardPath : undefined,
    });
    this.#transaction = undefined;
    return this.#arriving;
  }

  verify(): Reply {
    return replies.cannotVerify;
  }

  reset(): void {
    this.#transaction = undefined;
    this.#arriving?.abort();
    this.#arriving = undefined;
  }

  refused(what: string, refusal: Reply): void {
    this.#options.sessions.refused(this.#peer.flow, what, refusal);
  }

  closed(reason: CloseReason): void {
    this.reset();
    this.#options.sessions.closed(this.#peer.flow, reason);
  }

  #needsLogin(): boolean {
    if (this.#options.requireAuth) return true;
    // RFC 6409 §4.3: what is handed in belongs to a user; a capture inbox takes it from a developer as it comes.
    return this.#peer.role !== "smtp" && !this.#options.capture && !this.#isTrusted();
  }

  /** RFC 6409 §6.1: who hands mail in sends it as himself. */
  #maySendAs(reversePath: string): boolean {
    if (this.#login === undefined || this.#peer.role === "smtp" || this.#options.authAny) return true;
    return reversePath === "" || mailboxOf(reversePath) === this.#login;
  }

  #isTrusted(): boolean {
    return this.#options.isTrusted(this.#peer.flow.remote.host);
  }
}
