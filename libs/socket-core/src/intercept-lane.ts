/**
 * One direction of one flow while there are faults: chunks stand in line, wait, are held, go on in pieces or not at
 * all. The order stays: what comes behind a chunk waits for it, and so does the end of the stream.
 */
import type { ActiveFault, FaultDirection } from "./fault.ts";
import { FaultMatcher } from "./fault-matcher.ts";
import { planFor, type Plan } from "./fault-plan.ts";
import type { Flow, Intercepted } from "./flow.ts";
import type { Held, Holder, LaneOffice, LaneSink } from "./intercept-contract.ts";

interface Waiting {
  readonly chunk: number;
  readonly came: number;
  readonly before: Uint8Array;
  readonly faults: readonly ActiveFault[];
  plan: Plan;
  step: "waits" | "held" | "goes";
  heldSince: number;
  /** Octets that went on. */
  gone: number;
}

export class InterceptLane implements Holder {
  readonly #flow: Flow;
  readonly #direction: FaultDirection;
  readonly #office: LaneOffice;
  readonly #sink: LaneSink;
  readonly #matcher: FaultMatcher;
  readonly #line: Waiting[] = [];
  #octets = 0;
  #state: "open" | "ending" | "over" = "open";
  #cancel: (() => void) | undefined;
  #running = false;

  constructor(flow: Flow, direction: FaultDirection, office: LaneOffice, sink: LaneSink) {
    this.#flow = flow;
    this.#direction = direction;
    this.#office = office;
    this.#sink = sink;
    this.#matcher = new FaultMatcher(direction, flow.id);
  }

  /** Octets that came and have not gone on. */
  get octets(): number {
    return this.#octets;
  }
  /** Nothing waits, not even the end. */
  get empty(): boolean {
    return this.#line.length === 0 && this.#state !== "ending";
  }
  /** It has ended or was cut short: nothing goes on any more. */
  get over(): boolean {
    return this.#state === "over";
  }

  push(octets: Uint8Array): void {
    if (this.#state === "over") return this.#sayDiscarded(this.#office.nextChunk(), [], octets);
    const { faults, limits } = this.#office;
    const meant = this.#matcher.match(octets, faults);
    if (meant.length === 0 && this.empty && this.#sink.ready) return this.#sink.onward(octets);
    if (!this.#office.reserve(octets.length)) return this.#sink.overLimit();
    this.#octets += octets.length;
    this.#line.push({
      chunk: this.#office.nextChunk(),
      came: this.#office.now(),
      before: octets,
      faults: meant,
      plan: planFor(
        octets,
        meant.map((fault) => fault.action),
        limits,
      ),
      step: "waits",
      heldSince: 0,
      gone: 0,
    });
    this.#run();
    if (!this.empty) this.#sink.waits();
  }

  /** The end of this direction, behind all that waits. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#run();
    if (!this.empty) this.#sink.waits();
  }

  /** The sink is ready again. */
  go(): void {
    if (this.empty) return;
    this.#run();
    this.#sink.moved();
  }

  /** What waits for a fault that is no longer set goes on. What its other faults have changed stays changed. */
  faultsChanged(): void {
    if (this.empty) return;
    const { faults } = this.#office;
    for (const waiting of this.#line) {
      if (waiting.faults.every((fault) => faults.includes(fault))) continue;
      waiting.plan = { ...waiting.plan, waitMs: 0, hold: false, pieces: undefined };
      if (waiting.step === "held") this.#letGo(waiting);
    }
    this.#again();
  }

  get held(): Held | undefined {
    const head = this.#line[0];
    if (head?.step !== "held") return undefined;
    const heldMs = this.#office.now() - head.heldSince;
    return {
      chunk: head.chunk,
      flow: this.#flow,
      direction: this.#direction,
      faults: head.faults.map((fault) => fault.id),
      before: head.before,
      after: head.plan.octets,
      heldMs,
      leftMs: Math.max(0, this.#office.limits.holdMs - heldMs),
      behind: this.#octets - head.before.length,
    };
  }

  /** Lets the held chunk go on, with other octets if there are any. */
  release(octets?: Uint8Array): void {
    const head = this.#line[0];
    if (head?.step !== "held") return;
    if (octets !== undefined) head.plan = { ...head.plan, octets };
    this.#letGo(head);
    this.#again();
  }

  /** The held chunk goes nowhere, and the peer gets these octets: somebody answers in our side's place. */
  answer(octets: Uint8Array): void {
    const head = this.#line[0];
    if (head?.step !== "held") return;
    head.plan = { ...head.plan, octets, to: "back" };
    this.#letGo(head);
    this.#again();
  }

  /** The held chunk goes nowhere. What waits behind it goes on, and the connection as well. */
  discard(): void {
    const head = this.#line[0];
    if (head?.step !== "held") return;
    this.#letGo(head);
    this.#leave(head);
    this.#sayDiscarded(head.chunk, head.faults, head.before);
    this.#again();
  }

  /** Nobody takes anything any more. */
  abandon(): void {
    this.#state = "over";
    this.#cancelTimer();
    for (const waiting of this.#line.splice(0)) {
      if (waiting.step === "held") this.#office.letGo(waiting.chunk);
      this.#free(waiting);
      this.#sayDiscarded(waiting.chunk, waiting.faults, waiting.before);
    }
  }

  /** Goes on, though a timer was to say when. */
  #again(): void {
    this.#cancelTimer();
    this.#run();
    this.#sink.moved();
  }

  #run(): void {
    // a sink that is given octets may say "ready" in the middle of it
    if (this.#running || this.#cancel !== undefined) return;
    this.#running = true;
    try {
      while (this.#step());
    } finally {
      this.#running = false;
    }
  }

  /** False: something has to happen first. */
  #step(): boolean {
    const head = this.#line[0];
    if (head === undefined) return this.#finish();
    switch (head.step) {
      case "waits":
        return this.#wait(head);
      case "held":
        return false;
      case "goes":
        return this.#goOn(head);
    }
  }

  #finish(): boolean {
    if (this.#state === "ending" && this.#sink.ready) {
      this.#state = "over";
      this.#sink.end();
    }
    return false;
  }

