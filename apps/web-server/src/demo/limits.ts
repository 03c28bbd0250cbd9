/** Everything the demo site keeps has an end. */

export interface DemoLimits {
  /** Browsers remembered; the one that was silent longest is forgotten first. Default 256. */
  readonly visits: number;
  /** Milliseconds of silence after which a browser is forgotten. Default 30 minutes. */
  readonly visitMs: number;
  /** Sockets remembered of one browser, closed ones forgotten first. Default 32. */
  readonly lanes: number;
  /** Requests drawn of one socket; older ones are only counted. Default 48. */
  readonly requests: number;
  /** Page loads remembered of one browser. Default 8. */
  readonly loads: number;
  /** Connections whose opening is remembered, in all; of those beyond nothing is claimed. Default 16,384. */
  readonly flows: number;
  /** Event streams open at the same time, in all. Default 256. */
  readonly feeds: number;
  /** Event streams of one browser. Default 12. */
  readonly feedsPerVisit: number;
  /** Milliseconds that news of sockets are gathered before they are sent. Default 150. */
  readonly gatherMs: number;
  /** Milliseconds between two ticks of the clock. Default 1,000. */
  readonly tickMs: number;
}

export const DEMO_LIMITS: DemoLimits = {
  visits: 256,
  visitMs: 30 * 60 * 1000,
  lanes: 32,
  requests: 48,
  loads: 8,
  flows: 16_384,
  feeds: 256,
  feedsPerVisit: 12,
  gatherMs: 150,
  tickMs: 1000,
};
