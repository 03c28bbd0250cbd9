/** `mail-client fetch`: a mailbox read by POP3, from the command line to the exit code. */
import { runOnce, UsageError } from "@socketscope/host";
import { describeResponse } from "@socketscope/pop3";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { connectPop3, type Pop3Deadlines } from "./fetch/connect.ts";
import type { Exchange } from "./fetch/exchange.ts";
import type { Pop3Login } from "./fetch/login.ts";
import { fetchOptions, type FetchOptions, type Target } from "./fetch/options.ts";
import { FetchProgress } from "./fetch/progress.ts";
import { Retrieval } from "./fetch/retrieval.ts";
import { MaildirStore } from "./fetch/maildir-store.ts";
import { MboxStore } from "./fetch/mbox-store.ts";
import { Memory } from "./fetch/memory.ts";
import { OutputStore } from "./fetch/output-store.ts";
import type { Store } from "./fetch/store.ts";
import { interruptible } from "./interrupt.ts";
import { INSECURE, loginOf, reachOptions } from "./server-options.ts";
import { dialogueLine, explain, VERSION, type Terminal } from "./terminal.ts";

export async function fetchMail(): Promise<void> {
  await runOnce(
    {
      name: "mail-client fetch",
      version: VERSION,
      summary: "Reads a mailbox by POP3, on a socket you can see. Messages go to standard output.",
      examples: [
        "mail-client fetch -u bob@a.test --password-file pw --verbose",
        "mail-client fetch -u bob@a.test --password-file pw --maildir Mail --delete",
        "mail-client fetch -s pop.a.test:995 --tls-on-connect -u bob --mbox inbox",
      ],
      options: fetchOptions,
    },
    (options) => interruptible((interrupted) => fetch(options, process, interrupted)),
  );
}

export async function fetch(
  options: FetchOptions,
  terminal: Terminal,
  interrupted?: AbortSignal,
): Promise<number> {
  return new Fetching(options, terminal, interrupted).run();
}

class Fetching {
  readonly #options: FetchOptions;
  readonly #terminal: Terminal;
  readonly #interrupted: AbortSignal | undefined;
  readonly #progress: FetchProgress;

  constructor(options: FetchOptions, terminal: Terminal, interrupted: AbortSignal | undefined) {
    this.#options = options;
    this.#terminal = terminal;
    this.#interrupted = interrupted;
    // Messages on the same terminal would run into it.
    const shared = options.target.type !== "maildir" && terminal.stdout.isTTY === true;
    this.#progress = new FetchProgress(terminal, !options.silent && !shared);
  }

  async run(): Promise<number> {
    const login = await loginOf(this.#options.server);
    if (login === undefined) throw new UsageError("USAGE_MISSING", "give --user NAME");
    if (this.#options.server.insecure) this.#say(INSECURE);
    // First what may fail without the server.
    const store = await this.#openStore();
    try {
      const memory = await this.#openMemory(store, login.user);
      try {
        return await this.#fetch(store, memory, await this.#connect(login));
      } finally {
        await memory?.close();
      }
    } catch (error) {
      if (error instanceof UsageError) throw error;
      this.#complain(explain(error));
      return exitCodeOf(error);
    } finally {
      await store.close();
    }
  }

  async #openStore(): Promise<Store> {
    const { target } = this.#options;
    try {
      return await storeOf(target, this.#terminal);
    } catch (error) {
      if (target.type === "output") throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new UsageError("USAGE_FILE", `cannot write to ${target.path ?? "standard output"}: ${text}`, {
        cause: error,
      });
    }
  }

  async #openMemory(store: Store, user: string): Promise<Memory | undefined> {
    const { host, port } = this.#options.server.server;
    return store.memory === undefined
      ? undefined
      : Memory.open(store.memory, { server: `${host}:${port}`, user });
  }

  async #connect(login: Pop3Login): Promise<Exchange> {
    const { server, verbose } = this.#options;
    return connectPop3({
      ...(await reachOptions(server)),
      login,
      interrupted: this.#interrupted,
      ...(server.timeout !== undefined && { deadlines: allDeadlines(server.timeout) }),
      ...(verbose && { onDialogue: (line) => this.#say(dialogueLine(line)) }),
    });
  }

  async #fetch(store: Store, memory: Memory | undefined, exchange: Exchange): Promise<number> {
    const retrieval = new Retrieval(exchange, store, memory, this.#options, {
      expect: (messages, octets) => this.#progress.expect(messages, octets),
      add: (octets) => this.#progress.add(octets),
      done: () => this.#progress.done(),
      complain: (text) => this.#complain(text),
    });
    let exitCode: number | undefined;
    try {
      await retrieval.run();
    } catch (error) {
      this.#complain(explain(error));
      exitCode = exitCodeOf(error);
    }
    const { tally } = retrieval;
    const unremoved = await this.#quit(exchange, tally.marked);
    this.#progress.clear();
    if (!this.#options.silent)
      this.#summarise(
        `${count(tally.fetched, "message")} fetched (${tally.octets} octets) to ${store.name}` +
          (tally.known > 0 ? `; ${tally.known} here before` : "") +
          (tally.refused > 0 ? `; ${tally.refused} refused` : "") +
          (this.#options.remove ? `; ${unremoved ? 0 : tally.marked} removed from the server` : ""),
      );
    if (exitCode !== undefined) return exitCode;
    return tally.refused > 0 || unremoved ? EXIT.partial : EXIT.ok;
  }

  /** RFC 1939 §6: what is marked is removed behind QUIT, and only its +OK says so. True: that did not come. */
  async #quit(exchange: Exchange, marked: number): Promise<boolean> {
    let why: string | undefined = "the connection was lost before QUIT";
    if (exchange.mayQuit) {
      try {
        const response = await exchange.ask({ type: "quit" });
        why = response.good ? undefined : describeResponse(response);
      } catch (error) {
        why = explain(error);
      }
    }
    exchange.end();
    if (why === undefined || marked === 0) return false;
    this.#complain(`${count(marked, "message")} may still be on the server: ${why}`);
    return true;
  }

  /** Beside the messages only where they go elsewhere. */
  #summarise(text: string): void {
    const { stdout, stderr } = this.#terminal;
    const { target } = this.#options;
    const taken = target.type === "output" || (target.type === "mbox" && target.path === undefined);
    (taken ? stderr : stdout).write(`${text}\n`);
  }

  #complain(text: string): void {
    this.#progress.clear();
    this.#say(`mail-client: ${text}\n`);
  }

  #say(text: string): void {
    this.#terminal.stderr.write(text);
  }
}

async function storeOf(target: Target, { stdout }: Terminal): Promise<Store> {
  switch (target.type) {
    case "output":
      return new OutputStore(stdout, { mbox: false });
    case "mbox":
      return target.path === undefined
        ? new OutputStore(stdout, { mbox: true })
        : MboxStore.open(target.path);
    case "maildir":
      return MaildirStore.open(target.path);
  }
}

function allDeadlines(ms: number): Pop3Deadlines {
  return { connect: ms, tls: ms, command: ms, login: ms, content: ms, update: ms };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
