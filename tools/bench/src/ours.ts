/** Our side, through the interface that our apps use: a handler, served by `serveHttp`. */
import { listenTcp, TapPoint, type Tap } from "@socketscope/socket-core";
import { defaultServeClocks, serveHttp, staticFiles, type Handler, type Response } from "@socketscope/web";
import { constant } from "./site.ts";

const clocks = { ...defaultServeClocks, idle: { ms: 600_000, from: "start" } } as const;

async function serve(handler: Handler, tap?: TapPoint): Promise<number> {
  const options = { host: "127.0.0.1", port: 0, protocol: "http", ...(tap === undefined ? {} : { tap }) };
  const onError = (error: unknown): void => console.error(error);
  const listener = await listenTcp(options, (stream) => serveHttp(stream, handler, { clocks, onError }));
  return listener.address.port;
}

const answer = (): Response => ({ status: 200, fields: ["Content-Type", "text/plain"], content: constant });

export const oursConstant = (): Promise<number> => serve(answer);

/** The same answer after a turn of the event loop's microtasks. */
export const oursLater = (): Promise<number> =>
  serve(async () => {
    await Promise.resolve();
    return answer();
  });

/** Nobody listens: what every app of ours runs with. */
export const oursUntapped = (): Promise<number> => serve(answer, new TapPoint());

/** Somebody listens and copies every octet into a buffer of its own, as a link to the inspector does. */
export const oursTapped = (): Promise<number> => {
  const point = new TapPoint();
  const copies = new Uint8Array(1024 * 1024);
  let at = 0;
  const tap: Tap = {
    opened() {},
    refused() {},
    speaks() {},
    bytes(_flow, _direction, octets) {
      if (at + octets.length > copies.length) at = 0;
      copies.set(octets, at);
      at += octets.length;
    },
    secured() {},
    closed() {},
  };
  point.attach(tap);
  return serve(answer, point);
};

const counted = async (octets: AsyncIterable<Uint8Array>): Promise<number> => {
  let total = 0;
  for await (const piece of octets) total += piece.length;
  return total;
};

/** Files, and a sink for PUT that tells how many octets it has seen. */
export const oursFiles = (folder: string): Promise<number> => {
  const files = staticFiles({ root: folder, typeOf: () => "application/octet-stream" });
  return serve((request) => {
    if (request.method !== "PUT") return files(request);
    return counted(request.body).then((total) => ({ status: 200, content: `${total}\n` }));
  });
};
