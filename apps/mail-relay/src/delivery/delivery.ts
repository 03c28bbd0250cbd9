/** Takes what is due from the queue to its next hops, and tells senders what became of it. RFC 5321 §4.5.4. */
import { wantsNotice } from "@socketscope/message";
import type { Reply } from "@socketscope/smtp";
import type { Queue } from "../queue/queue.ts";
import type { QueuedMessage, RecipientResult } from "../queue/queued.ts";
import { splitAddress } from "../reception/address.ts";
import { reply } from "../reception/replies.ts";
import { Attempt, describeAttempt, type AttemptResult } from "./attempt.ts";
import { HopFailure } from "./failure.ts";
import { Hop } from "./hop.ts";
import type { MailExchangers } from "./mail-exchangers.ts";
import type { Fate, Notices } from "./notices.ts";
import { hopName, type NextHop, type Routes } from "./routes.ts";
import type { Sessions } from "./sessions.ts";

export interface DeliveryOptions {
  readonly queue: Queue;
  readonly routes: Routes;
  readonly exchangers: MailExchangers;
  readonly sessions: Sessions;
  readonly notices: Pick<Notices, "tell">;
  /** Milliseconds between attempts; the first is how long a hop that is down rests. */
  readonly schedule: readonly number[];
  /** Milliseconds after which the sender is told that it takes long; Infinity: never. */
  readonly delayNotice: number;
  /** Milliseconds after which a message is given up. RFC 5321 §4.5.4.1: at least 4 to 5 days. */
  readonly expire: number;
  /** Attempts at once to one hop. Default 20. */
  readonly maxPerHop?: number;
  /** Messages taken from the queue at once; they cost memory, not connections. Default 2,000. */
  readonly maxTaken?: number;
  readonly now: () => number;
  readonly onAttempt?: (message: QueuedMessage, line: string) => void;
  readonly onError: (error: unknown) => void;
}

interface Group {
  readonly hop: NextHop;
  readonly forwardPaths: string[];
}

