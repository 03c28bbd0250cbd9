/**
 * Taps a library engine (node:http, smtp-server, ftp-srv) by patching the instance it reads from. Call it with the
 * plain socket, and again with the TLSSocket once the library has one: the tap sees plaintext then.
 *
 * A tap is all that fits here. An intercept would have to hold what the library believes it has written, and its FIN,
 * and to stand still a handle that the library reads by itself: faults are for sockets of our own (see intercept.ts).
 */
import type { Duplex } from "node:stream";
import type { Flow } from "./flow.ts";
import type { TapPoint } from "./tap-point.ts";

export function tapSocket(socket: Duplex, flow: Flow, tap: TapPoint, engine: "http" | "other"): void {
  const push = socket.push.bind(socket);
  const write = socket.write.bind(socket);
  const end = socket.end.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array && chunk.length > 0) tap.bytes(flow, "in", chunk);
    return push(chunk, encoding);
  };
  socket.write = (chunk: unknown, ...rest: unknown[]) => {
    const octets = typeof chunk === "string" ? Buffer.from(chunk, encodingOf(rest[0])) : chunk;
    if (octets instanceof Uint8Array && octets.length > 0) tap.bytes(flow, "out", octets);
    const done = rest.find((value) => typeof value === "function");
    return typeof done === "function" ? write(octets, (error) => void done(error)) : write(octets);
  };
  // Node's end(chunk) writes its chunk past the instance's write().
  socket.end = (...rest: unknown[]) => {
    if (typeof rest[0] === "string" || rest[0] instanceof Uint8Array)
      socket.write(rest[0], encodingOf(rest[1]));
    const done = rest.find((value) => typeof value === "function");
    return typeof done === "function" ? end(() => void done()) : end();
  };
  if (engine === "http") {
    // node:http's parser reads straight from the handle until somebody listens for 'data'.
    socket.on("data", listenOnce);
    socket.off("data", listenOnce);
    socket.resume();
  }
}

function listenOnce(): void {
  // Its presence for a moment is what counts.
}

function encodingOf(value: unknown): BufferEncoding {
  return typeof value === "string" && Buffer.isEncoding(value) ? value : "utf8";
}
