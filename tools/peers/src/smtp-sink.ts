/** Postfix's smtp-sink: takes every message in one process and throws it away. The ceiling of what can be sent. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { PeerError } from "./peer-error.ts";

export class SmtpSink implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** `options`: further ones of its own, such as `-d FILE`. Throws PeerError. */
  static async start(options: readonly string[] = []): Promise<SmtpSink> {
    const program = findProgram("smtp-sink");
    if (program === undefined)
      throw new PeerError("NOT_INSTALLED", "smtp-sink is not installed, see tools/setup-clients.sh");
    const port = await freePort();
    // Started by root, it insists on another user.
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const child = spawn(program, [...user, ...options, `127.0.0.1:${port}`, "1000"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (octets: Buffer) => (said += octets.toString()));
    const failed = once(child, "exit").then(() => {
      throw new PeerError("NOT_READY", `smtp-sink did not start: ${said}`);
    });
    failed.catch(() => undefined);
    while (!(await Promise.race([answers(port), failed]))) await pause(20);
    return new SmtpSink(child, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
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
