/** Load by smtp-source, Postfix's own; a reply that is no success ends it, and the run is worth nothing. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { MESSAGE_OCTETS, type MailCase } from "./mail-cases.ts";
import type { Started } from "./running.ts";

const runFile = promisify(execFile);

export interface Sending {
  readonly sessions: number;
  readonly reused: boolean;
  readonly messages: number;
  /** Octets. Default {@link MESSAGE_OCTETS}. */
  readonly size?: number;
}

/** Seconds that it took. */
export async function send(port: number, { sessions, reused, messages, size }: Sending): Promise<number> {
  const program = findProgram("smtp-source");
  if (program === undefined)
    throw new BenchError("MISSING", "smtp-source is not installed, see tools/setup-clients.sh");
  const amount = ["-s", `${sessions}`, "-m", `${messages}`, "-l", `${size ?? MESSAGE_OCTETS}`];
  const envelope = ["-f", "ann@near.test", "-t", "bob@far.test"];
  const args = [...(reused ? ["-d"] : []), ...amount, ...envelope, `127.0.0.1:${port}`];
  const begun = performance.now();
  await runFile(program, args, { timeout: 120_000 }).catch((error: unknown) => {
    throw new BenchError("LOAD", `smtp-source: ${error instanceof Error ? error.message : String(error)}`);
  });
  return (performance.now() - begun) / 1000;
}

/** smtp-source counts messages, not seconds: as many as the server took in the time before. */
export class MailLoad {
  readonly #case: Pick<MailCase, "sessions" | "reused">;
  readonly #rates = new Map<string, number>();

  constructor(one: Pick<MailCase, "sessions" | "reused">) {
    this.#case = one;
  }

  /** Messages a second. */
  async run({ name, port }: Started, seconds: number): Promise<number> {
    const { sessions } = this.#case;
    let rate = this.#rates.get(name);
    for (;;) {
      const messages = Math.max(sessions * 5, Math.round((rate ?? 0) * seconds));
      const took = await send(port, { ...this.#case, messages });
      const reached = messages / took;
      this.#rates.set(name, reached);
      // Too short to be worth anything: the first guess was low.
      if (took >= seconds / 2) return reached;
      rate = Math.min(reached, (messages / seconds) * 10);
    }
  }
}
