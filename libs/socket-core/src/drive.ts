/**
 * The loop between a stream and a core: octets in, events to the session, actions out. One write a turn, no promise
 * for an event that is answered at once, and a clock only while it is the peer's turn.
 */
import { LimitError, RemoteError, type Core, type Rest } from "@socketscope/wire";
import { SocketError } from "./errors.ts";
import type { CloseReason } from "./flow.ts";
import type { Clocks, Link, Session } from "./link.ts";
import { Outbox } from "./outbox.ts";
import type { Receiver, SecuringHow, Stream } from "./stream.ts";
import { now } from "./sweep.ts";
import { warn } from "./warn.ts";
import type { TlsOptions } from "./tls.ts";

/** Octets sent outside the loop that do not wait for the end of the turn. */
const FLUSH_AT = 64 * 1024;

/** Its `then` is the next microtask; queueMicrotask would make an AsyncResource for each. */
const soon = Promise.resolve();

export interface DriveOptions {
  /** Go on with events though the peer leaves ours unread: for a client, whose server may answer before it has read all. Default false. */
  readonly readsWhileFull?: boolean;
}

export function drive<Event extends object, Action, Wait extends string>(
  stream: Stream,
  core: Core<Event, Action, Wait>,
  session: Session<Event, Action>,
  clocks: Clocks<Wait>,
  options: DriveOptions = {},
): Link<Action> {
  const driver = new Driver(stream, core, session, clocks);
  driver.readsWhileFull = options.readsWhileFull ?? false;
  stream.attach(driver);
  driver.begin(undefined);
  return driver;
}

class Driver<Event extends object, Action, Wait extends string> implements Link<Action>, Receiver {
  readonly stream: Stream;
  readonly #out: Outbox;
  readonly #core: Core<Event, Action, Wait>;
  readonly #session: Session<Event, Action>;
  readsWhileFull = false;
  readonly #clocks: Clocks<Wait>;
  /** What the loop does: stands · turns · waits for the session's promise · has handed the stream on or ended. */
  #loop: "idle" | "turning" | "busy" | "gone" = "idle";
  #rest: Rest = "need-data";
  #waited: Wait | "us" = "us";
  /** The next microtask goes on with the loop. */
  #turnDue = false;
  #held = false;
  #over = false;
  /** Why a "closed" core is closed: the last thing that was told to it. */
  #why: CloseReason = "we-ended";
  /** The sessions of the protocols before this one: they too hear of the end exactly once. */
  #before: ((reason: CloseReason) => void) | undefined;
  #waiters: (() => void)[] | undefined;

  constructor(
    stream: Stream,
    core: Core<Event, Action, Wait>,
    session: Session<Event, Action>,
    clocks: Clocks<Wait>,
  ) {
    this.stream = stream;
    this.#out = new Outbox(stream);
    this.#core = core;
    this.#session = session;
    this.#clocks = clocks;
  }

  get state(): string {
    return this.#core.state;
  }

  /** The first turn, with what another protocol left over. */
  begin(rest: Uint8Array | undefined): void {
    if (rest !== undefined && rest.length > 0) this.#core.receive(rest);
    // Never inside the caller's turn: it may not have kept our link yet.
    process.nextTick(turn, this);
  }

