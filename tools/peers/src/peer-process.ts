/** A server of somebody else's as a child of ours: there when its port answers, and gone when we say so. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { endsWithUs } from "./ends-with-us.ts";
import { PeerError } from "./peer-error.ts";

/** Milliseconds until its port answers. */
const READY = 60_000;
/** Milliseconds between SIGTERM and SIGKILL. */
const STOPPED = 60_000;

export class PeerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #folder: string | undefined;
  #said = "";
  #over: string | undefined;

  /** `folder`: its own, which goes when it has gone. */
  constructor(program: string, args: readonly string[], folder?: string) {
    this.#name = program;
    this.#folder = folder;
    this.#child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    endsWithUs(this.#child);
    this.#child.stderr?.on("data", (octets: Buffer) => (this.#said = (this.#said + octets).slice(-10_000)));
    this.#child.once("error", (error) => (this.#over = error.message));
    this.#child.once("exit", (code, signal) => (this.#over ??= `it ended (${code ?? signal})`));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws PeerError NOT_READY, and has stopped it then. */
  async answersOn(port: number): Promise<void> {
    const end = performance.now() + READY;
    while (!(await answers(port))) {
      if (this.#over === undefined && performance.now() < end) {
        await pause(20);
        continue;
      }
      await this[Symbol.asyncDispose]();
      const why = this.#over ?? `nobody answers on port ${port}`;
      throw new PeerError("NOT_READY", `${this.#name} did not start: ${why} ${this.#said}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over === undefined) await this.#stop();
    if (this.#folder !== undefined)
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), STOPPED);
    await gone;
    clearTimeout(late);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
