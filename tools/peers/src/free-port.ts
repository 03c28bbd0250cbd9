/** A port for a server that cannot choose one itself and say which. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { PeerError } from "./peer-error.ts";

/**
 * Below those that Linux hands out to connections and to whoever asks for port 0 (32768 and up): a test that runs
 * beside this one cannot be given it between our look and the server's bind.
 */
const FIRST = 10_000;
const LAST = 32_000;
const TRIES = 100;

/** Throws PeerError NOT_READY when there is none. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST);
    if (await binds(host, port)) return port;
  }
  throw new PeerError("NOT_READY", `no free port on ${host} in ${TRIES} tries`);
}

function binds(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, host, () => {
      server.close(() => resolve(true));
    });
  });
}
