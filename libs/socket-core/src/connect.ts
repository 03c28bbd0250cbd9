/** A TCP client connection, in the clear or under TLS. */
import { connect } from "node:net";
import { asSocketError, SocketError } from "./errors.ts";
import { nextFlowId } from "./flow-id.ts";
import type { Stream } from "./stream.ts";
import { TapPoint } from "./tap-point.ts";
import { defaultStreamLimits, type StreamLimits } from "./stream-limits.ts";
import { TcpStream } from "./tcp-stream.ts";
import type { TlsClientOptions } from "./tls.ts";

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** A UNIX socket instead of host and port. */
  readonly path?: string;
  readonly protocol: string;
  /** Milliseconds for name, connection and TLS together. */
  readonly timeout: number;
  readonly tls?: TlsClientOptions;
  readonly tap?: TapPoint;
  /** Sees the octets as TCP carries them, below TLS: its records. */
  readonly wireTap?: TapPoint;
  readonly parent?: Stream;
  readonly limits?: Partial<StreamLimits>;
}

/** Rejects with SocketError. */
export async function connectTcp(options: ConnectOptions): Promise<Stream> {
  const { host, port, path } = options;
  const what = path === undefined ? `connecting to ${host} port ${port}` : `connecting to ${path}`;
  const socket = connect({ ...(path === undefined ? { host, port } : { path }), allowHalfOpen: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      socket.destroy();
      reject(new SocketError("TIMED_OUT", `${what}: no answer within ${options.timeout} ms`));
    }, options.timeout);
  });
  try {
    return await Promise.race([late, open()]);
  } finally {
    clearTimeout(timer);
  }

  async function open(): Promise<Stream> {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(asSocketError(error, what)));
      socket.once("close", () => reject(new SocketError("CLOSED", `${what}: closed before it was open`)));
    });
    const stream = new TcpStream(
      socket,
      {
        id: nextFlowId(),
        transport: "tcp",
        local: { host: socket.localAddress ?? "", port: socket.localPort ?? 0 },
        remote: { host: socket.remoteAddress ?? path ?? host, port: socket.remotePort ?? port },
        ...(options.parent && { parent: options.parent.flow.id }),
      },
      options.tap ?? new TapPoint(),
      { ...defaultStreamLimits, ...options.limits },
      undefined,
      options.wireTap,
    );
    options.parent?.adopt(stream);
    if (options.tls !== undefined) await stream.secureWith(options.tls);
    stream.speaks(options.protocol);
    return stream;
  }
}