  // ── Receiver
  data(octets: Uint8Array): void {
    if (this.#loop === "gone") return;
    if (this.#why !== "drained") this.#why = "we-ended";
    this.#core.receive(octets);
    if (this.#loop === "busy" || this.#rest === "paused") {
      // One chunk is read ahead; with the next one already here, the socket waits.
      if (!this.#held) {
        this.#held = true;
        this.stream.pause();
      }
      if (this.#loop === "busy") return;
    }
    this.#run(true);
    this.#out.flush();
  }

  ended(): void {
    this.#tell("end", "peer-ended");
  }

  late(): void {
    this.#tell("timeout", "timeout");
  }

  finish(): void {
    this.#tell("drain", "drained");
  }

  drain(): void {
    this.#wake();
    // The loop stood still because the peer did not read.
    this.turn();
  }

  closed(reason: CloseReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#loop = "gone";
    this.#wake();
    this.#before?.(reason);
    try {
      this.#session.closed?.(reason);
    } catch (error) {
      this.#report(error);
    }
  }

  #tell(input: "end" | "timeout" | "drain", why: CloseReason): void {
    if (this.#loop === "gone") return;
    this.#why = why;
    this.#core.receive(input);
    this.turn();
  }

  // ── Link
  send(action: Action): boolean {
    if (this.#loop === "gone") return true;
    this.#out.add(this.#core.send(action));
    if (this.#loop !== "turning") {
      if (this.#out.octets >= FLUSH_AT) this.#out.flush();
      if (this.#loop === "idle") this.#turnLater();
      else this.#out.flushLater();
    }
    return this.stream.queued + this.#out.octets < this.stream.highWaterMark;
  }

  answer(action: Action): void {
    if (this.#loop !== "idle") {
      this.send(action);
      return;
    }
    this.#out.add(this.#core.send(action));
    this.#run(false);
    this.#out.flushLater();
  }

  drained(): Promise<void> {
    if (this.#loop !== "gone") this.#out.flush();
    if (this.#loop === "gone" || this.stream.queued < this.stream.highWaterMark) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters ??= [];
      this.#waiters.push(resolve);
    });
  }

  become<E extends object, A, W extends string>(
    protocol: string,
    core: Core<E, A, W>,
    session: Session<E, A>,
    clocks: Clocks<W>,
  ): Link<A> {
    const rest = this.release();
    this.stream.speaks(protocol);
    return this.#succeed(new Driver(this.stream, core, session, clocks), session, rest);
  }

  release(): Uint8Array {
    this.#out.flush();
    this.#loop = "gone";
    this.stream.deadline = Infinity;
    if (this.#held) this.stream.resume();
    return this.#core.unread();
  }

  async startTls<E extends object, A, W extends string>(
    answer: Action | undefined,
    tls: TlsOptions,
    core: Core<E, A, W>,
    session: Session<E, A>,
    clocks: Clocks<W>,
    how?: SecuringHow,
  ): Promise<Link<A>> {
    // Reading stops before the answer is written: what is there by then was sent in the clear.
    this.stream.pause();
    if (this.#core.unread().length > 0 || this.stream.unread > 0) {
      this.end("protocol");
      throw new SocketError(
        "PLAINTEXT_BEFORE_TLS",
        "the peer sent octets in the clear behind its request for TLS",
      );
    }
    if (answer !== undefined) this.send(answer);
    this.#out.flush();
    this.#loop = "gone";
    await this.stream.secureWith(tls, how);
    return this.#succeed(new Driver(this.stream, core, session, clocks), session, undefined);
  }

  async leaveTls(answer: Action, protocol: string): Promise<void> {
    this.send(answer);
    this.#out.flush();
    await this.stream.leaveTls(protocol);
  }

  #succeed<E extends object, A, W extends string>(
    next: Driver<E, A, W>,
    session: Session<E, A>,
    rest: Uint8Array | undefined,
  ): Link<A> {
    // After STARTTLS the same session usually goes on; it is told once, by its new driver.
    const same: unknown = session;
    next.readsWhileFull = this.readsWhileFull;
    next.#before = same === this.#session ? this.#before : (reason) => this.closed(reason);
    this.stream.attach(next);
    next.begin(rest);
    return next;
  }

  end(reason: CloseReason = "we-ended"): void {
    if (this.#loop === "gone") return;
    this.#out.flush();
    this.#loop = "gone";
    this.stream.linger(reason);
  }

  // ── the loop
  /** Goes on where the loop stands still, and flushes. */
  turn(): void {
    this.#run(false);
    this.#out.flush();
  }

  /**
   * A send may have been what a paused core waited for. Requests that promises answer go from microtask to microtask,
   * and the tick comes behind them all: what was pipelined is answered in one write.
   */
  #turnLater(): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    void soon.then(() => this.#turnDueNow());
  }

  #turnDueNow(): void {
    this.#turnDue = false;
    this.#run(false);
    this.#out.flushLater();
  }

  #run(progress: boolean): void {
    if (this.#loop !== "idle") return;
    this.#loop = "turning";
    let events = 0;
    let full = false;
    let judged = -1;
    try {
      for (;;) {
        // Only what was sent since can have changed it.
        if (judged !== this.#out.octets) {
          judged = this.#out.octets;
          full = this.#isFull();
        }
        if (full) {
          // The peer asks and does not read: the next event waits for drain(), the stall clock runs.
          this.#rest = "paused";
          break;
        }
        const event = this.#core.next();
        if (typeof event === "string") {
          this.#rest = event;
          break;
        }
        events++;
        const promise = this.#session.on(event, this);
        // become, release and end may have been called inside the handler; its promise may still fail.
        promise?.then(
          () => this.#handled(),
          (error: unknown) => this.#failed(error),
        );
        if (this.#gone()) return;
        if (promise !== undefined) {
          this.#loop = "busy";
          break;
        }
      }
    } catch (error) {
      this.#fault(error);
      return;
    }
    if (this.#isBusy()) {
      this.stream.deadline = Infinity;
      return;
    }
    this.#loop = "idle";
    if (this.#rest === "closed") {
      this.end(this.#why);
      return;
    }
    if (full) {
      this.stream.deadline = Infinity;
      return;
    }
    if (this.#rest === "need-data" && this.#held) {
      this.#held = false;
      this.stream.resume();
    }
    this.#arm(progress || events > 0, events > 0);
  }

  /** "start" clocks are pushed back by a finished event, "progress" clocks by every octet. */
  #arm(progress: boolean, finished: boolean): void {
    const waits = this.#core.waitingFor;
    const changed = waits !== this.#waited;
    this.#waited = waits;
    if (waits === "us") {
      this.stream.deadline = Infinity;
      return;
    }
    const clock = this.#clocks[waits];
    if (changed || finished || this.stream.deadline === Infinity || (progress && clock.from === "progress")) {
      this.stream.deadline = now() + clock.ms;
    }
  }

  #handled(): void {
    if (this.#loop !== "busy") return;
    this.#loop = "idle";
    this.#run(true);
    this.#out.flushLater();
  }

  #failed(error: unknown): void {
    if (this.#loop !== "gone") this.#fault(error);
    // What the stream itself reports to a handler (a failed handshake) is the reason it closes, no bug of ours.
    else if (!(error instanceof SocketError)) this.#report(error);
  }

  #fault(error: unknown): void {
    if (!(error instanceof RemoteError)) {
      this.#loop = "gone";
      this.stream.destroy("internal");
      this.#report(error);
      return;
    }
    this.#loop = "turning";
    try {
      // The answer of a RemoteError is an action of the core that threw it.
      if (error.answer !== undefined) this.send(error.answer);
    } catch (bug) {
      this.#report(bug);
    }
    this.end(this.#why === "timeout" ? "timeout" : error instanceof LimitError ? "limit" : "protocol");
    this.#session.refused?.(error);
  }

  #report(error: unknown): void {
    if (this.#session.failed === undefined) warn(error);
    else this.#session.failed(error);
  }

  /** More is queued than the peer may leave unread; a full turn's output counts once the kernel had its chance. */
  #isFull(): boolean {
    if (this.readsWhileFull || this.stream.queued + this.#out.octets < this.stream.highWaterMark)
      return false;
    this.#out.flush();
    return this.stream.queued >= this.stream.highWaterMark;
  }

  #wake(): void {
    for (const resolve of this.#waiters?.splice(0) ?? []) resolve();
  }

  // Read through a call: the handler may have changed what the compiler believes it knows.
  #gone(): boolean {
    return this.#loop === "gone";
  }
  #isBusy(): boolean {
    return this.#loop === "busy";
  }
}

// Not a method bound: that would be kept for as long as the connection idles.
function turn(driver: { turn(): void }): void {
  driver.turn();
}
