/** PORT and EPRT: we connect, to the client itself and to no service of anybody (RFC 2577 §3: the bounce attack). */
import {
  connectTcp,
  SocketError,
  type Stream,
  type StreamLimits,
  type TapPoint,
} from "@socketscope/socket-core";
import type { DataAddress } from "@socketscope/ftp";
import type { DataChannel } from "./data-channel.ts";

export interface ActiveOptions {
  readonly control: Stream;
  readonly target: DataAddress;
  readonly tap: TapPoint;
  /** Milliseconds to connect in. */
  readonly connectMs: number;
  readonly limits: Partial<StreamLimits>;
}

/** Why we would not connect there; undefined: we would. */
export function refusalOfTarget(
  { host, port }: DataAddress,
  control: Stream,
  sameAddress: boolean,
): string | undefined {
  if (sameAddress && canonicalHost(host) !== canonicalHost(control.flow.remote.host))
    return "We connect to your own address only";
  // RFC 2577 §3: the ports below 1024 are those of services.
  return port < 1024 ? "We connect to no port below 1024" : undefined;
}

/** An IPv6 address has many forms; a URL knows one. */
export function canonicalHost(host: string): string {
  return host.includes(":") ? new URL(`http://[${host}]`).hostname : host.split(".").map(Number).join(".");
}

export function connectActive({ control, target, tap, connectMs, limits }: ActiveOptions): DataChannel {
  let opened: Stream | undefined;
  let closed = false;
  return {
    waitsForClient: false,
    ready: false,
    async open() {
      const { host, port } = target;
      opened = await connectTcp({
        host,
        port,
        protocol: "ftp-data",
        timeout: connectMs,
        tap,
        parent: control,
        limits,
      });
      const stream = opened;
      if (closed) {
        stream.destroy("we-ended");
        throw new SocketError("CLOSED", "the data connection was given up");
      }
      opened = undefined;
      return stream;
    },
    close() {
      closed = true;
      opened?.destroy("we-ended");
    },
  };
}
