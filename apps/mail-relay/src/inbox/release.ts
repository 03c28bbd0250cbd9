/** A captured letter, sent onward after all: by the queue, as if it had been let through at once. */
import type { Mailboxes, StoredMessage } from "../mailboxes/mailboxes.ts";
import { splitAddress } from "../reception/address.ts";
import type { OutgoingQueue } from "../reception/acceptance.ts";
import type { SpoolDoor } from "../reception/reception-options.ts";

export interface ReleaseOptions {
  readonly mailboxes: Mailboxes;
  readonly queue: OutgoingQueue;
  readonly spool: SpoolDoor;
  /** May mail for this domain leave the machine? */
  readonly mayRelay: (domain: string) => boolean;
  readonly now: () => number;
}

/** Why it is not sent onward, for a person. */
export class NotReleased extends Error {
  override readonly name = "NotReleased";
  readonly code = "NOT_RELEASED";
}

/** Recipients of one release. */
const MAX_RECIPIENTS = 100;

export class Release {
  readonly #options: ReleaseOptions;

  constructor(options: ReleaseOptions) {
    this.#options = options;
  }

  /** Its name in the queue. Without recipients: whom it was captured for. Throws NotReleased. */
  async send(message: StoredMessage, recipients: readonly string[]): Promise<string> {
    const { queue, mayRelay, now } = this.#options;
    const to = recipients.length === 0 ? [message.mailbox] : recipients;
    if (to.length > MAX_RECIPIENTS) throw new NotReleased(`at most ${MAX_RECIPIENTS} recipients at once`);
    for (const address of to) {
      const { domain } = splitAddress(address);
      if (domain === "" || /[\s<>\0]/.test(address)) throw new NotReleased(`${address} is no address`);
      if (!mayRelay(domain))
        throw new NotReleased(
          `nothing may leave for ${domain}: start the relay with --relay and a route for it`,
        );
    }
    const spooled = await this.#spool(message);
    try {
      const parameters = { smtputf8: !isAscii(message.reversePath, ...to), body: "8BITMIME" as const };
      const envelope = {
        reversePath: message.reversePath,
        parameters,
        recipients: to.map((forwardPath) => ({ forwardPath, parameters: {} })),
      };
      return await queue.enqueue(envelope, spooled, { arrived: now() });
    } finally {
      await spooled.discard();
    }
  }

  /** Without what final delivery put in front (RFC 5321 §4.4: a message that goes on has no Return-Path). */
  async #spool(message: StoredMessage): ReturnType<ReturnType<SpoolDoor["begin"]>["finish"]> {
    const pieces = this.#options.mailboxes.read(message.id);
    if (pieces === undefined) throw new NotReleased("there is no such letter any more");
    const spooling = this.#options.spool.begin();
    try {
      let head: Buffer | undefined = Buffer.alloc(0);
      for await (const octets of pieces) {
        if (head === undefined) {
          await spooling.write(octets);
          continue;
        }
        head = Buffer.concat([head, octets]);
        if (head.length < DELIVERY_FIELDS) continue;
        await spooling.write(withoutDelivery(head));
        head = undefined;
      }
      if (head !== undefined) await spooling.write(withoutDelivery(head));
    } catch (error) {
      spooling.abort();
      throw error;
    }
    return spooling.finish();
  }
}

/** Octets in which our two fields end for certain. */
const DELIVERY_FIELDS = 4096;

function withoutDelivery(head: Buffer): Buffer {
  const fields = /^Return-Path:[^\r\n]*\r\n(?:Delivered-To:[^\r\n]*\r\n)?/.exec(head.toString("latin1"));
  return head.subarray(fields?.[0].length ?? 0);
}

function isAscii(...addresses: readonly string[]): boolean {
  return addresses.every((address) => /^[\0-\x7f]*$/.test(address));
}