  #wait(head: Waiting): boolean {
    const left = head.came + head.plan.waitMs - this.#office.now();
    if (head.plan.waitMs > 0 && left > 0) {
      this.#after(left);
      return false;
    }
    head.step = "goes";
    if (!head.plan.hold) return true;
    head.step = "held";
    head.heldSince = this.#office.now();
    this.#office.held(head.chunk, this);
    this.#tell(head, "held");
    this.#after(this.#office.limits.holdMs, () => this.#letGo(head));
    return false;
  }

  #letGo(head: Waiting): void {
    head.step = "goes";
    this.#office.letGo(head.chunk);
  }

  #goOn(head: Waiting): boolean {
    const { octets, to, pieces } = head.plan;
    if (to === "onward" && octets.length > 0 && !this.#sink.ready) return false;
    let piece = octets.subarray(head.gone);
    if (pieces !== undefined && to === "onward") {
      piece = octets.subarray(head.gone, head.gone + pieces.octets);
      head.gone += piece.length;
      if (head.gone < octets.length) {
        // armed before: what it is given may make the sink end the stream
        this.#after(pieces.ms);
        this.#sink.onward(piece);
        return false;
      }
    }
    this.#leave(head);
    this.#tellOutcome(head);
    if (to === "back") this.#sink.back(octets);
    else if (piece.length > 0) this.#sink.onward(piece);
    return this.#endAfter(head.plan);
  }

  #endAfter({ after }: Plan): boolean {
    // what was given may have made the sink end the stream
    if (this.#state === "over") return false;
    if (after === "go-on") return true;
    this.abandon();
    if (after === "end") this.#sink.end();
    else this.#sink.reset();
    return false;
  }

  #leave(head: Waiting): void {
    this.#line.shift();
    this.#free(head);
  }

  #free({ before }: Waiting): void {
    this.#octets -= before.length;
    this.#office.free(before.length);
  }

  #after(ms: number, act?: () => void): void {
    this.#cancel = this.#office.after(ms, () => {
      this.#cancel = undefined;
      act?.();
      this.#run();
      this.#sink.moved();
    });
  }

  #cancelTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #tellOutcome(head: Waiting): void {
    if (head.faults.length === 0) return;
    const { to, after } = head.plan;
    this.#tell(head, to === "back" ? "answered" : after === "go-on" ? "passed" : after);
  }

  #tell({ chunk, faults, before, plan }: Waiting, outcome: Intercepted["outcome"]): void {
    const ids = faults.map((fault) => fault.id);
    this.#sink.tell({
      chunk,
      direction: this.#direction,
      faults: ids,
      outcome,
      before,
      after: plan.octets,
    });
  }

  #sayDiscarded(chunk: number, faults: readonly ActiveFault[], before: Uint8Array): void {
    const ids = faults.map((fault) => fault.id);
    const after = new Uint8Array(0);
    this.#sink.tell({ chunk, direction: this.#direction, faults: ids, outcome: "discarded", before, after });
  }
}
