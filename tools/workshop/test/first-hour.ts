/**
 * Writes FIRST-HOUR.md: a fresh clone, `npm ci`, then in a network namespace with nothing but `lo` what README's first five
 * minutes and the first hour's lessons say, as it came out. Linux, as root:
 * `npx tsx --conditions=@socketscope/source tools/workshop/test/first-hour.ts`
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Inspector } from "@socketscope/inspector";
import { programPath } from "@socketscope/testkit";

/** Milliseconds that one command may take: `npm ci` on a slow machine, the lessons. */
const LATE = 1_200_000;
const LESSONS = "socket/WALKTHROUGH|web-server/WALKTHROUGH";
const TSX = ["--import", "tsx", "--conditions=@socketscope/source"];

const here = fileURLToPath(new URL("../../..", import.meta.url));
const clone = process.argv[2];
if (clone === undefined) outside();
else await inside(clone);

/** With a network: the clone, and what it needs. */
function outside(): void {
  const folder = mkdtempSync(join(tmpdir(), "first-hour-"));
  try {
    const fresh = join(folder, "socketscope");
    said("git", ["clone", "-q", here, fresh], folder);
    const begun = performance.now();
    said("npm", ["ci"], fresh);
    const installed = Math.round((performance.now() - begun) / 1000);
    const commit = said("git", ["log", "-1", "--format=%cs, “%s”"], fresh).trim();
    const script = `ip link set lo up; exec "$0" "$@"`;
    const args = ["-n", "sh", "-c", script, process.execPath, ...TSX, fileURLToPath(import.meta.url), fresh];
    const log = said("unshare", args, fresh);
    writeFileSync(join(here, "tools/workshop/FIRST-HOUR.md"), page(commit, installed, log));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function page(commit: string, installed: number, log: string): string {
  const system = `Node ${process.version}, ${process.platform}`;
  return `# The first hour, without a network

A fresh clone at the commit of ${commit};
\`npm ci\` (${installed} s), and then everything in a network namespace whose only interface is \`lo\` (${system}). What
README says for the first five minutes, what the workshop's commands answer, and the texts of lessons 1 to 5, 12 and 13 were
carried out line by line by a program, not by a person, while an inspector watched. A line with \`$\` is
a command, in a lesson one whose output was what the text says; \`ticks\` is a check that saw on the wire what it asks for.
Made again, as root on Linux, by

\`\`\`console
$ npx tsx --conditions=@socketscope/source tools/workshop/test/first-hour.ts
\`\`\`

\`\`\`\`text
${log.trimEnd()}
\`\`\`\`
`;
}

/** In the clone, where there is no network. Everything goes to standard output. */
async function inside(root: string): Promise<void> {
  const home = join(root, "..", "home");
  mkdirSync(home, { recursive: true });
  const environment = { ...process.env, HOME: home, CI: "true", NO_COLOR: "1" };
  const show = (command: string): void => {
    const { stdout, stderr } = spawnSync("bash", ["-c", command], {
      cwd: root,
      env: environment,
      timeout: LATE,
    });
    process.stdout.write(
      `$ ${command}\n${`${String(stdout)}${String(stderr)}`.replaceAll(root, ".").trimEnd()}\n`,
    );
  };
  show("ip -o link | cut -d: -f2");
  show("curl -sS -m 3 https://example.org");

  const begun = performance.now();
  const servers = beside(["start"], root, environment);
  await servers.until("Ctrl+C stops it all");
  process.stdout.write(`$ npm start\n${withoutPassword(servers.printed()).replaceAll(home, "~")}`);
  const browser = `${programPath("chromium")} --headless --no-sandbox --disable-background-networking --dump-dom`;
  show(`${browser} http://127.0.0.1:8080/ 2>/dev/null | grep -o '<title>.*</title>'`);
  await explained(join(home, ".local/state/socketscope"));
  process.stdout.write(`(${Math.round((performance.now() - begun) / 1000)} s since npm start)\n`);
  await servers.interrupt();

  show("npm run -s workshop doctor");
  show("npm run -s workshop list");
  const lesson = beside(["run", "-s", "workshop", "start", "1"], root, environment);
  await lesson.until("q: leave");
  process.stdout.write(`$ npm run -s workshop start 1\n${lesson.printed()}`);
  for (const command of ["next", "check", "hint", "solution", "reset"])
    show(`npm run -s workshop ${command}`);
  await lesson.interrupt();
  const vitest = "npx vitest run --reporter=verbose --project workshop test/lessons";
  show(
    `${vitest} -t '${LESSONS}' 2>&1 | sed -nE 's/^ *✓.*(tools|apps)\\//✓ \\1\\//p; s/^ +(×.*|Tests .*)/\\1/p'`,
  );
}

interface Beside {
  readonly printed: () => string;
  readonly until: (words: string) => Promise<void>;
  /** Ctrl+C, as a terminal gives it: to the whole group. */
  readonly interrupt: () => Promise<void>;
}

/** A program of npm's that runs in a terminal of its own. */
function beside(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Beside {
  const child = spawn("npm", args, { cwd, env, detached: true });
  let printed = "";
  child.stdout.on("data", (piece: Buffer) => (printed += piece.toString()));
  return {
    printed: () => printed.replace(/^[^]*?tsx .*\n\n/, ""),
    async until(words) {
      while (!printed.includes(words)) await once(child.stdout, "data");
    },
    async interrupt() {
      if (child.pid === undefined || child.exitCode !== null) return;
      process.kill(-child.pid, "SIGINT");
      await once(child, "exit");
    },
  };
}

/** It is of no use to anybody, and in a log it looks as if it were. */
function withoutPassword(printed: string): string {
  return printed.replaceAll(/(account +\S+ \/ )\S+/g, "$1(generated)");
}

/** What the inspector says of the browser's first request, and of its fields. */
async function explained(state: string): Promise<void> {
  using inspector = new Inspector(state);
  for (;;) {
    const { messages } = await inspector.snapshot();
    const request = messages.find(({ who, said: words }) => who === "client" && words.startsWith("GET / "));
    if (request === undefined) continue;
    process.stdout.write(`the inspector: ${request.said}\n  ${request.means}\n`);
    return;
  }
}

function said(program: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: LATE,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status === 0) return done.stdout;
  process.stderr.write(`${done.stdout}${done.stderr}`);
  throw new Error(`${program} ${args.join(" ")} ended with ${done.status ?? done.signal}`);
}
