/** RFC 6455 §10.4: what one peer may make us hold or count. Going over one fails the connection with 1009. */

export interface WebSocketLimits {
  /** Octets of payload in one data frame. Default 16 MiB; nothing is buffered for it. */
  readonly maxFrame: number;
  /** Octets of payload in one message, all fragments together. Default 16 MiB; nothing is buffered for it. */
  readonly maxMessage: number;
  /** Frames of one message, empty ones included. Default 4,096. */
  readonly maxFragments: number;
}

export const WEBSOCKET_LIMITS: WebSocketLimits = {
  maxFrame: 16 * 1024 * 1024,
  maxMessage: 16 * 1024 * 1024,
  maxFragments: 4096,
};
