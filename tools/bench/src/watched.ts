/** A server of ours as its users start it, and who watches it: nobody can, nobody does, an inspector with its page in Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { BuiltApp } from "./built-app.ts";
import { FileTransfer, roomOn } from "./file-servers.ts";
import type { InspectorCase, Watch } from "./inspector-cases.ts";
import { MailRelay } from "./mail-servers.ts";
import { atRest } from "./processor-time.ts";
import { end, type Started } from "./running.ts";
import { smallFile } from "./site.ts";

export interface Watched extends Started {
  readonly server: Started;
}

export async function startWatched(one: InspectorCase, name: Watch, site: string): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), "socketscope-bench-watched-"));
  const inspect = `--inspect=${name === "no tap" ? "off" : "auto"}`;
  const state = join(folder, "state");
  const server = await serverOf(one.app, state, [inspect], site);
  const watchers: AsyncDisposable[] = [];
  if (name === "page open") {
    const inspector = await BuiltApp.start("inspector", ["--port=0", `--state=${state}`]);
    watchers.push(inspector, openPage(`http://127.0.0.1:${inspector.port}/?socket=0`, folder));
    await attached(inspector.port);
    // A browser that starts is not a page that is open.
    await atRest(join(folder, "chromium"));
  }
  return {
    name,
    server,
    port: server.port,
    async [Symbol.asyncDispose]() {
      for (const one of [...watchers.toReversed(), server]) await one[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverOf(
  app: InspectorCase["app"],
  state: string,
  more: readonly string[],
  site: string,
): Promise<Started> {
  switch (app) {
    case "mail-relay":
      return MailRelay.start(state, more);
    case "file-transfer":
      return FileTransfer.start("ftp", roomOn("memory"), [...more, `--state=${state}`]);
    case "web-server":
      return BuiltApp.start(app, [
        "--port=0",
        "--https-port=off",
        `--root=${site}`,
        `--state=${state}`,
        ...more,
      ]);
  }
}

/** In the system's Chromium, as somebody looks at it. Throws BenchError MISSING. */
function openPage(url: string, folder: string): AsyncDisposable {
  const program = findProgram("chromium");
  if (program === undefined)
    throw new BenchError("MISSING", "chromium is not installed, see tools/setup-clients.sh");
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
  ];
  const profile = `--user-data-dir=${join(folder, "chromium")}`;
  const child: ChildProcess = spawn(
    program,
    [...flags, profile, "--remote-debugging-port=0", "--window-size=1600,900", url],
    { stdio: "ignore" },
  );
  return { [Symbol.asyncDispose]: () => end(child) };
}

/** The inspector has the server's link, and a reader. */
async function attached(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const response = await fetch(`http://127.0.0.1:${port}/api/snapshot`);
    if ((await response.text()).includes('"connected":true')) return;
    await pause(100);
  }
  throw new BenchError("SERVER", "the server did not find the inspector in 10 s");
}

/** Where the small file is. */
export const smallPath = `/${smallFile.name}`;
