/** Runs every server under a mixed load of real clients, and holds what they kept against what they held before. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "./client.ts";
import { drainAll } from "./drain.ts";
import { fileLoads } from "./loads/files.ts";
import type { Load, Room } from "./loads/load.ts";
import { mailLoads } from "./loads/mail.ts";
import { Datagrams, videoLoads } from "./loads/video.ts";
import { webLoads } from "./loads/web.ts";
import type { AppRow, LoadRow, Report } from "./report.ts";
import { type AppName, type Held, SoakedApp } from "./soaked-app.ts";
import { SoakError } from "./soak-error.ts";

export interface SoakOptions {
  /** Of load, after `warmUp` seconds of it: what is set up once is no leak. */
  readonly seconds: number;
  readonly warmUp: number;
  /** The control: servers that keep something of each connection. */
  readonly leaks: boolean;
  /** Ends the load before its time: what runs is ended as after a whole one, and what was seen is told. */
  readonly stopped?: AbortSignal;
  /** Ends the servers at once, and all with them. */
  readonly cut?: AbortSignal;
  /** The load that counts begins. */
  readonly begins?: () => void;
}

/** Milliseconds between two rounds of one load: the machine is shared by all of them. */
const REST = 150;
/** Of one load: more, and it does not go on. */
const MAX_FAILURES = 5;

const NAMES: readonly AppName[] = [
  "web-server",
  "mail-relay",
  "file-transfer",
  "video-streamer",
  "inspector",
];

/** Throws SoakError: no soak came about. */
export async function soak(options: SoakOptions): Promise<Report> {
  const { seconds, warmUp, leaks, stopped, cut, begins } = options;
  if (process.platform !== "linux") throw new SoakError("NEEDS", "descriptors and ports are read from /proc");
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  const started: SoakedApp[] = [];
  cut?.addEventListener("abort", () => {
    for (const app of started) app.kill();
  });
  using heard = await Datagrams.open();
  try {
    await furnish(folder);
    const starting = NAMES.map((name) =>
      SoakedApp.start(name, optionsOf(name, folder, heard.port), leaks).then((app) => started.push(app)),
    );
    // Those that do start are known, and ended, also when another does not.
    await Promise.allSettled(starting);
    await Promise.all(starting);
    const room: Room = { folder, apps: byName(started) };
    const loads = [webLoads, mailLoads, fileLoads].flatMap((make) => make(room));
    loads.push(...videoLoads(room, heard));
    const rows = loads.map((load) => new Running(load, stopped));
    await all(rows, warmUp);
    const before = await heldBy(room);
    begins?.();
    const began = performance.now();
    await all(rows, seconds);
    const lasted = Math.round((performance.now() - began) / 1000);
    const after = await heldBy(room);
    await Promise.all(rows.map((row) => row.lookAgain()));
    const drained = await drainAll(room);
    return {
      ...(stopped?.aborted === true && { stopped: lasted }),
      loads: rows.map((row) => row.told),
      apps: NAMES.map((name, at): AppRow => ({
        name,
        before: before[at] ?? nothing,
        after: after[at] ?? nothing,
        ...drained[at],
      })),
    };
  } finally {
    await Promise.all(started.map((app) => app.drain()));
    rmSync(folder, { recursive: true, force: true });
  }
}

const nothing: Held = { memory: 0, descriptors: 0, ports: [] };

/** One load, its rounds one after the other. */
class Running {
  readonly #load: Load;
  #rounds = 0;
  #sent = 0;
  #found = 0;
  readonly #failures: string[] = [];
  readonly #stopped: AbortSignal | undefined;

  constructor(load: Load, stopped: AbortSignal | undefined) {
    this.#load = load;
    this.#stopped = stopped;
  }

  get told(): LoadRow {
    const { app, title } = this.#load;
    return { app, title, sent: this.#sent, found: this.#found, failures: this.#failures };
  }

  async until(end: number): Promise<void> {
    while (performance.now() < end && this.#failures.length < MAX_FAILURES && !this.#isStopped) {
      try {
        const { sent, found } = await this.#load.round(this.#rounds++);
        this.#sent += sent;
        this.#found += found;
      } catch (error) {
        // A terminal's Ctrl+C ends the clients as well: that round says nothing of a server.
        if (this.#isStopped) return;
        this.#sent += 1;
        this.#failures.push(error instanceof Error ? error.message : String(error));
      }
      await pause(REST);
    }
  }

  get #isStopped(): boolean {
    return this.#stopped?.aborted === true;
  }

  async lookAgain(): Promise<void> {
    this.#found += (await this.#load.found?.()) ?? 0;
  }
}

async function all(rows: readonly Running[], seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  await Promise.all(rows.map((row) => row.until(end)));
}

function heldBy({ apps }: Room): Promise<Held[]> {
  return Promise.all(NAMES.map((name) => apps[name].held()));
}

async function furnish(folder: string): Promise<void> {
  for (const name of ["site/inbox", "home"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "site/small"), Buffer.alloc(1024, "x"));
  writeFileSync(join(folder, "site/large"), Buffer.alloc(LARGE, "x"));
  writeFileSync(join(folder, "home/large"), Buffer.alloc(LARGE, "x"));
  await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key"));
}

/** Octets of what is under way when the servers are told to end. */
const LARGE = 48 * 1024 * 1024;

function optionsOf(name: AppName, folder: string, udp: number): string[] {
  const at = (path: string): string => join(folder, path);
  const free = (...listeners: readonly string[]): string[] =>
    ["port", ...listeners.map((one) => `${one}-port`)].map((option) => `--${option}=0`);
  const own: Readonly<Record<AppName, () => readonly string[]>> = {
    "web-server": () => [...free("https"), `--root=${at("site")}`, `--writable=${at("site/inbox")}`],
    "mail-relay": () => [
      ...free("submission", "smtps", "pop3", "pop3s", "web"),
      "--no-capture",
      "--local-domain=lab.test",
      `--maildir=${at("mail")}`,
      ...["ann", "bob"].map((user) => `--user=${user}@lab.test:soak`),
    ],
    "file-transfer": () => [
      ...free("implicit", "sftp", "web"),
      `--home=${at("home")}`,
      "--user=ann:soak",
      `--authorized-keys=ann=${at("key.pub")}`,
    ],
    "video-streamer": () => [...free("rtmp"), `--udp=demo=udp://127.0.0.1:${udp}`],
    // What it keeps grows until it is full: here it is soon.
    inspector: () => [...free(), "--keep=1M"],
  };
  return [...own[name](), `--state=${at("state")}`];
}

function byName(apps: readonly SoakedApp[]): Room["apps"] {
  const find = (name: AppName): SoakedApp => {
    const app = apps.find((one) => one.name === name);
    if (app === undefined) throw new SoakError("SERVER", `${name} does not run`);
    return app;
  };
  return {
    "web-server": find("web-server"),
    "mail-relay": find("mail-relay"),
    "file-transfer": find("file-transfer"),
    "video-streamer": find("video-streamer"),
    inspector: find("inspector"),
  };
}
