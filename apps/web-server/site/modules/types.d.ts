/** What the server tells of the sockets: `LaneView` of src/demo/lane.ts, as it arrives. */
export interface LaneRequest {
  readonly method: string;
  readonly path: string;
  readonly kind: string;
  readonly status?: number;
  /** Milliseconds since the page's own request. */
  readonly from: number;
  readonly to?: number;
  readonly octets?: number;
}

export interface Lane {
  readonly id: number;
  readonly local: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly opened?: number;
  readonly secured?: number;
  readonly tls?: string;
  readonly protocol: string;
  readonly protocolSince?: number;
  readonly count: number;
  readonly before: number;
  readonly requests: readonly LaneRequest[];
  readonly octetsIn?: number;
  readonly octetsOut?: number;
  readonly closed?: number;
  readonly closedBy?: string;
}

/** A stretch of time on one lane. Without `to` it goes on. */
export interface Segment {
  readonly kind: string;
  readonly label: string;
  readonly title: string;
  readonly from: number;
  readonly to?: number;
}

/** Where it is drawn, in percent of the track. */
export interface Bar extends Segment {
  readonly left: number;
  readonly width: number;
}

export interface Timeline {
  /** By lane. */
  readonly bars: ReadonlyMap<number, readonly Bar[]>;
  readonly ticks: readonly { readonly left: number; readonly at: number }[];
  /** The first moment of the picture: the ticks count from it. */
  readonly zero: number;
  /** Requests that are too old to be drawn. */
  readonly left: number;
}
