/** Our own sockets and our own SMTP. */
import { listenTcp } from "@socketscope/socket-core";
import type { Engine } from "./engine.ts";
import { serveSmtp } from "./hand-session.ts";

export const hand: Engine = async (options) => {
  const { host, port, role, tls, tap, intercept, admission, proxyFrom, limits } = options;
  const fromTheFirstOctet = role === "smtps" && tls !== undefined;
  let current = options;
  const listener = await listenTcp(
    {
      host,
      port,
      protocol: "smtp",
      sharedReads: true,
      tap,
      admission,
      maxConnections: limits.maxConnections,
      ...(fromTheFirstOctet && { tls }),
      ...(intercept !== undefined && { intercept }),
      ...(proxyFrom !== undefined && { proxyFrom }),
    },
    (stream) => serveSmtp(stream, current),
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
