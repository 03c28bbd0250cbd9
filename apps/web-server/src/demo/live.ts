/**
 * What a page follows: one event stream for the clock and for the sockets, since each stream holds one of the six
 * connections that a browser opens to a host.
 */
import { EventStream, lastEventId, type Request, type Response } from "@socketscope/web";
import type { LaneView } from "./lane.ts";
import type { DemoLimits } from "./limits.ts";
import { Ticker } from "./ticker.ts";
import type { Load, Visit } from "./visits.ts";
import type { Watch } from "./watch.ts";

/** The data of an event "sockets": the lanes that changed since the last one. */
export interface SocketsNews {
  readonly lanes: readonly LaneView[];
}

export class Live {
  readonly #watch: Watch;
  readonly #limits: DemoLimits;
  readonly #ticker: Ticker;
  readonly #open = new Set<EventStream>();

  constructor(watch: Watch, limits: DemoLimits) {
    this.#watch = watch;
    this.#limits = limits;
    this.#ticker = new Ticker(limits.tickMs);
  }

  get open(): number {
    return this.#open.size;
  }

  /** `/clock`: the time, and nothing about sockets. For anyone who asks, with curl for instance. */
  clock(): Response {
    if (this.#open.size >= this.#limits.feeds) return busy();
    const stream = this.#begin();
    stream.onClose(this.#ticker.listen((encoded) => void stream.events.sendEncoded(encoded)));
    return stream.events.response;
  }

  /** `/live?load=N`: the clock, and the visitor's own sockets as they were used since his page load N. */
  sockets(request: Request): Response {
    const visit = this.#watch.visitOf(request);
    if (visit === undefined || this.#open.size >= this.#limits.feeds) return busy();
    if (visit.feeds.size >= this.#limits.feedsPerVisit) return busy();
    const load = visit.findLoad(Number(new URLSearchParams(request.query).get("load")));
    const stream = this.#begin();
    const feed = new SocketsFeed(stream.events, visit, load, this.#limits.gatherMs);
    const last = lastEventId(request);
    // Digits only: it came from outside, and is shown.
    if (last !== undefined && /^[0-9]{1,12}$/.test(last)) stream.events.send({ event: "again", data: last });
    visit.feeds.add(feed.news);
    stream.onClose(() => {
      visit.feeds.delete(feed.news);
      feed.stop();
    });
    stream.onClose(
      this.#ticker.listen((encoded) => {
        stream.events.sendEncoded(encoded);
        // Octets alone are no news, or each event would be the next one's reason; they go along with the clock.
        feed.send();
      }),
    );
    feed.send();
    return stream.events.response;
  }

  /** Ends every stream. */
  close(): void {
    for (const stream of this.#open) stream.close();
  }

  #begin(): { events: EventStream; onClose(then: () => void): void } {
    const closing: (() => void)[] = [];
    const events = new EventStream({
      retry: 1000,
      closed: () => {
        this.#open.delete(events);
        for (const then of closing) then();
      },
    });
    this.#open.add(events);
    return { events, onClose: (then) => void closing.push(then) };
  }
}

class SocketsFeed {
  readonly #events: EventStream;
  readonly #visit: Visit;
  readonly #load: Load | undefined;
  readonly #gatherMs: number;
  /** By lane, as it was told last. At most as many as a visit has lanes. */
  #told = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(events: EventStream, visit: Visit, load: Load | undefined, gatherMs: number) {
    this.#events = events;
    this.#visit = visit;
    this.#load = load;
    this.#gatherMs = gatherMs;
  }

  /** Something happened: soon, together with what else happens by then. */
  readonly news = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.send();
    }, this.#gatherMs).unref();
  };

  send(): void {
    // A reader that has not taken the last news gets the newest with the next tick: nothing piles up.
    if (this.#events.queued > MAY_WAIT || !this.#events.open) return;
    const told = new Map<number, string>();
    const changed: string[] = [];
    for (const lane of this.#visit.view(this.#load)) {
      const text = JSON.stringify(lane);
      told.set(lane.id, text);
      if (this.#told.get(lane.id) !== text) changed.push(text);
    }
    this.#told = told;
    if (changed.length > 0) this.#events.send({ event: "sockets", data: `{"lanes":[${changed.join(",")}]}` });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Octets: the clock's own few may be waiting when the sockets' turn comes. */
const MAY_WAIT = 1024;

function busy(): Response {
  return {
    status: 503,
    fields: ["Content-Type", "text/plain; charset=utf-8", "Retry-After", "10"],
    content: "As many pages as may be are following already.\n",
  };
}
