/** What a notice says to a person: what happened, to whom, whether there is something to do. */
import { dateTime } from "./date.ts";
import type { DeliveryAction, RecipientStatus } from "./notice-status.ts";

const SUBJECTS: Readonly<Record<DeliveryAction, string>> = {
  failed: "Your message could not be delivered",
  delayed: "Your message is delayed",
  delivered: "Your message was delivered",
  relayed: "Your message was passed on",
  expanded: "Your message was delivered to a list",
};

const SENTENCES: Readonly<Record<DeliveryAction, string>> = {
  failed: "Not delivered, and not tried again:",
  delayed: "Not delivered yet; it is tried again, and there is nothing to do:",
  delivered: "Delivered:",
  relayed: "Passed on to a host that sends no notices of its own:",
  expanded: "Delivered to a list of several recipients:",
};

/** The gravest first. */
const ORDER: readonly DeliveryAction[] = ["failed", "delayed", "relayed", "expanded", "delivered"];

export function noticeWords(
  recipients: readonly RecipientStatus[],
  by: string,
): { readonly subject: string; readonly text: readonly string[] } {
  const actions = ORDER.filter((action) => recipients.some((recipient) => recipient.action === action));
  const text = [`This is the mail relay at ${by}.`];
  for (const action of actions) {
    text.push("", SENTENCES[action]);
    for (const recipient of recipients) if (recipient.action === action) text.push(...lines(recipient));
  }
  return { subject: SUBJECTS[actions[0] ?? "failed"], text };
}

function lines({ recipient, remoteMta, diagnostic, willRetryUntil }: RecipientStatus): string[] {
  const said = remoteMta === undefined ? "Reason" : `${remoteMta} said`;
  return [
    `<${recipient}>`,
    ...(diagnostic === undefined ? [] : [`${said}: ${diagnostic}`]),
    ...(willRetryUntil === undefined ? [] : [`It is tried until ${dateTime(willRetryUntil)}.`]),
  ];
}
