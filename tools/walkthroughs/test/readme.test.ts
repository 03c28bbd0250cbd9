/**
 * The commands in the console blocks of two READMEs, as they stand there, on a machine of its own where every port is
 * free. Those that run for ever are left at work until they have said what they should, and are then interrupted.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  namespaces,
  needing,
  NoNetwork,
  realClient,
  run,
  type Spawned,
  workspaceRoot,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFences } from "../src/fences.ts";
import { Sandbox } from "../src/sandbox.ts";

interface Way {
  /** What it is to be told before it is interrupted; without it, it has to end by itself, with 0. */
  readonly until?: RegExp;
  /** What is to be among its last words. */
  readonly says?: RegExp;
  /** A file that it has to leave behind. */
  readonly leaves?: string;
  /** What is run in its place. */
  readonly as?: (command: string) => string;
  /** It is shown elsewhere, and where. */
  readonly elsewhere?: string;
}

/** What `nx serve` does, without its start of some seconds and its watch: once it is done as it stands, see below. */
const served = (command: string): string =>
  command.replace(
    /^npx nx serve ([\w-]+) --/,
    "node --import tsx --conditions=@socketscope/source apps/$1/src/main.ts",
  );

const BUNDLE = "tools/bundle/test/offline.test.ts unpacks a bundle and starts it";

/** One for each command of the two files, in their order. */
const WAYS: readonly (readonly [file: string, command: string, way: Way])[] = [
  // The checkout that runs this test has done `npm ci`; doing it again would pull the ground away from under it.
  ["README.md", "npm ci && npm start", { until: /Ctrl\+C/, as: () => "npm start" }],
  ["README.md", "npm ci && npm test", { elsewhere: "this is a part of it" }],
  [
    "README.md",
    "npx nx serve web-server -- --root ~/site",
    { until: /http:\/\/127\.0\.0\.1:8080/, as: served },
  ],
  [
    "README.md",
    "npx nx serve web-client -- -v http://127.0.0.1:8080/",
    { says: /HTTP\/1\.1 200 OK/, as: served },
  ],
  [
    "README.md",
    "npm run -s socket -- connect 127.0.0.1:8080",
    {
      says: /HTTP\/1\.1 200 OK/,
      as: (command) =>
        `printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' | ${command}`,
    },
  ],
  ["README.md", "tar xzf socketscope-offline.tar.gz && cd socketscope", { elsewhere: BUNDLE }],
  ["README.md", "npm start", { elsewhere: BUNDLE }],
  ["README.md", "npm run workshop -- doctor", { elsewhere: BUNDLE }],
  ["README.md", "npm run -s web-client -- -v http://127.0.0.1:8080/", { elsewhere: BUNDLE }],
  ["apps/inspector/README.md", "npm start", { until: /Ctrl\+C/ }],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- tail proto:smtp code:5xx",
    // What was refused before is told with --all.
    { until: /\b5\d\d /, as: (command) => `${command} --all` },
  ],
  ["apps/inspector/README.md", "npm run -s inspector -- top", { says: /mail-relay +smtp/ }],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- record talk.ndjson",
    { until: /recording to talk\.ndjson/, leaves: "talk.ndjson" },
  ],
  ["apps/inspector/README.md", "npm run -s inspector -- export known.ndjson", { leaves: "known.ndjson" }],
  ["apps/inspector/README.md", "npm run -s inspector -- export talk.har --har", { leaves: "talk.har" }],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- export talk.pcapng --pcapng",
    { leaves: "talk.pcapng" },
  ],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- export keys.pcapng --pcapng --tls-keys",
    { leaves: "keys.pcapng", says: /--inspect-wire/ },
  ],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- replay talk.ndjson --port 4701",
    { until: /Showing .*talk\.ndjson/ },
  ],
  [
    "apps/inspector/README.md",
    "npm run -s inspector -- replay talk.pcapng --port 4702",
    { until: /Showing .*talk\.pcapng/ },
  ],
  [
    "apps/inspector/README.md",
    "curl -sN http://127.0.0.1:4700/capture.pcapng | wireshark -k -i -",
    // Wireshark for a terminal.
    { until: /SMTP/, as: (command) => command.replace("wireshark -k -i -", "tshark -l -i -") },
  ],
  ["apps/inspector/README.md", "npx nx serve inspector", { until: /http:\/\/127\.0\.0\.1:4700/ }],
  [
    "apps/inspector/README.md",
    "npx nx serve inspector -- --show-secrets",
    { until: /passwords and cookies are shown/, as: served },
  ],
  [
    "apps/inspector/README.md",
    "npx nx serve inspector -- --tap-port 4701",
    { until: /--inspect 127\.0\.0\.1:4701#/, as: served },
  ],
  [
    "apps/inspector/README.md",
    "npx nx serve inspector -- --look-only",
    { until: /The page only looks/, as: served },
  ],
];

