/** Our own sockets and our own HTTP. */
import { listenTcp } from "@socketscope/socket-core";
import { defaultServeClocks, serveHttp } from "@socketscope/web";
import type { Engine } from "./engine.ts";

export const hand: Engine = ({ host, port, handler, tls, tap, admission, idle, maxConnections, onError }) => {
  const clocks = { ...defaultServeClocks, idle: { ms: idle, from: "start" as const } };
  // RFC 7301: who offers HTTP/2 as well is told that we speak 1.1; who offers only that is refused in the handshake.
  const secured = tls && { ...tls, alpn: ["http/1.1"] };
  return listenTcp(
    { host, port, protocol: "http", tap, admission, maxConnections, ...(secured && { tls: secured }) },
    (stream) => serveHttp(stream, handler, { clocks, onError }),
  );
};
