/** Our own sockets and our own HTTP. */
import { listenTcp, type TlsServerOptions } from "@socketscope/socket-core";
import { defaultServeClocks, serveHttp } from "../serve.ts";
import { ALPN, type Engine } from "./engine.ts";

export const hand: Engine = async ({ handler, tls, idle, writeStall, onError, ...where }) => {
  const clocks = { ...defaultServeClocks, idle: { ms: idle, from: "start" as const } };
  const listener = await listenTcp(
    {
      ...where,
      protocol: "http",
      ...(tls && { tls: speakingHttp1(tls) }),
      ...(writeStall !== undefined && { limits: { writeStallMs: writeStall } }),
    },
    (stream) => serveHttp(stream, handler, { clocks, onError }),
  );
  return {
    address: listener.address,
    open: listener.open,
    drain: (ms) => listener.drain(ms),
    replaceTls: (replacement) => listener.replaceTls(speakingHttp1(replacement)),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
};

function speakingHttp1(tls: TlsServerOptions): TlsServerOptions {
  return { ...tls, alpn: ALPN };
}
