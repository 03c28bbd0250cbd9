/**
 * Who is who: a browser is known by a cookie that means nothing but "the same browser as before", and sees its own
 * sockets only. The remote address would not do: behind one address there may be a whole office.
 */
import { randomBytes } from "node:crypto";
import type { Flow } from "@socketscope/socket-core";
import type { Request } from "@socketscope/web";
import { Lane, type LaneMark, type LaneView } from "./lane.ts";
import type { DemoLimits } from "./limits.ts";
import type { SeenFlows } from "./seen-flows.ts";

/** One showing of the page. */
export interface Load {
  readonly id: number;
  /** When its request came; milliseconds of the monotonic clock. */
  readonly at: number;
  readonly marks: ReadonlyMap<number, LaneMark>;
}

const NOTHING: LaneMark = { count: 0, octetsIn: 0, octetsOut: 0 };

export class Visit {
  readonly id: string;
  /** Milliseconds of the monotonic clock. */
  lastSeen = 0;
  /** Told when a socket opened, closed, changed its protocol or carried a request. */
  readonly feeds = new Set<() => void>();
  readonly #lanes = new Map<number, Lane>();
  readonly #loads = new Map<number, Load>();
  readonly #limits: DemoLimits;
  #lastLoad = 0;

  constructor(id: string, limits: DemoLimits) {
    this.id = id;
    this.#limits = limits;
  }

  lane(flow: Flow, seen: SeenFlows): Lane {
    const known = this.#lanes.get(flow.id);
    if (known !== undefined) return known;
    const lane = new Lane(flow, seen.of(flow), this.#limits.requests);
    this.#lanes.set(flow.id, lane);
    seen.watch(flow, () => this.changed());
    if (this.#lanes.size > this.#limits.lanes) this.#forgetOne();
    return lane;
  }

  /** A load that begins with the request that came at `at` on `flow`, which counts as its first. */
  load(flow: Flow, at: number): Load {
    const marks = new Map<number, LaneMark>();
    for (const [id, lane] of this.#lanes) {
      const mark = lane.mark();
      marks.set(id, id === flow.id ? { ...mark, count: mark.count - 1 } : mark);
    }
    this.#lastLoad += 1;
    const load = { id: this.#lastLoad, at, marks };
    this.#loads.set(load.id, load);
    if (this.#loads.size > this.#limits.loads) this.#loads.delete(this.#lastLoad - this.#limits.loads);
    return load;
  }

  /** The last one when `id` is not known any more. */
  findLoad(id: number): Load | undefined {
    return this.#loads.get(id) ?? this.#loads.get(this.#lastLoad);
  }

  /** Sockets that carried something since `load` began, or are still open; without a load, all. */
  view(load: Load | undefined): LaneView[] {
    return [...this.#lanes.values()]
      .map((lane) =>
        lane.view(load?.at ?? lane.seen?.openedAt ?? 0, load?.marks.get(lane.flow.id) ?? NOTHING),
      )
      .filter(({ count }) => count > 0);
  }

  changed(): void {
    for (const feed of this.feeds) feed();
  }

  #forgetOne(): void {
    const closed = [...this.#lanes.values()].find((lane) => lane.isClosed);
    const [oldest] = this.#lanes.keys();
    const id = closed?.flow.id ?? oldest;
    if (id !== undefined) this.#lanes.delete(id);
  }
}

export class Visits {
  /** In the order in which they were last seen. */
  readonly #visits = new Map<string, Visit>();
  readonly #limits: DemoLimits;
  readonly #now: () => number;

  constructor(limits: DemoLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get size(): number {
    return this.#visits.size;
  }

  /** The visit whose cookie came with the request. */
  known(request: Request): Visit | undefined {
    const id = cookieOf(request);
    const visit = id === undefined ? undefined : this.#visits.get(id);
    if (visit === undefined) return undefined;
    this.#visits.delete(visit.id);
    if (this.#now() - visit.lastSeen > this.#limits.visitMs && visit.feeds.size === 0) return undefined;
    this.#visits.set(visit.id, visit);
    visit.lastSeen = this.#now();
    return visit;
  }

  /** Undefined when as many browsers as may be are looking on right now. */
  create(): Visit | undefined {
    if (this.#visits.size >= this.#limits.visits && !this.#forgetOne()) return undefined;
    const visit = new Visit(randomBytes(16).toString("base64url"), this.#limits);
    visit.lastSeen = this.#now();
    this.#visits.set(visit.id, visit);
    return visit;
  }

  #forgetOne(): boolean {
    for (const [id, { feeds }] of this.#visits) {
      if (feeds.size > 0) continue;
      return this.#visits.delete(id);
    }
    return false;
  }
}

/** Cookies know no ports (RFC 6265 §8.5): with the port in its name, another server here does not overwrite ours. */
function cookieName({ flow }: Request): string {
  return `socketscope-visit-${flow.local.port}`;
}

/** Not for scripts, not sent along by other sites' pages, gone with the browser. */
export function visitCookie(request: Request, { id }: Visit): string {
  return `${cookieName(request)}=${id}; Path=/; HttpOnly; SameSite=Lax${request.secure ? "; Secure" : ""}`;
}

function cookieOf(request: Request): string | undefined {
  const prefix = `${cookieName(request)}=`;
  // RFC 6265 §4.2.1: pairs, a semicolon and a blank between them.
  for (const line of request.fields.all("cookie"))
    for (const pair of line.split("; ")) if (pair.startsWith(prefix)) return pair.slice(prefix.length);
  return undefined;
}
