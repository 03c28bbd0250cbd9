/** Both lanes of one flow, between its socket and its receiver. There is one only while faults are set. */
import type { Flow, Intercepted } from "./flow.ts";
import type { LaneOffice } from "./intercept-contract.ts";
import { InterceptLane } from "./intercept-lane.ts";

/** The stream that is intercepted: what it does once a lane has let something go. */
export interface InterceptedStream {
  readonly flow: Flow;
  /** The receiver wants nothing now. */
  readonly paused: boolean;
  /** From now on, or no longer. */
  intercept(by: Interception | undefined): void;
  /** To the receiver. */
  passIn(octets: Uint8Array): void;
  endIn(): void;
  /** To the socket. */
  passOut(octets: Uint8Array): void;
  endOut(): void;
  /** Whether the socket may be read. */
  read(on: boolean): void;
  /** The peer gets a RST. */
  cut(reason: "io" | "limit"): void;
  roomAgain(): void;
  tellIntercepted(event: Intercepted): void;
}

export class Interception {
  readonly in: InterceptLane;
  readonly out: InterceptLane;
  readonly #stream: InterceptedStream;
  readonly #office: LaneOffice;
  readonly #left: () => void;
  #paused: boolean;
  #whenOutEmpty: (() => void)[] = [];

  /** `left`: it is needed no more, or the stream has closed. */
  constructor(stream: InterceptedStream, office: LaneOffice, left: () => void) {
    this.#stream = stream;
    this.#office = office;
    this.#left = left;
    this.#paused = stream.paused;
    const isPaused = (): boolean => this.#paused;
    const both = {
      back: (octets: Uint8Array) => stream.passOut(octets),
      reset: () => stream.cut("io"),
      overLimit: () => stream.cut("limit"),
      tell: (event: Intercepted) => stream.tellIntercepted(event),
    };
    this.in = new InterceptLane(stream.flow, "in", office, {
      ...both,
      get ready() {
        return !isPaused();
      },
      onward: (octets) => stream.passIn(octets),
      end: () => stream.endIn(),
      // what waits here is not to grow behind the peer's back: its window closes, as if we were slow
      waits: () => stream.read(false),
      moved: () => this.#inMoved(),
    });
    this.out = new InterceptLane(stream.flow, "out", office, {
      ...both,
      ready: true,
      onward: (octets) => stream.passOut(octets),
      end: () => stream.endOut(),
      waits: () => {},
      moved: () => this.#outMoved(),
    });
  }

  /** The receiver pauses: what a lane lets go waits for it. */
  pause(): void {
    this.#paused = true;
  }

  /** The receiver goes on; the socket is read once nothing waits before it. */
  resume(): void {
    this.#paused = false;
    if (this.in.empty) this.#stream.read(true);
    else this.in.go();
  }

  /** The receiver has said its last word: it takes nothing more, and the FIN goes out behind what waits. */
  linger(): void {
    this.in.abandon();
    this.out.end();
  }

  faultsChanged(): void {
    this.in.faultsChanged();
    this.out.faultsChanged();
    this.#leaveIfIdle();
  }

  /** The stream has closed. */
  close(): void {
    this.in.abandon();
    this.out.abandon();
    this.#outEmptied();
    this.#left();
  }

  /** Resolves when nothing waits to go out, or never will. */
  outEmpty(): Promise<void> {
    if (this.out.empty) return Promise.resolve();
    return new Promise((resolve) => this.#whenOutEmpty.push(resolve));
  }

  #inMoved(): void {
    if (this.in.empty && !this.#paused) this.#stream.read(true);
    this.#leaveIfIdle();
  }

  #outMoved(): void {
    if (this.out.empty) this.#outEmptied();
    this.#stream.roomAgain();
    this.#leaveIfIdle();
  }

  #outEmptied(): void {
    for (const resolve of this.#whenOutEmpty.splice(0)) resolve();
  }

  /** A direction that was cut short stays so. */
  #leaveIfIdle(): void {
    if (this.#office.faults.length > 0 || !this.in.empty || !this.out.empty) return;
    if (this.in.over || this.out.over) return;
    this.#stream.intercept(undefined);
    this.#left();
  }
}
