/** RFC 3464 §2: the fields of a message/delivery-status, one group for the message and one for each recipient. */
import { dateTime } from "./date.ts";
import { oneLine } from "./one-line.ts";

export type DeliveryAction = "failed" | "delayed" | "delivered" | "relayed" | "expanded";

export interface RecipientStatus {
  /** The forward-path as we were to deliver it. */
  readonly recipient: string;
  readonly action: DeliveryAction;
  /** RFC 3463: `5.1.1`. */
  readonly status: string;
  /** RFC 3461 §4.2: ORCPT, decoded. */
  readonly originalRecipient?: { readonly addressType: string; readonly address: string } | undefined;
  /** The host that answered. */
  readonly remoteMta?: string | undefined;
  /** What it answered: `550 5.1.1 no such user`. */
  readonly diagnostic?: string | undefined;
  /** Milliseconds since 1970. */
  readonly lastAttempt?: number | undefined;
  /** Milliseconds since 1970; of delays. */
  readonly willRetryUntil?: number | undefined;
}

interface About {
  readonly by: string;
  readonly arrived: number;
  readonly envelopeId: string | undefined;
  readonly recipients: readonly RecipientStatus[];
  readonly utf8: boolean;
}

/** Lines; an empty one stands between the groups. */
export function statusFields({ by, arrived, envelopeId, recipients, utf8 }: About): string[] {
  const lines = [`Reporting-MTA: dns; ${oneLine(by, utf8)}`, `Arrival-Date: ${dateTime(arrived)}`];
  // RFC 3464 §2.2.1: the sender knows the message by it.
  if (envelopeId !== undefined) lines.unshift(`Original-Envelope-Id: ${oneLine(envelopeId, utf8)}`);
  for (const recipient of recipients) lines.push("", ...recipientFields(recipient, utf8));
  return lines;
}

function recipientFields(about: RecipientStatus, utf8: boolean): string[] {
  const { recipient, originalRecipient, remoteMta, diagnostic, lastAttempt, willRetryUntil } = about;
  const lines: string[] = [];
  if (originalRecipient !== undefined) {
    const { addressType, address } = originalRecipient;
    lines.push(`Original-Recipient: ${oneLine(addressType, false)}; ${oneLine(address, utf8)}`);
  }
  // RFC 6533 §3: an address of type rfc822 is US-ASCII.
  const type = utf8 && /[^\0-\x7f]/.test(recipient) ? "utf-8" : "rfc822";
  lines.push(
    `Final-Recipient: ${type}; ${oneLine(recipient, utf8)}`,
    `Action: ${about.action}`,
    `Status: ${oneLine(about.status, false)}`,
  );
  if (remoteMta !== undefined) lines.push(`Remote-MTA: dns; ${oneLine(remoteMta, utf8)}`);
  // RFC 3464 §2.3.6: the type says whose words they are; ours are not the next hop's.
  const whose = remoteMta === undefined ? "x-socketscope" : "smtp";
  if (diagnostic !== undefined) lines.push(`Diagnostic-Code: ${whose}; ${oneLine(diagnostic, utf8)}`);
  if (lastAttempt !== undefined) lines.push(`Last-Attempt-Date: ${dateTime(lastAttempt)}`);
  // RFC 3464 §2.3.9: of delays only.
  if (willRetryUntil !== undefined && about.action === "delayed")
    lines.push(`Will-Retry-Until: ${dateTime(willRetryUntil)}`);
  return lines;
}

/**
 * Whether the sender wants to hear of it. `notify`: RFC 3461 §4.1, undefined where the sender did not say; then
 * failures and delays are told (§5.2.7 leaves delays to us).
 */
export function wantsNotice(notify: readonly string[] | undefined, action: DeliveryAction): boolean {
  const wanted = notify ?? ["FAILURE", "DELAY"];
  if (action === "failed") return wanted.includes("FAILURE");
  if (action === "delayed") return wanted.includes("DELAY");
  return wanted.includes("SUCCESS");
}
