/** Mail servers under measurement: our relay as its users start it, Postfix as Debian ships it, smtp-sink. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, Postfix, SmtpSink } from "@socketscope/peers";
import { BuiltApp } from "./built-app.ts";
import { type Running, startNode, type Started } from "./running.ts";

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

/** The built app with its relay on, and a next hop that is down. */
export class MailRelay implements Running {
  readonly name = "mail-relay";
  readonly state: string;
  readonly #app: BuiltApp;
  readonly #own: string | undefined;

  private constructor(app: BuiltApp, state: string, own: string | undefined) {
    this.#app = app;
    this.state = state;
    this.#own = own;
  }

  /** Without a state folder: on a fresh one, that goes with it. */
  static async start(state?: string, more: readonly string[] = []): Promise<MailRelay> {
    const own = state === undefined ? mkdtempSync(join(tmpdir(), "socketscope-bench-mail-")) : undefined;
    const folder = state ?? own ?? "";
    const off = ["submission", "smtps", "pop3", "pop3s", "web"].map((port) => `--${port}-port=off`);
    const route = `--route=far.test=127.0.0.1:${await freePort()}`;
    const args = ["--port=0", `--state=${folder}`, ...off, "--relay", "--trust=127.0.0.1/32", route, ...more];
    return new MailRelay(await BuiltApp.start("mail-relay", args), folder, own);
  }

  get port(): number {
    return this.#app.port;
  }
  memory(): Promise<number> {
    return this.#app.memory();
  }
  mostMemory(): number {
    return this.#app.mostMemory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
    if (this.#own !== undefined) rmSync(this.#own, { recursive: true, force: true });
  }
}
