/** Our own sockets and our own HTTP. */
import { listenTcp, type TlsServerOptions } from "@socketscope/socket-core";
import { defaultServeClocks, serveHttp } from "@socketscope/web";
import type { Engine } from "./engine.ts";

export const hand: Engine = async ({ handler, tls, idle, onError, ...where }) => {
  const clocks = { ...defaultServeClocks, idle: { ms: idle, from: "start" as const } };
  const listener = await listenTcp(
    { ...where, protocol: "http", ...(tls && { tls: speakingHttp11(tls) }) },
    (stream) => serveHttp(stream, handler, { clocks, onError }),
  );
  return {
    address: listener.address,
    open: listener.open,
    drain: (ms) => listener.drain(ms),
    replaceTls: (replacement) => listener.replaceTls(speakingHttp11(replacement)),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
};

/** RFC 7301: who offers HTTP/2 as well is told that we speak 1.1; who offers only that is refused in the handshake. */
function speakingHttp11(tls: TlsServerOptions): TlsServerOptions {
  return { ...tls, alpn: ["http/1.1"] };
}
