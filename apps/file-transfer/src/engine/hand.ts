/** Our own sockets and our own FTP. */
import { listenTcp, type Stream, type TlsServerOptions } from "@socketscope/socket-core";
import type { Engine, EngineOptions } from "./engine.ts";
import { serveFtp } from "./hand-session.ts";

export const hand: Engine = async (options) => {
  const { host, port, role, tls, tap, intercept, admission, proxyFrom, limits } = options;
  const fromTheFirstOctet = role === "ftps" && tls !== undefined && !isOneForEach(options);
  let current = options;
  const listener = await listenTcp(
    {
      host,
      port,
      protocol: "ftp",
      sharedReads: true,
      tap,
      admission,
      maxConnections: limits.maxConnections,
      ...(fromTheFirstOctet && { tls }),
      ...(intercept !== undefined && { intercept }),
      ...(proxyFrom !== undefined && { proxyFrom }),
    },
    (stream) => begin(stream, current),
  );
  return {
    address: listener.address,
    open: listener.open,
    drain: (ms) => listener.drain(ms),
    replaceTls(replacement) {
      current = { ...current, tls: replacement };
      if (fromTheFirstOctet) listener.replaceTls(replacement);
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
};

/** TLS is not the same for all connections of the listener. */
function isOneForEach({ requireSessionReuse, ccc }: EngineOptions): boolean {
  return requireSessionReuse || ccc;
}

function begin(stream: Stream, options: EngineOptions): void {
  const { role, tls, requireSessionReuse, ccc } = options;
  if (tls === undefined || !isOneForEach(options)) return serveFtp(stream, options);
  // What a control connection's tickets open is known by nobody else: a session that resumes is its own, or its data's.
  const own: TlsServerOptions = requireSessionReuse ? { ...tls, ownTickets: true } : tls;
  const serve = (): void => serveFtp(stream, { ...options, tls: own });
  if (role === "ftp") return serve();
  stream.secureWith(own, { mayLeave: ccc }).then(serve, () => stream.destroy("io"));
}
