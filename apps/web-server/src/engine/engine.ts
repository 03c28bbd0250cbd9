/** What an engine is: something that answers on one address with a handler. Which one it is, nobody else needs to know. */
import type { Admission, Listener, TapPoint, TlsServerOptions } from "@socketscope/socket-core";
import type { Handler } from "@socketscope/web";

export interface EngineOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly handler: Handler;
  readonly tls?: TlsServerOptions | undefined;
  readonly tap: TapPoint;
  readonly admission: Admission;
  /** Networks whose connections begin with a PROXY header, and stand for the client it names. Default none. */
  readonly proxyFrom?: readonly string[];
  /** Milliseconds a connection may rest between two requests. */
  readonly idle: number;
  readonly maxConnections: number;
  /** A handler of ours failed; the client got 500. */
  readonly onError: (error: unknown) => void;
}

export type Engine = (options: EngineOptions) => Promise<Listener>;