/** Without the comment behind it. */
function commandsOf(file: string): readonly string[] {
  return readFences(readFileSync(join(workspaceRoot, file), "utf8"))
    .filter(({ language }) => language === "console")
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith("$ "))
    .map((line) =>
      line
        .slice(2)
        .replace(/\s{2,}#.*$|\s+# .*$/, "")
        .trimEnd(),
    );
}

const files = [...new Set(WAYS.map(([file]) => file))];

it.each(files)("knows each command of %s, and what it is to do", (file) => {
  expect(WAYS.filter(([of]) => of === file).map(([, command]) => command)).toEqual(commandsOf(file));
});

const missing = namespaces.missing ?? realClient("bash", "curl", "swaks", "tshark").missing;

needing(missing).describe("the commands of the READMEs", () => {
  let alone: NoNetwork;
  let sandbox: Sandbox;
  /** `npm start`, beside which most of them work. */
  let all: Spawned | undefined;

  const start = (command: string): Spawned =>
    alone.spawn("bash", ["-c", command], {
      // nx finds its projects behind no link.
      cwd: command.startsWith("npx nx") ? workspaceRoot : sandbox.folder,
      env: sandbox.environment,
      stopTimeout: 15_000,
    });
  /** As Control and C does: everything in that terminal is told. */
  async function interrupt(running: Spawned): Promise<void> {
    try {
      process.kill(-running.pid, "SIGINT");
    } catch {
      // It has ended already; with what, is told by who waits for more of it.
    }
    expect(await running.exited).not.toBe("SIGKILL");
  }
  /** What it said. */
  async function carryOut(command: string, way: Way): Promise<string> {
    const running = start(way.as?.(command) ?? command);
    try {
      if (way.until === undefined) expect(await running.exited, running.stderr).toBe(0);
      else await expect.poll(() => running.stdout + running.stderr, { timeout: 60_000 }).toMatch(way.until);
      const file = join(sandbox.folder, way.leaves ?? "");
      await expect.poll(() => existsSync(file) && statSync(file).size > 0, { timeout: 10_000 }).toBe(true);
    } finally {
      if (way.until !== undefined) await interrupt(running);
    }
    return running.stdout + running.stderr;
  }
  async function begin(): Promise<Spawned> {
    const running = start("npm start");
    all = running;
    await running.line((line) => line.includes("Ctrl+C"), 90_000);
    const letter = [
      "--server",
      "127.0.0.1:2525",
      "--from",
      "ann@a.test",
      "--to",
      "nobody@",
      "--quit-after",
      "RCPT",
    ];
    // 24: no recipient was taken.
    const refused = await alone.run("swaks", letter);
    expect(refused.code, refused.text).toBe(24);
    const got = await alone.run("curl", ["-s", "-o", "/dev/null", "http://127.0.0.1:8080/"]);
    expect(got.code, got.stderr).toBe(0);
    return running;
  }
  async function end(): Promise<void> {
    if (all !== undefined) await interrupt(all);
    all = undefined;
  }

  beforeAll(() => {
    alone = new NoNetwork();
    sandbox = new Sandbox(workspaceRoot);
    mkdirSync(join(sandbox.environment["HOME"] ?? "", "site"));
  });
  afterAll(async () => {
    await end();
    const { text } = await run("ip", ["netns", "pids", alone.name]);
    for (const pid of text.split("\n").filter((line) => line !== "")) process.kill(Number(pid), "SIGKILL");
    sandbox[Symbol.dispose]();
    alone[Symbol.dispose]();
  });

  for (const [file, command, way] of WAYS) {
    if (way.elsewhere !== undefined) continue;
    it(`${file}: ${command}`, async () => {
      // What serves wants the ports and the state folder for itself; everything else works beside all of it.
      if (/^npx nx serve (?:inspector|web-server)/.test(command)) await end();
      else all ??= await begin();
      // That all of it starts is seen where it is started for those that follow: once, not for each file.
      const said = command.endsWith("npm start") ? all?.stdout : await carryOut(command, way);
      expect(said).toMatch(way.says ?? way.until ?? /(?:)/);
    }, 150_000);
  }
});

describe("a command of a README", () => {
  it("is told from the comment behind it", () => {
    expect(commandsOf("README.md")[0]).toBe("npm ci && npm start");
  });
});
