/** One socket as one visitor used it: what was asked on it, in order, and what the tap counted. */
import type { Flow } from "@socketscope/socket-core";
import { endpoint } from "../conversations.ts";
import { kindOf, type AnswerKind } from "./answer-kind.ts";
import type { SeenFlow } from "./seen-flows.ts";

/** Times in milliseconds of the monotonic clock. */
export interface LaneRequest {
  readonly method: string;
  readonly path: string;
  readonly from: number;
  /** Undefined while the answer goes on. */
  to: number | undefined;
  /** Undefined until the answer has begun. */
  status: number | undefined;
  kind: AnswerKind;
  /** Octets of content handed over, when the answer is whole. */
  octets: number | undefined;
}

/** A lane as a page gets it: times in milliseconds since its load began, so what was before is negative. */
export interface LaneView {
  readonly id: number;
  readonly local: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** Absent: not seen. */
  readonly opened?: number | undefined;
  readonly secured?: number | undefined;
  readonly tls?: string | undefined;
  readonly protocol: string;
  readonly protocolSince?: number | undefined;
  /** In this load, all of them. */
  readonly count: number;
  /** On this socket before this load. */
  readonly before: number;
  /** The last of them; older ones are only counted. */
  readonly requests: readonly RequestView[];
  /** In this load, heads included, TLS not. Absent when others use the socket too, or it was not seen. */
  readonly octetsIn?: number | undefined;
  readonly octetsOut?: number | undefined;
  readonly closed?: number | undefined;
  readonly closedBy?: string | undefined;
}

export interface RequestView {
  readonly method: string;
  readonly path: string;
  readonly kind: AnswerKind;
  readonly status?: number | undefined;
  readonly from: number;
  readonly to?: number | undefined;
  readonly octets?: number | undefined;
}

/** Where a lane stood when a load began. */
export interface LaneMark {
  readonly count: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
}

/** Characters of a path that are kept. */
const PATH_LENGTH = 160;

export class Lane {
  readonly flow: Flow;
  readonly seen: SeenFlow | undefined;
  /** Others asked on this connection too (a proxy in between): its octets are not this visitor's alone. */
  shared = false;
  count = 0;
  #requests: LaneRequest[] = [];
  readonly #max: number;

  constructor(flow: Flow, seen: SeenFlow | undefined, max: number) {
    this.flow = flow;
    this.seen = seen;
    this.#max = max;
  }

  get isClosed(): boolean {
    return this.seen?.closed !== undefined;
  }

  begin(method: string, path: string, at: number): LaneRequest {
    const request: LaneRequest = {
      method: method.slice(0, 16),
      path: path.slice(0, PATH_LENGTH),
      from: at,
      to: undefined,
      status: undefined,
      kind: kindOf(path, undefined),
      octets: undefined,
    };
    this.count += 1;
    this.#requests.push(request);
    if (this.#requests.length > this.#max) this.#requests.shift();
    return request;
  }

  mark(): LaneMark {
    return {
      count: this.count,
      octetsIn: this.seen?.octetsIn ?? 0,
      octetsOut: this.seen?.octetsOut ?? 0,
    };
  }

  /** `since`: when the load began, on the clock of the requests. */
  view(since: number, mark: LaneMark): LaneView {
    const { flow, seen } = this;
    const relative = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : tenths(at - since);
    const counted = this.shared ? undefined : seen;
    return {
      id: flow.id,
      local: endpoint(flow.local),
      remoteHost: flow.remote.host,
      remotePort: flow.remote.port,
      opened: relative(seen?.openedAt),
      secured: relative(seen?.securedAt),
      tls: seen?.tls,
      protocol: seen?.protocol ?? "http",
      protocolSince: seen?.protocol === "websocket" ? relative(seen.protocolAt) : undefined,
      count: this.count - mark.count,
      before: mark.count,
      requests: this.#requests
        .filter(({ from }) => from >= since)
        .map(({ from, to, ...rest }) => ({ ...rest, from: tenths(from - since), to: relative(to) })),
      octetsIn: counted && counted.octetsIn - mark.octetsIn,
      octetsOut: counted && counted.octetsOut - mark.octetsOut,
      closed: relative(seen?.closed?.at),
      closedBy: seen?.closed?.reason,
    };
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
