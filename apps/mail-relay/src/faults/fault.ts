/**
 * A fault somebody asked for, to see how a mail program bears it. As JSON:
 *
 *     {"stage": "rcpt", "recipient": "*@slow.test", "share": 0.5, "action": {"type": "answer", "code": 451}}
 */
import { ControlProblem } from "@socketscope/host";
import type { ListenerRole } from "../engine/engine.ts";

export const stages = ["connect", "hello", "login", "mail", "rcpt", "data", "content", "end"] as const;
/** When it strikes: "content" is the first octets of a message, "end" its final dot. */
export type Stage = (typeof stages)[number];

export type FaultAction =
  /** In place of our answer. */
  | { readonly type: "answer"; readonly code: number; readonly enhanced?: string; readonly text: string }
  /** Milliseconds before the answer. */
  | { readonly type: "delay"; readonly ms: number }
  /** The connection ends without an answer; at "end" the message was taken nevertheless where `kept` says so. */
  | { readonly type: "drop"; readonly kept: boolean };

export interface MailFault {
  readonly stage: Stage;
  /** Undefined: on each listener. */
  readonly listener: ListenerRole | undefined;
  /** Patterns with `*`, compared without regard to case; undefined fits everybody. */
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  /** Above 0, at most 1: of the sessions. */
  readonly share: number;
  readonly action: FaultAction;
}

/** Milliseconds; longer than any client waits (RFC 5321 §4.5.3.2.6: 10 minutes). */
const MAX_DELAY = 15 * 60_000;
const MAX_TEXT = 400;

/** Throws {@link ControlProblem} 400 that says what to give. */
export function parseMailFault(value: unknown): MailFault {
  const given = objectOf(value, "a fault");
  const stage = stages.find((stage) => stage === given["stage"]);
  if (stage === undefined) throw bad(`stage: give one of ${stages.join(", ")}`);
  const share = given["share"] ?? 1;
  if (typeof share !== "number" || !(share > 0 && share <= 1))
    throw bad("share: give a number above 0, at most 1");
  const recipient = patternOf(given["recipient"], "recipient");
  if (recipient !== undefined && !["rcpt", "data", "content", "end"].includes(stage))
    throw bad(`recipient: at "${stage}" none is known yet`);
  const sender = patternOf(given["sender"], "sender");
  if (sender !== undefined && ["connect", "hello", "login"].includes(stage))
    throw bad(`sender: at "${stage}" none is known yet`);
  return {
    stage,
    listener: listenerOf(given["listener"]),
    sender,
    recipient,
    share,
    action: actionOf(given["action"]),
  };
}

function actionOf(value: unknown): FaultAction {
  const given = objectOf(value, "action");
  switch (given["type"]) {
    case "answer":
      return answerOf(given);
    case "delay": {
      const { ms } = given;
      if (typeof ms !== "number" || !(ms >= 0 && ms <= MAX_DELAY))
        throw bad(`action.ms: give milliseconds, at most ${MAX_DELAY}`);
      return { type: "delay", ms };
    }
    case "drop": {
      const { kept = false } = given;
      if (typeof kept !== "boolean") throw bad("action.kept: give true or false");
      return { type: "drop", kept };
    }
    default:
      throw bad("action.type: give answer, delay or drop");
  }
}

function answerOf(given: Readonly<Record<string, unknown>>): FaultAction {
  const { code, enhanced, text = "A fault that somebody asked for" } = given;
  // RFC 5321 §4.2.1: 4yz or 5yz is a refusal; anything else would be a lie about what we did.
  if (typeof code !== "number" || !Number.isInteger(code) || code < 400 || code > 599)
    throw bad("action.code: give a code from 400 to 599");
  if (enhanced !== undefined && (typeof enhanced !== "string" || !/^[45]\.\d{1,3}\.\d{1,3}$/.test(enhanced)))
    throw bad("action.enhanced: give a code such as 4.7.1");
  if (typeof text !== "string" || text.length > MAX_TEXT || !/^[\x20-\x7e]*$/.test(text))
    throw bad(`action.text: give at most ${MAX_TEXT} printable ASCII characters`);
  return { type: "answer", code, text, ...(enhanced !== undefined && { enhanced }) };
}

function listenerOf(value: unknown): ListenerRole | undefined {
  if (value === undefined || value === "smtp" || value === "submission" || value === "smtps") return value;
  throw bad("listener: give smtp, submission or smtps");
}

function patternOf(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "" || value.length > 320)
    throw bad(`${name}: give an address, * for any characters`);
  return value.toLowerCase();
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${name}: give an object`);
  return { ...value };
}

function bad(message: string): ControlProblem {
  return new ControlProblem(400, "MAIL_FAULT", message);
}

/** `rcpt of *@slow.test, 50 %: answer 451`. */
export function describeFault({ stage, listener, sender, recipient, share, action }: MailFault): string {
  const of = [
    recipient !== undefined && ` of ${recipient}`,
    sender !== undefined && ` from ${sender}`,
    listener !== undefined && ` on ${listener}`,
    share < 1 && `, ${Math.round(share * 100)} %`,
  ];
  return `${stage}${of.filter((part) => part !== false).join("")}: ${describeAction(action)}`;
}

function describeAction(action: FaultAction): string {
  switch (action.type) {
    case "answer":
      return `answer ${action.code}`;
    case "delay":
      return `delay ${action.ms} ms`;
    case "drop":
      return action.kept ? "take it, then drop" : "drop";
  }
}

/** `*` stands for any characters; both in lower case. Linear: a pattern is no regular expression. */
export function fits(pattern: string | undefined, address: string): boolean {
  if (pattern === undefined) return true;
  const [first = "", ...rest] = pattern.split("*");
  const text = address.toLowerCase();
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
