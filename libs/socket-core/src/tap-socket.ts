/**
 * Taps a library engine (node:http, smtp-server, ftp-srv) by patching the instance it reads from. Call it with the
 * plain socket, and again with the TLSSocket once the library has one: the tap sees plaintext then.
 */
import type { Duplex } from "node:stream";
import type { Flow } from "./flow.ts";
import type { TapPoint } from "./tap-point.ts";

export function tapSocket(socket: Duplex, flow: Flow, tap: TapPoint, engine: "http" | "other"): void {
  const push = socket.push.bind(socket);
  const write = socket.write.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array && chunk.length > 0) tap.bytes(flow, "in", chunk);
    return push(chunk, encoding);
  };
  // end(chunk) comes through write as well.
  socket.write = (chunk: unknown, ...rest: unknown[]) => {
    const encoding = typeof rest[0] === "string" && Buffer.isEncoding(rest[0]) ? rest[0] : "utf8";
    const octets = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    if (octets instanceof Uint8Array && octets.length > 0) tap.bytes(flow, "out", octets);
    const done = rest.find((value) => typeof value === "function");
    return typeof done === "function" ? write(octets, (error) => void done(error)) : write(octets);
  };
  if (engine === "http") {
    // node:http's parser reads straight from the handle until somebody listens for 'data'.
    const listen = (): void => {};
    socket.on("data", listen);
    socket.off("data", listen);
    socket.resume();
  }
}
