/** RFC 3464, RFC 3461 §4.1, §6.2: who is told what became of a message; the notice comes in by the same door as all mail. */
import { randomBytes } from "node:crypto";
import {
  deliveryStatusNotice,
  wantsNotice,
  type DeliveryAction,
  type RecipientStatus,
} from "@socketscope/message";
import { describeReply, type Envelope, type Recipient, type Reply } from "@socketscope/smtp";
import type { Acceptance, Placed } from "../reception/acceptance.ts";
import type { Recipients } from "../reception/recipients.ts";
import type { SpoolDoor } from "../reception/reception-options.ts";

export interface NoticeOptions {
  readonly hostname: string;
  readonly spool: SpoolDoor;
  readonly acceptance: Acceptance;
  readonly recipients: Recipients;
  /** Where a notice goes whose reader cannot be reached. */
  readonly postmaster: string;
  /** Octets of a message that are returned whole; of more the header section. Default 1 MiB. */
  readonly maxReturned?: number;
  readonly now: () => number;
}

/** What became of one recipient. */
export interface Fate {
  readonly recipient: Recipient;
  readonly action: DeliveryAction;
  readonly reply: Reply;
  /** Who said so. */
  readonly host: string | undefined;
  /** Milliseconds since 1970; of delays. */
  readonly willRetryUntil?: number | undefined;
}

export interface Told {
  readonly envelope: Envelope;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly arrived: number;
  read(): AsyncIterable<Uint8Array>;
}

export class Notices {
  readonly #options: NoticeOptions;

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  /** Durable when it resolves with true; false: nobody wants to hear of it. */
  async tell(message: Told, fates: readonly Fate[]): Promise<boolean> {
    const { reversePath } = message.envelope;
    // RFC 5321 §4.5.5: a notice about a notice would never end.
    if (reversePath === "") return false;
    const wanted = fates.filter(({ recipient, action }) => wantsNotice(recipient.parameters.notify, action));
    if (wanted.length === 0) return false;
    await this.#enter(message, wanted);
    return true;
  }

  async #enter(message: Told, fates: readonly Fate[]): Promise<void> {
    const { hostname, spool, acceptance, maxReturned = 1024 * 1024, now } = this.#options;
    const { envelope, size, arrived } = message;
    const { ret, envid, smtputf8, body } = envelope.parameters;
    const at = now();
    // RFC 3461 §4.3: RET is about failures; of what was only late the header section is enough.
    const failed = fates.some(({ action }) => action === "failed");
    const whole = failed && ret !== "HDRS" && size <= maxReturned;
    const eightBit = body === "8BITMIME" || smtputf8;
    const chance = randomBytes(12).toString("hex");
    const { before, after } = deliveryStatusNotice({
      to: envelope.reversePath,
      by: hostname,
      at,
      arrived,
      messageId: `${chance}@${hostname}`,
      boundary: `notice-${chance}`,
      envelopeId: envid,
      recipients: fates.map((fate) => statusOf(fate, at)),
      returned: whole ? "message" : "headers",
      eightBit,
      utf8: smtputf8,
    });
    const spooling = spool.begin(before);
    try {
      for await (const octets of whole ? message.read() : headerOf(message.read()))
        await spooling.write(octets);
      await spooling.write(after);
    } catch (error) {
      spooling.abort();
      throw error;
    }
    const spooled = await spooling.finish();
    try {
      const parameters = { smtputf8, body: eightBit ? ("8BITMIME" as const) : undefined };
      await acceptance.accept({ reversePath: "", parameters }, [this.#place(envelope.reversePath)], spooled, {
        arrived: at,
      });
    } finally {
      await spooled.discard();
    }
  }

  #place(forwardPath: string): Placed {
    const recipient: Recipient = { forwardPath, parameters: {} };
    const destination = this.#options.recipients.destinationOf(forwardPath, true);
    if (destination.type === "mailboxes") return { recipient, mailboxes: destination.mailboxes };
    if (destination.type === "elsewhere") return { recipient, mailboxes: undefined };
    // It would be lost without a word: the one who looks after this host reads it.
    return { recipient, mailboxes: [this.#options.postmaster] };
  }
}

function statusOf({ recipient, action, reply, host, willRetryUntil }: Fate, at: number): RecipientStatus {
  const { forwardPath, parameters } = recipient;
  return {
    recipient: forwardPath,
    action,
    status: statusCode(reply, action),
    originalRecipient: parameters.orcpt,
    remoteMta: host?.replace(/:\d+$/, ""),
    diagnostic: describeReply(reply),
    lastAttempt: at,
    willRetryUntil,
  };
}

/** RFC 3463 §2: the class says what was decided, not what was answered: what was tried for days has failed (5). */
function statusCode({ enhanced }: Reply, action: DeliveryAction): string {
  const klass = action === "failed" ? "5" : action === "delayed" ? "4" : "2";
  return `${klass}${enhanced?.slice(1) ?? ".0.0"}`;
}

/** Up to the empty line. */
async function* headerOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const MAX = 64 * 1024;
  let seen = Buffer.alloc(0);
  for await (const octets of pieces) {
    seen = Buffer.concat([seen, octets]);
    const end = seen.indexOf("\r\n\r\n");
    if (end >= 0) seen = seen.subarray(0, end + 2);
    if (end >= 0 || seen.length >= MAX) break;
  }
  yield seen.subarray(0, MAX);
}
