/** How a data connection comes about: prepared by PASV, EPSV, PORT or EPRT, opened by the transfer, given back on every path. */
import type { Stream } from "@socketscope/socket-core";

export interface DataChannel {
  /** `open` does nothing by itself: the client connects. */
  readonly waitsForClient: boolean;
  /** `open` has a connection at once. */
  readonly ready: boolean;
  /** The connection, at once or when it is there. Rejects with SocketError where none comes in time. */
  open(): Promise<Stream>;
  /** Nothing is listened for any more; a connection that nobody has taken is closed. Harmless twice. */
  close(): void;
}

/** Both ends belong to it: `--passive-ports 50000-50099`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}
