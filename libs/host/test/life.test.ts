import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Run, run } from "./fixture/run.ts";

const started: Run[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

function serve(argv: readonly string[] = [], env: Record<string, string> = {}): Run {
  const state = mkdtempSync(join(tmpdir(), "host-life-"));
  const server = run("echo-server.ts", ["--port", "0", "--state", state, "--json", ...argv], env);
  started.push(server);
  return server;
}

interface ReadyLine {
  readonly account: { readonly password: string };
  readonly listeners: readonly { readonly url: string }[];
}

async function ready(server: Run): Promise<ReadyLine> {
  return JSON.parse((await server.line()) ?? "") as ReadyLine;
}

async function connected(server: Run): Promise<Socket> {
  const { listeners } = await ready(server);
  const url = new URL(listeners[0]?.url.replace("tcp:", "http:") ?? "");
  const socket = connect(Number(url.port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function echoed(socket: Socket, text: string): Promise<void> {
  const answer = once(socket, "data");
  socket.write(text);
  expect(String((await answer)[0])).toBe(text);
}

describe("a server process", () => {
  it("says first on standard output that it is ready", async () => {
    const server = serve();
    expect(await ready(server)).toEqual({
      ready: true,
      app: "echo-server",
      engine: "hand",
      pid: server.pid,
      state: expect.stringMatching(/host-life-/),
      account: { user: "demo", password: expect.stringMatching(/^(?:[0-9a-hj-km-np-tv-z]{5}-?){4}$/) },
      listeners: [{ name: "echo", url: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/) }],
    });
    server.child.kill("SIGTERM");
    expect(await server.ended()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[^\n]+\n$/) });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("lets what runs finish on %s, and ends with 0", async (signal) => {
    const server = serve();
    const socket = await connected(server);
    await echoed(socket, "before");
    server.child.kill(signal);
    await server.errorLine(/draining signal=/);
    await echoed(socket, "still served");
    socket.end();
    expect(await server.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ info {2}drained\n$/),
    });
  });

  it("cuts off at the deadline, says so, and still ends with 0", async () => {
    const server = serve(["--drain", "0.05"]);
    const socket = await connected(server);
    await echoed(socket, "x");
    server.child.kill("SIGTERM");
    const { code, stderr } = await server.ended();
    expect(stderr).toMatch(/warn {2}drained: the deadline cut connections off connections=1\n$/);
    expect(code).toBe(0);
  });

  it("cuts off at the second signal", async () => {
    const server = serve(["--drain", "1h"]);
    const socket = await connected(server);
    await echoed(socket, "x");
    server.child.kill("SIGINT");
    await server.errorLine(/draining/);
    server.child.kill("SIGINT");
    expect(await server.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/asked twice: everything is cut/),
    });
  });

  it("ends although a drain never does, or something is left open", async () => {
    const stuck = serve(["--drain", "0.01"], { MISBEHAVE: "never drain" });
    const holding = serve([], { MISBEHAVE: "hold on" });
    for (const server of [stuck, holding]) {
      await ready(server);
      server.child.kill("SIGTERM");
    }
    expect(await stuck.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/the deadline passed/),
    });
    expect(await holding.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ended with something still open resources=.*Timeout/),
    });
  });

  it("can be stopped by a second signal before it is ready", async () => {
    const server = serve([], { MISBEHAVE: "slow start" });
    await server.errorLine(/starting/);
    server.child.kill("SIGINT");
    server.child.kill("SIGTERM");
    expect(await server.ended()).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/stopped before it was ready/),
    });
  });

  it("reloads on SIGHUP and goes on, also when that fails", async () => {
    const server = serve();
    const failing = serve([], { MISBEHAVE: "reload" });
    const socket = await connected(server);
    await ready(failing);
    for (const { child } of [server, failing]) child.kill("SIGHUP");
    await server.errorLine(/info {2}reloaded$/);
    await failing.errorLine(/error not reloaded: rules\.txt:3: no such action/);
    await echoed(socket, "still here");
    socket.end();
    for (const { child } of [server, failing]) child.kill("SIGTERM");
    expect((await server.ended()).code).toBe(0);
    expect((await failing.ended()).code).toBe(0);
  });

  it.each([
    ["throw", /^echo-server: no \*{23} here at .*echo-server\.ts:\d+:\d+$/m],
    ["reject", /^echo-server: nobody waits at .*echo-server\.ts:\d+:\d+$/m],
  ])("ends with 1 and one line after an error nobody caught (%s)", async (how, line) => {
    const server = serve(["--log", "off"]);
    const socket = await connected(server);
    socket.write(how);
    const { code, stderr } = await server.ended();
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  it("never shows the password in its log, and cannot be made to write a line", async () => {
    const server = serve(["--log", "json"]);
    const { account, listeners } = await ready(server);
    const socket = connect(Number(listeners[0]?.url.split(":").at(-1)), "127.0.0.1");
    await echoed(socket, `x\n{"level":"error"}\u001b[31m ${account.password}`);
    socket.end();
    server.child.kill("SIGTERM");
    const { stderr } = await server.ended();
    expect(stderr).not.toContain(account.password);
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines.find(({ message }) => message === "echoed")?.["text"]).toBe(
      `x\n{"level":"error"}\u001b[31m ${"*".repeat(23)}`,
    );
  });

  it("outlives a reader that has gone", async () => {
    const server = serve();
    const socket = await connected(server);
    server.child.stdout.destroy();
    server.child.stderr.destroy();
    await echoed(socket, "one");
    await echoed(socket, "two");
    socket.end();
    server.child.kill("SIGTERM");
    expect((await server.ended()).code).toBe(0);
  });
});

describe("a server that cannot start", () => {
  it("says in one line what is wrong with its usage, and ends with 2", async () => {
    expect(await serve(["--prot", "1"]).ended()).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "echo-server: unknown option '--prot' (did you mean --port?)\n",
    });
  });

  it("prints help whole into a pipe, and ends with 0", async () => {
    const { code, stdout, stderr } = await serve(["--help"]).ended();
    expect(stdout).toMatch(/^Usage: echo-server [\s\S]*Example:\n.*port 7'\n$/);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it.runIf(process.platform === "linux")(
    "names who has its port, and the option that changes it",
    async () => {
      const holder = createServer().listen(0, "127.0.0.1");
      await once(holder, "listening");
      const { port } = holder.address() as { port: number };
      const { code, stdout, stderr } = await serve(["--port", String(port)]).ended();
      holder.close();
      expect(stderr).toMatch(
        new RegExp(
          `^echo-server: port ${port} on 127\\.0\\.0\\.1 is in use by ".+" \\(pid ${process.pid}\\): choose another with --port N\n$`,
        ),
      );
      expect([code, stdout]).toEqual([1, ""]);
    },
  );

  it("names the process that has its state folder", async () => {
    const first = serve();
    await ready(first);
    const state = first.child.spawnargs[first.child.spawnargs.indexOf("--state") + 1] ?? "";
    const second = serve(["--state", state]);
    expect(await second.ended()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `process ${first.pid}): stop it, or choose another folder with --state DIR`,
      ),
    });
  });
});
