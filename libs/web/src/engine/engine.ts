/** What an engine is: something that answers on one address with a handler. Which one it is, nobody else needs to know. */
import type { Admission, Intercept, Listener, TapPoint, TlsServerOptions } from "@socketscope/socket-core";
import type { Handler } from "../handler.ts";

/**
 * RFC 7301 §3.2: who offers HTTP/2 as well is told that we speak 1.1, who offers only that is refused in the
 * handshake. 1.0 stands there too: `curl --http1.0` offers nothing else.
 */
export const ALPN: string[] = ["http/1.1", "http/1.0"];

export interface EngineOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly handler: Handler;
  readonly tls?: TlsServerOptions | undefined;
  readonly tap: TapPoint;
  /** Obeyed where the sockets are ours; a library's are not to be intercepted. */
  readonly intercept?: Intercept;
  readonly admission: Admission;
  /** Networks whose connections begin with a PROXY header, and stand for the client it names. Default none. */
  readonly proxyFrom?: readonly string[];
  /** Milliseconds a connection may rest between two requests. */
  readonly idle: number;
  readonly maxConnections: number;
  /** Milliseconds in which a client must take something of what is queued for it. Default 30 s. */
  readonly writeStall?: number;
  /** A handler of ours failed; the client got 500. */
  readonly onError: (error: unknown) => void;
}

export type Engine = (options: EngineOptions) => Promise<Listener>;
