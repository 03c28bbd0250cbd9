/** What the policy answers: RFC 5321 §4.2.3 for the code, RFC 3463 for the one behind it. */
import type { Reply } from "@socketscope/smtp";

export function reply(code: number, enhanced: string, ...lines: readonly string[]): Reply {
  return { code, enhanced, lines };
}

export function accepts({ code }: Reply): boolean {
  return code < 400;
}

export const replies = {
  ok: reply(250, "2.0.0", "OK"),
  senderOk: reply(250, "2.1.0", "Sender OK"),
  recipientOk: reply(250, "2.1.5", "Recipient OK"),
  tooManyHops: reply(554, "5.4.6", "Too many hops: this message goes in circles"),
  diskFull: reply(452, "4.3.1", "No room on the disk, try again later"),
  internal: reply(451, "4.3.0", "The server failed, its log says why; try again later"),
  authenticationRequired: reply(530, "5.7.0", "Log in first (AUTH)"),
  relayingDenied: reply(550, "5.7.1", "Relaying denied: log in, or send to a domain of ours"),
  noSuchMailbox: reply(550, "5.1.1", "No such mailbox here"),
  notYourAddress: reply(553, "5.7.1", "This login may not send from that address"),
  cannotVerify: reply(252, "2.5.0", "Cannot say; send to it and see"),
} as const;
