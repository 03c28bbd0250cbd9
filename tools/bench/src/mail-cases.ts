/** What is measured of mail, against whom, and what we promise (issue 4). */
import type { AmountCase, Comparison } from "./cases.ts";

export interface MailCase extends Comparison {
  /** At once. */
  readonly sessions: number;
  /** Each session sends its messages over one connection; otherwise each message has one of its own. */
  readonly reused: boolean;
  /** "pipelined": sockets of our own, where smtp-source would give out before the server does. Default "smtp-source". */
  readonly sender?: "smtp-source" | "pipelined";
}

/** Octets of a message. */
export const MESSAGE_OCTETS = 4096;

const discarding = {
  unit: "messages/s",
  sessions: 10,
  ours: "ours-smtp",
  peers: ["smtp-server"],
  beside: ["smtp-sink"],
} as const;

/** Both have the next hop down: what they acknowledge is in the queue and stays there. */
const durable = {
  unit: "messages/s",
  reused: true,
  ours: "mail-relay",
  peers: ["Postfix"],
  beside: [],
} as const;

export const mailCases: readonly MailCase[] = [
  {
    ...discarding,
    id: "mail-discard",
    title: "Mail taken and thrown away, 10 sessions",
    reused: true,
    // What no server on Node can be above, and what smtp-source leaves of it.
    beside: [...discarding.beside, "node:net, no SMTP"],
    floor: 1.5,
    goal: { above: "smtp-sink", times: 0.5 },
    // Not cut: the library lets each connection wait for 100 ms, and shorter rounds would count more of them.
    rounds: { times: 2, cutInto: 1 },
  },
  {
    ...discarding,
    id: "mail-pipelined",
    title: "Mail taken and thrown away, 10 sessions that pipeline",
    reused: true,
    sender: "pipelined",
    floor: 1.5,
  },
  {
    ...discarding,
    id: "mail-connect",
    title: "Mail thrown away, a connection for each message",
    reused: false,
    // Haraka's figure; the library waits 100 ms for clients that speak too early.
    floor: 14,
  },
  { ...durable, id: "mail-queue-1", title: "Mail queued durably, 1 session", sessions: 1, floor: 0.7 },
  { ...durable, id: "mail-queue-10", title: "Mail queued durably, 10 sessions", sessions: 10, floor: 1.5 },
  { ...durable, id: "mail-queue-100", title: "Mail queued durably, 100 sessions", sessions: 100, floor: 4 },
];

export const mailAmounts = {
  idle: { id: "mail-idle", title: "Memory of an idle SMTP session", unit: "KiB", ceiling: 8 },
  large: {
    id: "mail-large",
    title: "Growth of memory, at most, while a message of 100 MB comes",
    unit: "MiB",
    ceiling: 48,
  },
  opened: { id: "mail-opened", title: "Start on a queue", unit: "s", ceiling: 5 },
} as const satisfies Record<string, AmountCase>;