/** Milliseconds before the disk is asked again, when it could not write down what an attempt brought. */
const DISK_PAUSE = 10_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #hops = new Map<string, Hop>();
  readonly #taken = new Set<Promise<void>>();
  #stopWatching: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopWatching = this.#options.queue.watch(() => this.#soon());
    this.#pump();
  }

  /** Hops that were down are tried again at once: somebody asked for it. */
  retryHops(): void {
    for (const hop of this.#hops.values()) hop.forget();
  }

  /** Messages under way end, or are cut when `ms` are over; what was not delivered is due at the next start. */
  async drain(ms: number): Promise<void> {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    clearTimeout(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    const { sessions } = this.#options;
    await Promise.race([Promise.all([sessions.stop(), ...this.#taken]), late]);
    clearTimeout(timer);
    sessions.cut();
    await Promise.all(this.#taken);
  }

  /** Many changes in one turn are one look at the queue. */
  #soon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#stopWatching === undefined) return;
    const { queue, now, maxTaken = 2000 } = this.#options;
    while (this.#taken.size < maxTaken) {
      const message = queue.take(now());
      if (message === undefined) break;
      const handled: Promise<void> = this.#handle(message).finally(() => {
        this.#taken.delete(handled);
        this.#soon();
      });
      this.#taken.add(handled);
    }
    clearTimeout(this.#timer);
    const due = this.#taken.size < maxTaken ? queue.nextDue() : undefined;
    if (due === undefined) return;
    this.#timer = setTimeout(() => this.#pump(), Math.min(Math.max(due - now(), 0), LONGEST_TIMER));
    this.#timer.unref();
  }

  /** Never rejects: what goes wrong is said, and the message stays. */
  async #handle(message: QueuedMessage): Promise<void> {
    const { queue, onError } = this.#options;
    try {
      await this.#attempt(message);
    } catch (error) {
      onError(error);
      const timer = setTimeout(() => queue.putBack(message.id), DISK_PAUSE);
      timer.unref();
    }
  }

  async #attempt(message: QueuedMessage): Promise<void> {
    const [first, ...others] = this.#groups(message);
    if (first !== undefined && others.length === 0)
      return this.#group(message, first, (results) => this.#settle(message, results));
    const all: AttemptResult[] = [];
    // Another group may take long; whoever has it is not to get it twice after a crash.
    const note = async (results: readonly AttemptResult[]): Promise<void> => {
      all.push(...results);
      const reached = results.filter(({ outcome }) => outcome === "delivered");
      if (reached.length > 0) await this.#reached(message, reached);
    };
    const groups = first === undefined ? [] : [first, ...others];
    await Promise.all(groups.map((group) => this.#group(message, group, note)));
    await this.#settle(message, all);
  }

  /** Written down, with the notices of success that are owed: a crash before the attempt is over loses neither. */
  #reached(message: QueuedMessage, results: readonly AttemptResult[]): Promise<void> {
    const owed = results
      .flatMap((result) => fateOf(message, result, undefined))
      .filter(({ recipient, action }) => wantsNotice(recipient.parameters.notify, action))
      .map(({ recipient, reply: said, host }) => ({ recipient, reply: said, host }));
    const forwardPaths = results.map(({ forwardPath }) => forwardPath);
    return this.#options.queue.reached(message.id, forwardPaths, owed);
  }

  /** One for each next hop. */
  #groups({ recipients }: QueuedMessage): readonly Group[] {
    const groups = new Map<string, Group>();
    for (const { forwardPath } of recipients) {
      const hop = this.#options.routes.nextHopOf(splitAddress(forwardPath).domain);
      const name = hopName(hop);
      const group = groups.get(name) ?? { hop, forwardPaths: [] };
      group.forwardPaths.push(forwardPath);
      groups.set(name, group);
    }
    return [...groups.values()];
  }

  /** Its connection is held until `note` has written down what came of it. */
  async #group(
    message: QueuedMessage,
    { hop: nextHop, forwardPaths }: Group,
    note: (results: readonly AttemptResult[]) => Promise<void>,
  ): Promise<void> {
    const name = hopName(nextHop);
    const hop = this.#hopOf(name);
    try {
      await hop.run(() => this.#speak(message, nextHop, forwardPaths, note));
    } catch (error) {
      if (!(error instanceof HopFailure)) throw error;
      const outcome = error.permanent ? "failed" : "deferred";
      const { reply: said, host } = error;
      await note(
        forwardPaths.map((forwardPath) => ({ forwardPath, outcome, reply: said, host, dsnPassedOn: false })),
      );
    } finally {
      if (hop.idle) this.#hops.delete(name);
    }
  }

  async #speak(
    message: QueuedMessage,
    hop: NextHop,
    forwardPaths: readonly string[],
    note: (results: readonly AttemptResult[]) => Promise<void>,
  ): Promise<void> {
    const { exchangers, sessions, queue } = this.#options;
    const targets =
      hop.type === "mx"
        ? await exchangers.targetsOf(hop.domain)
        : [{ name: hop.host, host: hop.host, port: hop.port }];
    const recipients = message.recipients.filter(({ forwardPath }) => forwardPaths.includes(forwardPath));
    const shipment = {
      envelope: { ...message.envelope, recipients },
      content: { size: message.size, read: () => queue.read(message.id) },
      reached: (reached: readonly AttemptResult[]) => this.#reached(message, reached),
    };
    const attempt = new Attempt(sessions, shipment, hop.type === "host" ? hop.login : undefined);
    try {
      await note(await attempt.run(targets));
    } finally {
      attempt.release();
    }
  }

  #hopOf(name: string): Hop {
    const { maxPerHop = 20, schedule, now } = this.#options;
    const known = this.#hops.get(name);
    if (known !== undefined) return known;
    const hop = new Hop({ maxAttempts: maxPerHop, rest: Math.min(schedule[0] ?? 60_000, 60_000), now });
    this.#hops.set(name, hop);
    return hop;
  }

  /** Notices first: a crash in between tells a sender twice, and never not at all. */
  async #settle(message: QueuedMessage, results: readonly AttemptResult[]): Promise<void> {
    const { queue, notices, now, expire, delayNotice, onAttempt } = this.#options;
    const expires = message.arrived + expire;
    const expired = now() >= expires;
    const decided = results.map((result) => (expired ? givenUp(result) : result));
    for (const result of decided) onAttempt?.(message, describeAttempt(result));
    const late = !message.delayNoticeSent && now() - message.arrived >= delayNotice;
    const fates = [
      ...(message.owed ?? []).map(({ recipient, reply: said, host }): Fate => ({
        recipient,
        action: "relayed",
        reply: said,
        host,
      })),
      ...decided.flatMap((result) => fateOf(message, result, late ? expires : undefined)),
    ];
    const told = { ...message, read: () => queue.read(message.id) };
    // Each in a notice of its own: what failed and what is late are different letters.
    for (const action of ["failed", "delayed", "relayed"] as const) {
      const about = fates.filter((fate) => fate.action === action);
      if (about.length > 0) await notices.tell(told, about);
    }
    await queue.settle(message.id, decided.map(recorded), {
      delayNoticeSent: late && fates.some(({ action }) => action === "delayed"),
      notAfter: expires,
    });
  }
}

/** RFC 3463: X.4.7, delivery time expired. What the hop said last is said with it. */
function givenUp(result: AttemptResult): AttemptResult {
  if (result.outcome !== "deferred") return result;
  const last = result.reply.lines.join(" ");
  const said: Reply = reply(
    554,
    "5.4.7",
    `given up after many attempts; the last one said: ${result.reply.code} ${last}`,
  );
  return { ...result, outcome: "failed", reply: said };
}

function fateOf(
  message: QueuedMessage,
  result: AttemptResult,
  delayedUntil: number | undefined,
): readonly Fate[] {
  const recipient = message.recipients.find(({ forwardPath }) => forwardPath === result.forwardPath);
  if (recipient === undefined) return [];
  const { reply: said, host } = result;
  if (result.outcome === "failed") return [{ recipient, action: "failed", reply: said, host }];
  if (result.outcome === "deferred")
    return delayedUntil === undefined
      ? []
      : [{ recipient, action: "delayed", reply: said, host, willRetryUntil: delayedUntil }];
  // RFC 3461 §5.2.2: the next hop does not know DSN: that it has the message is all the sender can be told.
  return result.dsnPassedOn ? [] : [{ recipient, action: "relayed", reply: said, host }];
}

/** What the journal keeps. */
function recorded({ forwardPath, outcome, reply: said, host }: AttemptResult): RecipientResult {
  return { forwardPath, outcome, reply: said, host };
}
