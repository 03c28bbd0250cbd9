/** One message on its way in: our trace field in front, what a submission lacks added, then through the one door. */
import { codeOf } from "@socketscope/host";
import { dateTime, HeaderPass, receivedField } from "@socketscope/message";
import type { MailParameters, Reply } from "@socketscope/smtp";
import type { Incoming, Peer } from "../engine/engine.ts";
import { newId } from "../new-id.ts";
import type { Spooled } from "../spooled.ts";
import type { Placed } from "./acceptance.ts";
import type { ReceptionOptions, SpoolDoor } from "./reception-options.ts";
import { replies } from "./replies.ts";

export interface Arrival {
  readonly helo: string;
  readonly extended: boolean;
  readonly peer: Peer;
  /** The mailbox of who has logged in. */
  readonly login: string | undefined;
  readonly envelope: { readonly reversePath: string; readonly parameters: MailParameters };
  readonly placed: readonly Placed[];
  readonly onlyRecipient: string | undefined;
}

export class Arriving implements Incoming {
  readonly #options: ReceptionOptions;
  readonly #arrival: Arrival;
  readonly #header: HeaderPass;
  readonly #spooling: ReturnType<SpoolDoor["begin"]>;
  readonly #arrived: number;
  /** In the trace field, and the name under which the dialogue that brought it is kept. */
  readonly #id: string;
  #over = false;

  constructor(options: ReceptionOptions, arrival: Arrival) {
    this.#options = options;
    this.#arrival = arrival;
    this.#arrived = options.now();
    const id = newId(this.#arrived);
    this.#id = id;
    const { peer, envelope } = arrival;
    // RFC 6409 §8: added where a user hands mail in; a relay leaves others' mail as it is (RFC 5321 §6.4).
    const complete = peer.role !== "smtp" || arrival.login !== undefined;
    this.#header = new HeaderPass(
      complete ? (has) => missingFields(has, this.#arrived, id, options.hostname) : undefined,
    );
    const tls = peer.tls();
    const received = receivedField({
      helo: arrival.helo,
      from: peer.flow.remote,
      local: peer.flow.local,
      by: options.hostname,
      with: {
        extended: arrival.extended,
        secure: tls !== undefined,
        authenticated: arrival.login !== undefined,
        utf8: envelope.parameters.smtputf8,
      },
      tls,
      id,
      recipient: arrival.onlyRecipient,
      at: this.#arrived,
    });
    this.#spooling = options.spool.begin(Buffer.from(received, "utf8"));
  }

  write(octets: Uint8Array): void | Promise<void> {
    let last: void | Promise<void> = undefined;
    for (const piece of this.#header.pass(octets)) last = this.#spooling.write(piece);
    return last;
  }

  async finish(): Promise<Reply> {
    this.#over = true;
    if (this.#header.hops >= this.#options.maxHops) {
      this.#spooling.abort();
      return replies.tooManyHops;
    }
    try {
      for (const piece of this.#header.finish()) await this.#spooling.write(piece);
      return await this.#accept();
    } catch (error) {
      if (isDiskFull(error)) return replies.diskFull;
      this.#options.onError(error);
      return replies.internal;
    }
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#spooling.abort();
  }

  async #accept(): Promise<Reply> {
    const { acceptance, sessions } = this.#options;
    const { peer, envelope, placed, login } = this.#arrival;
    const message = await this.#spooling.finish();
    try {
      const reply = await acceptance.accept(envelope, placed, message, {
        arrived: this.#arrived,
        authenticated: login,
      });
      // What only passes through has no page that its dialogue could stand on.
      const stays = placed.some(({ mailboxes }) => mailboxes !== undefined);
      sessions.brought(peer.flow, stays ? this.#id : undefined);
      await this.#tellDelivered(message);
      return reply;
    } finally {
      await message.discard();
    }
  }

  /** RFC 3461 §4.1, §6.2: whoever asked for SUCCESS hears that it is in the mailbox. The message is safe already. */
  async #tellDelivered(message: Spooled): Promise<void> {
    const { envelope, placed } = this.#arrival;
    const fates = placed
      .filter(({ mailboxes }) => mailboxes !== undefined)
      .map(
        ({ recipient }) => ({ recipient, action: "delivered", reply: DELIVERED, host: undefined }) as const,
      );
    const told = {
      envelope: { ...envelope, recipients: placed.map(({ recipient }) => recipient) },
      size: message.size,
      arrived: this.#arrived,
      read: () => message.read(),
    };
    await this.#options.notices.tell(told, fates).catch(this.#options.onError);
  }
}

const DELIVERED: Reply = { code: 250, enhanced: "2.0.0", lines: ["it is in the mailbox"] };

function missingFields(has: (name: string) => boolean, at: number, id: string, hostname: string): string {
  const date = has("date") ? "" : `Date: ${dateTime(at)}\r\n`;
  const messageId = has("message-id") ? "" : `Message-ID: <${id}@${hostname}>\r\n`;
  return date + messageId;
}

export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOSPC" || code === "EDQUOT" || code === "QUEUE_FULL";
}
