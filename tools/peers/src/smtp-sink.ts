/** Postfix's smtp-sink: takes every message in one process and throws it away. The ceiling of what can be sent. */
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { PeerError } from "./peer-error.ts";
import { PeerProcess } from "./peer-process.ts";

export class SmtpSink implements AsyncDisposable {
  readonly port: number;
  readonly #process: PeerProcess;

  private constructor(process: PeerProcess, port: number) {
    this.#process = process;
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
    const running = new PeerProcess(program, [...user, ...options, `127.0.0.1:${port}`, "1000"]);
    await running.answersOn(port);
    return new SmtpSink(running, port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
