/** Mail servers under measurement: our relay as its users start it, Postfix as Debian ships it, smtp-sink. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort, Postfix, SmtpSink } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { end, residentOctets, type Running, startNode, type Started } from "./running.ts";

export async function startMailServer(name: string, folder: string): Promise<Started> {
  switch (name) {
    case "smtp-sink":
      return stopped(name, await SmtpSink.start());
    case "Postfix":
      return stopped(name, await Postfix.start(await postfixSettings()));
    case "mail-relay":
      return MailRelay.start();
    default:
      return startNode(name, folder);
  }
}

function stopped(name: string, server: AsyncDisposable & { readonly port: number }): Started {
  return { name, port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Nothing but what holds it back: its limits for strangers, its DNS, its pause when more comes in than goes out. */
async function postfixSettings(): Promise<string[]> {
  return [
    "mynetworks=127.0.0.0/8",
    "default_transport=smtp",
    `relayhost=[127.0.0.1]:${await freePort()}`,
    "smtp_host_lookup=native",
    "smtpd_peername_lookup=no",
    "smtpd_client_connection_count_limit=0",
    "in_flow_delay=0",
  ];
}

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
const collector = fileURLToPath(new URL("./collector.js", import.meta.url));

/** The built app with its relay on, and a next hop that is down. */
export class MailRelay implements Running {
  readonly name = "mail-relay";
  readonly port: number;
  readonly state: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #own: string | undefined;

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    port: number,
    state: string,
    own?: string,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.port = port;
    this.state = state;
    this.#own = own;
  }

  /** Without a state folder: on a fresh one, that goes with it. */
  static async start(state?: string): Promise<MailRelay> {
    const own = state === undefined ? mkdtempSync(join(tmpdir(), "socketscope-bench-mail-")) : undefined;
    const folder = state ?? own ?? "";
    const off = ["submission", "smtps", "pop3", "pop3s", "web"].flatMap((port) => [`--${port}-port`, "off"]);
    const child = spawn(
      process.execPath,
      [
        "--expose-gc",
        "--import",
        collector,
        "apps/mail-relay/dist/main.js",
        "--json",
        "--log=off",
        "--host=127.0.0.1",
        "--port=0",
        `--state=${folder}`,
        ...off,
        "--max-connections=off",
        "--max-connections-per-address=off",
        "--relay",
        "--trust=127.0.0.1/32",
        `--route=far.test=127.0.0.1:${await freePort()}`,
      ],
      { cwd: workspace, stdio: ["ignore", "pipe", "inherit"] },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    const port = Number(/"name":"smtp","url":"smtp:\/\/[^"]*:(\d+)/.exec(String(value))?.[1]);
    if (!(port > 0)) throw new BenchError("SERVER", "mail-relay did not start");
    return new MailRelay(child, lines, port, folder, own);
  }

  async memory(): Promise<number> {
    for (let i = 0; i < 2; i++) {
      this.#child.kill("SIGUSR2");
      await this.#lines.next();
    }
    return residentOctets(this.#child.pid ?? 0);
  }

  /** Octets: the most it ever had, from /proc. */
  mostMemory(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    if (this.#own !== undefined) rmSync(this.#own, { recursive: true, force: true });
  }
}
