/** A server of ours under soak: started as its users start it, with a way to have its garbage collected. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { descriptors, ports, residentOctets } from "./process-view.ts";
import { SoakError } from "./soak-error.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
/** Run as source, the server is run as source, unless it was just built; built, it is the built one. */
const isSource = import.meta.url.endsWith(".ts") && process.env["TESTKIT_FROM"] !== "dist";
const preloaded = (name: string): string =>
  fileURLToPath(new URL(isSource ? `../src/${name}.ts` : `../dist/${name}.js`, import.meta.url));

export type AppName = "web-server" | "mail-relay" | "file-transfer" | "video-streamer" | "inspector";

export interface Held {
  /** Octets of resident memory, after its garbage is collected. */
  readonly memory: number;
  readonly descriptors: number;
  readonly ports: readonly string[];
}

/** Milliseconds from SIGTERM to SIGKILL: longer than any drain. */
const DRAIN = 20_000;

export class SoakedApp {
  readonly name: AppName;
  readonly ca: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ready: string;
  readonly #exited: Promise<readonly [code: number | null, signal: string | null]>;

  private constructor(name: AppName, child: ChildProcess, lines: AsyncIterator<string>, ready: string) {
    this.name = name;
    this.#child = child;
    this.#lines = lines;
    this.#ready = ready;
    this.ca = /"ca":"([^"]+)"/.exec(ready)?.[1] ?? "";
    this.#exited = once(child, "exit").then(([code, signal]: unknown[]) => [
      typeof code === "number" ? code : null,
      typeof signal === "string" ? signal : null,
    ]);
  }

  /** Throws SoakError SERVER. */
  static async start(name: AppName, args: readonly string[], leaks: boolean): Promise<SoakedApp> {
    const source = ["--import", "tsx", "--conditions=@socketscope/source"];
    const child = spawn(
      process.execPath,
      [
        "--expose-gc",
        ...(isSource ? source : []),
        ...["collector", ...(leaks ? ["leak"] : [])].flatMap((one) => ["--import", preloaded(one)]),
        isSource ? `apps/${name}/src/main.ts` : `apps/${name}/dist/main.js`,
        "--json",
        "--log=off",
        "--host=127.0.0.1",
        ...args,
      ],
      // A terminal's Ctrl+C goes to the whole group: the servers end when the soak says so, or nothing is seen of it.
      { cwd: workspace, stdio: ["pipe", "pipe", "inherit"], detached: true },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ready = String((await nextLine(child, lines)).value);
    if (!ready.startsWith('{"ready":true')) throw new SoakError("SERVER", `${name} did not start: ${ready}`);
    return new SoakedApp(name, child, lines, ready);
  }

  /** Of the listener of that name. */
  port(listener: string): number {
    return Number(new RegExp(`"name":"${listener}","url":"[^"]*:(\\d+)`).exec(this.#ready)?.[1]);
  }

  /** Once what its clients have left is let go of, or will not be: asked until it stands still. */
  async held(): Promise<Held> {
    const pid = this.#child.pid ?? 0;
    let last: Held | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const now = { memory: await this.#collected(pid), descriptors: descriptors(pid), ports: ports(pid) };
      const stands = last !== undefined && last.descriptors === now.descriptors;
      if (stands && Math.abs(now.memory - (last?.memory ?? 0)) < MiB) return now;
      last = now;
      await pause(300);
    }
    return last ?? { memory: 0, descriptors: 0, ports: [] };
  }

  async #collected(pid: number): Promise<number> {
    // Twice: what the first collection finalizes, the second frees.
    for (let i = 0; i < 2; i++) {
      this.#child.kill("SIGUSR2");
      await nextLine(this.#child, this.#lines);
    }
    return residentOctets(pid);
  }

  descriptors(): number {
    return descriptors(this.#child.pid ?? 0);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** SIGTERM: resolves with its exit code, or with the signal that ended it. */
  async drain(): Promise<string> {
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), DRAIN);
    const [code, signal] = await this.#exited;
    clearTimeout(late);
    return String(code ?? signal);
  }
}

/** Milliseconds for a line of a server: one that says nothing for so long is ended, and has no more lines. */
const SILENT = 60_000;

async function nextLine(child: ChildProcess, lines: AsyncIterator<string>): Promise<IteratorResult<string>> {
  const late = setTimeout(() => child.kill("SIGKILL"), SILENT);
  try {
    return await lines.next();
  } finally {
    clearTimeout(late);
  }
}

const TRIES = 12;
const MiB = 1024 * 1024;
