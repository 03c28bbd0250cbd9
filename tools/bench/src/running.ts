/** Starts the servers under measurement and looks at their memory. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@socketscope/peers";
import { BenchError } from "./bench-error.ts";
import { constant } from "./site.ts";

export interface Started extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
}

export interface Running extends Started {
  /** Octets of resident memory of the process that does the work, after its garbage is collected. */
  memory(): Promise<number>;
}

export function startServer(name: string, folder: string): Promise<Running> {
  return name === "nginx" ? startNginx(folder) : startNode(name, folder);
}

export async function startNode(name: string, folder: string): Promise<Running> {
  const program = fileURLToPath(new URL("./server.js", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program, name, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  const port = Number(first.value);
  if (first.done === true || !(port > 0)) throw new BenchError("SERVER", `${name} did not start`);
  return {
    name,
    port,
    async memory() {
      // Twice: what the first collection finalizes, the second frees.
      for (let i = 0; i < 2; i++) {
        child.kill("SIGUSR2");
        await lines.next();
      }
      return residentOctets(child.pid ?? 0);
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** One worker, no log, connections kept: otherwise as Debian ships it. */
async function startNginx(folder: string): Promise<Running> {
  const port = await freePort();
  const prefix = join(folder, `.nginx-${port}`);
  mkdirSync(prefix);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${prefix}/${kind};`)
    .join("\n  ");
  writeFileSync(
    join(prefix, "nginx.conf"),
    `worker_processes 1;
pid ${prefix}/pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  ${temporary}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
  default_type application/octet-stream;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${folder};
    location = / { default_type text/plain; return 200 "${constant.trim()}\\n"; }
  }
}
`,
  );
  const args = ["-p", prefix, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"];
  const child = spawn("nginx", args, { stdio: ["ignore", "ignore", "inherit"] });
  let failure: string | undefined;
  child.once("error", (error) => (failure = error.message));
  child.once("exit", (code) => (failure ??= `exit code ${code}`));
  while (!(await answers(port))) {
    if (failure !== undefined) throw new BenchError("SERVER", `nginx did not start: ${failure}`);
    await pause(20);
  }
  return {
    name: "nginx",
    port,
    async memory() {
      const master = child.pid ?? 0;
      const [worker = ""] = readFileSync(`/proc/${master}/task/${master}/children`, "utf8").split(" ");
      return residentOctets(Number(worker));
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
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

/** RSS of a process, from /proc where there is one. */
export function residentOctets(pid: number): number {
  const text = execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" });
  return Number(text.trim()) * 1024;
}
