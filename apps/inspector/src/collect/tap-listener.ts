/**
 * Where the taps of running servers come in: a socket in the state folder that only its user can open, and, where asked
 * for, a TCP port that wants a token. Each link is one program.
 */
import { timingSafeEqual } from "node:crypto";
import { chmod, lstat, rm } from "node:fs/promises";
import { codeOf, INSPECTOR_SOCKET, type Log, StateError, type StateFolder } from "@socketscope/host";
import { LinkReader, type TapRecord } from "@socketscope/recording";
import { type Listener, listenTcp, type Stream } from "@socketscope/socket-core";
import type { Store } from "../store/store.ts";

export interface TapListenerOptions {
  readonly store: Store;
  readonly log: Log;
}

/** Programs at once. */
const MAX_LINKS = 256;
/** Milliseconds in which a program must say who it is. */
const HELLO_MS = 10_000;

export async function listenInState(state: StateFolder, options: TapListenerOptions): Promise<Listener> {
  const path = state.socket(INSPECTOR_SOCKET);
  await removeStale(path);
  const listener = await listenTcp(
    { path, host: "", port: 0, protocol: "tap", maxConnections: MAX_LINKS },
    (stream) => takeLink(stream, options, undefined),
  );
  await chmod(path, 0o600);
  return listener;
}

/** `token`: without it a program is let go of at once. */
export function listenOnPort(
  address: { readonly host: string; readonly port: number },
  token: string,
  options: TapListenerOptions,
): Promise<Listener> {
  return listenTcp({ ...address, protocol: "tap", maxConnections: MAX_LINKS }, (stream) =>
    takeLink(stream, options, token),
  );
}

async function removeStale(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket())
      throw new StateError(
        "STATE_IN_THE_WAY",
        `${path} is no socket: move it away, or choose another --state DIR`,
      );
    await rm(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function takeLink(stream: Stream, { store, log }: TapListenerOptions, token: string | undefined): void {
  const reader = new LinkReader();
  let source: number | undefined;
  const take = (record: TapRecord): void => {
    if (source !== undefined) {
      if (record.type !== "source") store.take(source, record);
      return;
    }
    if (record.type !== "source" || !knows(record.token, token)) {
      log.warn("a tap link was refused: it does not know the token, or does not say who it is");
      stream.destroy("protocol");
      return;
    }
    stream.deadline = Infinity;
    source = store.addSource(record, token === undefined);
  };
  const read = (octets: Uint8Array): void => {
    try {
      reader.push(octets);
      for (let record = reader.next(); record !== undefined; record = reader.next()) take(record);
    } catch (error) {
      log.warn(`a tap link is cut off: ${error instanceof Error ? error.message : "it cannot be read"}`);
      stream.destroy("protocol");
    }
  };
  stream.deadline = performance.now() + HELLO_MS;
  stream.attach({
    data: read,
    // What is kept of them the reader copies.
    borrow(octets) {
      read(octets);
      return true;
    },
    ended: () => stream.linger("peer-ended"),
    drain: () => undefined,
    late: () => stream.destroy("timeout"),
    finish: () => stream.destroy("drained"),
    closed: () => {
      if (source !== undefined) store.removeSource(source);
    },
  });
}

function knows(said: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const a = Buffer.from(said ?? "");
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
