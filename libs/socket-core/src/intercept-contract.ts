/** What a lane of an intercept stands between: where it leads, whom it asks, and how it shows what it holds. */
import type { ActiveFault, FaultDirection, FaultLimits } from "./fault.ts";
import type { Flow, Intercepted } from "./flow.ts";

/** Where a lane leads. */
export interface LaneSink {
  /** Whether it can take octets now; where not, it calls `go` when it can again. */
  readonly ready: boolean;
  onward(octets: Uint8Array): void;
  /** To the peer, whichever way the lane goes. */
  back(octets: Uint8Array): void;
  end(): void;
  reset(): void;
  /** Held octets, over all flows, would be more than the limit: the flow must go. */
  overLimit(): void;
  /** Something waits now. */
  waits(): void;
  /** What had waited went on; perhaps nothing waits any more. */
  moved(): void;
  tell(event: Intercepted): void;
}

/** What the lanes of one intercept share. */
export interface LaneOffice {
  readonly faults: readonly ActiveFault[];
  readonly limits: FaultLimits & { readonly holdMs: number };
  /** Milliseconds of the monotonic clock. */
  now(): number;
  /** Returns what cancels it. */
  after(ms: number, act: () => void): () => void;
  nextChunk(): number;
  /** False: that many octets more may not wait. */
  reserve(octets: number): boolean;
  free(octets: number): void;
  held(chunk: number, holder: Holder): void;
  letGo(chunk: number): void;
}

/** Who holds a chunk: the lane it stands in. */
export interface Holder {
  readonly held: Held | undefined;
  release(octets?: Uint8Array): void;
  answer(octets: Uint8Array): void;
  discard(): void;
}

/** A chunk that somebody must let go. */
export interface Held {
  readonly chunk: number;
  readonly flow: Flow;
  readonly direction: FaultDirection;
  /** The faults that meant it. */
  readonly faults: readonly string[];
  /** As it came. */
  readonly before: Uint8Array;
  /** As it would go on. */
  readonly after: Uint8Array;
  /** Milliseconds it has been held, and after which it goes on by itself. */
  readonly heldMs: number;
  readonly leftMs: number;
  /** Octets that wait behind it. */
  readonly behind: number;
}
