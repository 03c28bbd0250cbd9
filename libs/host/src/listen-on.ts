/** One listener of a program: the same port on every `--host`, opened together or not at all. */
import { type Listener, SocketError } from "@socketscope/socket-core";
import { codeOf } from "./errors.ts";
import type { Log } from "./log.ts";
import { explainListenError } from "./port-holder.ts";

export interface ListenOnOptions {
  readonly hosts: readonly string[];
  /** 0: any that is free on every host. */
  readonly port: number;
  /** How another port is chosen, for messages: "--https-port N". */
  readonly option: string;
  readonly log: Log;
}

/** A port that is free on one address may be taken on the next; so often another is tried. */
const ATTEMPTS = 8;

/** Throws {@link ListenError} with who holds the port; then nothing is left open. */
export async function listenOn(
  options: ListenOnOptions,
  listen: (host: string, port: number) => Promise<Listener>,
): Promise<Listener[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(options, listen);
    } catch (error) {
      const taken = options.port === 0 && causeOf(error) === "EADDRINUSE";
      if (!taken || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function listenOnce(
  options: ListenOnOptions,
  listen: (host: string, port: number) => Promise<Listener>,
): Promise<Listener[]> {
  const { hosts, option, log } = options;
  const open: Listener[] = [];
  let { port } = options;
  for (const host of hosts) {
    try {
      const listener = await listen(host, port);
      open.push(listener);
      port = listener.address.port;
    } catch (error) {
      // A machine or container without IPv6 still has the other half of the default.
      if (host === "::1" && hosts.length > 1 && isWithoutIpv6(error)) {
        log.warn("this machine has no IPv6: listening without ::1");
        continue;
      }
      await Promise.all(open.map((listener) => listener.drain(0)));
      throw explainListenError(error, { host, port, option });
    }
  }
  return open;
}

function isWithoutIpv6(error: unknown): boolean {
  return ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(causeOf(error) ?? "");
}

/** The system's code, under whatever it was wrapped in. */
function causeOf(error: unknown): string | undefined {
  if (error instanceof SocketError || (error instanceof Error && error.cause !== undefined))
    return causeOf(error.cause);
  return codeOf(error);
}
