/** What became of each SMTP session: which message it brought, or why it brought none. */
import { describeReply, type Reply } from "@socketscope/smtp";
import type { CloseReason, Flow } from "@socketscope/socket-core";
import type { SessionBook } from "./reception/reception-options.ts";

export interface FailedSession {
  readonly flow: number;
  readonly remote: string;
  /** Milliseconds since 1970. */
  readonly ended: number;
  /** What was refused, with our reply; the last ones. */
  readonly refusals: readonly string[];
  readonly reason: CloseReason;
}

interface Open {
  readonly refusals: string[];
  messages: number;
}

const MAX_REFUSALS = 20;

export class Sessions implements SessionBook {
  readonly #open = new Map<number, Open>();
  readonly #failed: FailedSession[] = [];
  readonly #most: number;
  readonly #now: () => number;
  #messages = 0;

  /** `most`: failed sessions that are kept. */
  constructor(most = 500, now: () => number = Date.now) {
    this.#most = most;
    this.#now = now;
  }

  /** Messages taken since the start. */
  get messages(): number {
    return this.#messages;
  }

  /** The newest first. */
  get failed(): readonly FailedSession[] {
    return this.#failed.toReversed();
  }

  loginFailed(flow: Flow, user: string): void {
    this.#note(flow, `login as ${user === "" ? "nobody" : user}: name or password is wrong`);
  }

  refused(flow: Flow, what: string, reply: Reply): void {
    this.#note(flow, `${what}: ${describeReply(reply)}`);
  }

  brought(flow: Flow, _id: string): void {
    this.#of(flow).messages++;
    this.#messages++;
  }

  closed(flow: Flow, reason: CloseReason): void {
    const open = this.#open.get(flow.id);
    this.#open.delete(flow.id);
    if (open === undefined || open.messages > 0 || open.refusals.length === 0) return;
    const { host, port } = flow.remote;
    this.#failed.push({
      flow: flow.id,
      remote: `${host}:${port}`,
      ended: this.#now(),
      refusals: open.refusals,
      reason,
    });
    if (this.#failed.length > this.#most) this.#failed.shift();
  }

  #note(flow: Flow, line: string): void {
    const { refusals } = this.#of(flow);
    refusals.push(line);
    if (refusals.length > MAX_REFUSALS) refusals.shift();
  }

  #of(flow: Flow): Open {
    const open = this.#open.get(flow.id) ?? { refusals: [], messages: 0 };
    this.#open.set(flow.id, open);
    return open;
  }
}
