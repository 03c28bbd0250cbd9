/** Notes which visitor's request came on which connection, and how it was answered. */
import { Fields } from "@socketscope/http";
import type { Flow } from "@socketscope/socket-core";
import type { Handler, Request, Response } from "@socketscope/web";
import { observed, type Exchange } from "../observed.ts";
import { kindOf } from "./answer-kind.ts";
import type { LaneRequest } from "./lane.ts";
import type { SeenFlows } from "./seen-flows.ts";
import type { Lane } from "./lane.ts";
import type { Visit, Visits } from "./visits.ts";

interface Noted {
  readonly visit: Visit;
  readonly entry: LaneRequest;
}

export class Watch {
  readonly #visits: Visits;
  readonly #seen: SeenFlows;
  readonly #now: () => number;
  readonly #noted = new WeakMap<Request, Noted>();
  /** Whose lane a connection is; a second visitor on it makes it shared. Weak: it goes with the connection. */
  readonly #lanes = new WeakMap<Flow, Lane>();

  constructor(visits: Visits, seen: SeenFlows, now: () => number) {
    this.#visits = visits;
    this.#seen = seen;
    this.#now = now;
  }

  /** Every request of a known visitor that goes through `handler` is noted. */
  watched(handler: Handler): Handler {
    return observed(
      (request) => {
        const visit = this.#visits.known(request);
        if (visit !== undefined) this.#note(request, visit);
        const response = handler(request);
        return response instanceof Promise
          ? response.then((late) => this.#answered(request, late))
          : this.#answered(request, response);
      },
      (exchange) => this.#ended(exchange),
      this.#now,
    );
  }

  /** The visit of a request that came through here: the known one, or a new one. Undefined: no more visits are kept. */
  visitOf(request: Request): Visit | undefined {
    const noted = this.#noted.get(request);
    if (noted !== undefined) return noted.visit;
    const visit = this.#visits.create();
    if (visit !== undefined) this.#note(request, visit);
    return visit;
  }

  /** When the request came; milliseconds of the monotonic clock. */
  cameAt(request: Request): number {
    return this.#noted.get(request)?.entry.from ?? this.#now();
  }

  #note(request: Request, visit: Visit): void {
    const { flow, method, path } = request;
    const lane = visit.lane(flow, this.#seen);
    const other = this.#lanes.get(flow);
    if (other === undefined) this.#lanes.set(flow, lane);
    else if (other !== lane) {
      other.shared = true;
      lane.shared = true;
    }
    this.#noted.set(request, { visit, entry: lane.begin(method, path, this.#now()) });
    visit.changed();
  }

  #answered(request: Request, response: Response): Response {
    const noted = this.#noted.get(request);
    if (noted === undefined) return response;
    const { entry, visit } = noted;
    entry.status = response.status;
    // A 304 has no type, and the type of a 101 is the next protocol's concern.
    entry.kind = kindOf(entry.path, new Fields(response.fields ?? []).get("content-type"));
    visit.changed();
    return response;
  }

  #ended({ request, status, octets }: Exchange): void {
    const noted = this.#noted.get(request);
    if (noted === undefined) return;
    const { entry, visit } = noted;
    entry.status = status;
    entry.to = this.#now();
    entry.octets = octets;
    visit.changed();
  }
}
