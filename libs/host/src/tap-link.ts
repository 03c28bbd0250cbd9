/**
 * The line from a server to an inspector: tried again and again, so that either may be started first, and the server runs
 * just the same without it. The tap is attached only while somebody listens.
 */
import { join } from "node:path";
import { connectTcp, type Stream, type TapPoint } from "@socketscope/socket-core";
import type { InspectTarget } from "./option-kinds.ts";
import type { Ready } from "./ready.ts";
import { CHUNKS_PER_SECOND, tapBudgetOf } from "./tap-budget.ts";
import { TapSender } from "./tap-sender.ts";
import { TapWireSender } from "./tap-wire-sender.ts";

/** Name of the inspector's socket in the state folder. */
export const INSPECTOR_SOCKET = "inspector.sock";

export interface TapLinkOptions {
  readonly target: InspectTarget;
  /** Chunks a second that are carried whole in the long run; "off": all that the inspector takes. Default 2,000. */
  readonly budget?: number | "off";
  /** The layer below TLS, and TLS's keys, as well. Default false: then neither leaves the process. */
  readonly wire?: boolean;
  readonly ready: Ready;
  readonly taps: readonly TapPoint[];
}

export interface TapLink {
  /**
   * Resolves when an inspector that runs here hears everything from then on, or is not there. One on another machine may be
   * found later: no server waits for it longer than for a moment.
   */
  readonly tried: Promise<void>;
  /** Sends what was told until now, and ends. */
  close(): void;
}

/** Milliseconds between two tries on the local socket: failing costs a system call. */
const LOCAL_PAUSE = 500;
const REMOTE_PAUSE = 5000;
/** Milliseconds a try may take. */
const CONNECT_TIMEOUT = 5000;
/** Milliseconds that somebody waits for the first try on another machine. */
const MOMENT = 500;

export function openTapLink(options: TapLinkOptions): TapLink {
  const { target } = options;
  if (target.to === "off") return { tried: Promise.resolve(), close: () => undefined };
  return new Link(options);
}

class Link implements TapLink {
  readonly tried: Promise<void>;
  readonly #options: TapLinkOptions;
  #stream: Stream | undefined;
  #sender: TapSender | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: TapLinkOptions) {
    this.#options = options;
    const first = this.#try();
    const moment = new Promise<void>((resolve) => void setTimeout(resolve, MOMENT).unref());
    // Here the system answers at once: a moment may only pass because this program itself was kept from running.
    this.tried = options.target.to === "tcp" ? Promise.race([first, moment]) : first;
  }

  #try(): Promise<void> {
    return this.#connect().then(
      (stream) => this.#connected(stream),
      () => this.#again(),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    // Behind this turn: the end of the last flows is news, too.
    setImmediate(() => {
      this.#sender?.flush();
      this.#stream?.linger("we-ended");
    });
  }

  #connect(): Promise<Stream> {
    const { target, ready } = this.#options;
    const common = { protocol: "tap", timeout: CONNECT_TIMEOUT };
    return target.to === "tcp"
      ? connectTcp({ ...common, host: target.host, port: target.port })
      : connectTcp({ ...common, host: "", port: 0, path: join(ready.state, INSPECTOR_SOCKET) });
  }

  #connected(stream: Stream): void {
    if (this.#closed) return stream.destroy("we-ended");
    this.#stream = stream;
    const { target, budget: rate = CHUNKS_PER_SECOND, wire, ready, taps } = this.#options;
    const budget = rate === "off" ? undefined : tapBudgetOf(rate);
    const sender = new TapSender(stream, budget === undefined ? {} : { budget });
    this.#sender = sender;
    let detach = (): void => undefined;
    stream.attach({
      data: () => undefined,
      ended: () => stream.destroy("peer-ended"),
      drain: () => undefined,
      late: () => undefined,
      finish: () => undefined,
      closed: () => {
        detach();
        sender.close();
        this.#sender = undefined;
        this.#stream = undefined;
        this.#again();
      },
    });
    const { app, version, engine, listeners } = ready;
    sender.send({
      type: "source",
      app,
      version,
      engine,
      pid: process.pid,
      listeners,
      ...(target.to === "tcp" && { token: target.token }),
    });
    const detaches = taps.map((tap) => tap.attach(sender));
    if (wire === true) {
      const below = new TapWireSender(sender, budget);
      detaches.push(...taps.map((tap) => tap.attachWire(below)));
    }
    detach = () => {
      for (const each of detaches) each();
    };
  }

  #again(): void {
    if (this.#closed) return;
    const pause = this.#options.target.to === "tcp" ? REMOTE_PAUSE : LOCAL_PAUSE;
    this.#timer = setTimeout(() => void this.#try(), pause);
    this.#timer.unref();
  }
}
