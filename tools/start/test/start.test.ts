import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, Spawned, workspaceRoot } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { banner } from "../src/banner.ts";
import { choose, serversOf } from "../src/choose.ts";

const fixtures = join(workspaceRoot, "tools/start/test/fixtures");

function npmStart(...args: readonly string[]): Spawned {
  const main = join(fixtures, "main.ts");
  const env = { INIT_CWD: join(fixtures, "apps") };
  return new Spawned(process.execPath, ["--import", "tsx", main, ...args], { cwd: workspaceRoot, env });
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
const portsIn = (text: string): number[] =>
  [...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map((found) => Number(found[1]));

describe("the apps to start", () => {
  it("are those of the workspace that serve", () => {
    expect(serversOf(fixtures)).toEqual(["alpha", "beta", "inspector"]);
    expect(serversOf(workspaceRoot)).toContain("web-server");
  });

  it.each([
    [[], { apps: ["alpha", "beta"], options: [] }],
    [["beta"], { apps: ["beta"], options: [] }],
    [["beta", "alpha"], { apps: ["beta", "alpha"], options: [] }],
    [["beta", "--port", "1"], { apps: ["beta"], options: ["--port", "1"] }],
  ])("are chosen by %j", (args, expected) => {
    expect(choose(args, ["alpha", "beta"])).toEqual(expected);
  });
  it.each([
    [["gamma"], "there is no app gamma, but: alpha, beta"],
    [["--port", "1"], "npm start -- alpha --port 1"],
    [["alpha", "beta", "--port", "1"], "options are for one app"],
  ])("cannot be chosen by %j", (args, message) => {
    expect(() => choose(args, ["alpha", "beta"])).toThrow(message);
  });
});

describe("the banner", () => {
  it("lists every address once, and what is shared once", () => {
    const listeners = [
      { name: "http", url: "http://127.0.0.1:1" },
      { name: "http", url: "http://[::1]:1" },
    ];
    const text = banner([
      ["alpha", { listeners, state: "here", account: { user: "u", password: "p" } }],
      ["beta", { listeners: listeners.slice(0, 1), state: "here" }],
    ]);
    expect(text.split("\n").slice(3, 7)).toEqual([
      "  alpha  http     http://127.0.0.1:1",
      "                  http://[::1]:1",
      "         account  u / p",
      "  beta   http     http://127.0.0.1:1",
    ]);
    expect(text.match(/here/g)).toHaveLength(1);
  });
});

describe("npm start", () => {
  it("starts all, shows where, prefixes what they say, and drains all at Ctrl+C", async () => {
    const all = npmStart();
    await all.line((line) => line.includes("Ctrl+C"));
    expect(all.stdout).toMatch(
      /alpha +http +http:.*\n +account +guest \/ alpha\n +beta +http.*\n.*\n +inspector +http/,
    );
    const ports = portsIn(all.stdout);
    expect(await Promise.all(ports.map(isOpen))).toEqual([true, true, true]);
    await all.logged("alpha     | args --json");
    expect(await all.stop("SIGINT")).toBe(0);
    expect(all.stderr).toContain("alpha     | draining\n");
    expect(all.stderr).toContain("beta      | draining\n");
    expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false]);
  });

  it("starts the others once the inspector can hear them", async () => {
    const all = npmStart();
    await all.line((line) => line.includes("Ctrl+C"));
    for (const app of ["alpha    ", "beta     "]) await all.logged(`${app} | ready`);
    const told = all.stderr.match(/^\w+(?= +\| (?:begins|ready)$)/gm) ?? [];
    expect(told.slice(0, 2)).toEqual(["inspector", "inspector"]);
    expect(told).toHaveLength(6);
    expect(await all.stop("SIGINT")).toBe(0);
  });

  it("starts one with its options, in the folder of the user", async () => {
    const one = npmStart("beta", "--port", "9");
    await one.logged(`beta | args --json --port 9 in ${join(fixtures, "apps")}`);
    expect(one.stdout).not.toContain("alpha");
    expect(await one.stop()).toBe(0);
  });

  it("hands on a second signal, which cuts", async () => {
    const one = npmStart("alpha", "--slow");
    await one.line((line) => line.includes("Ctrl+C"));
    // One press of Ctrl+C comes to us, and again through npm: that cuts nothing.
    one.kill("SIGINT");
    await sleep(50);
    one.kill("SIGINT");
    await one.logged("draining");
    await sleep(350);
    expect(one.stderr).not.toContain("cut off");
    expect(await one.stop("SIGINT")).toBe(0);
    expect(one.stderr).toContain("cut off");
  });

  it("says why an app did not start, and ends with 1", async () => {
    const one = npmStart("alpha", "--crash");
    expect(await one.exited).toBe(1);
    expect(one.stderr).toContain("alpha ended with code 1. Its last lines:\n    the port 8080 is in use\n");
    expect(one.stdout).toBe("");
  });

  it("stops the others when one crashes later", async () => {
    const all = npmStart();
    await all.line((line) => line.includes("Ctrl+C"));
    const children = (await run("ps", ["-o", "pid=,args=", "--ppid", String(all.pid)])).text;
    const beta = Number(/(\d+) .*beta\/src\/main/.exec(children)?.[1]);
    process.kill(beta, "SIGUSR1");
    expect(await all.exited).toBe(1);
    expect(all.stderr).toContain("beta ended with code 3. Its last lines:\n");
    expect(all.stderr).toContain("    fatal: it broke\n");
    expect(all.stderr).toContain("alpha     | draining");
  });

  it("lets an app end that was not asked to serve", async () => {
    const one = npmStart("beta", "--help");
    expect(await one.exited).toBe(0);
    expect(one.stderr).toBe("beta | usage\n");
  });

  it("refuses a wrong command line with 2", async () => {
    const one = npmStart("gamma");
    expect(await one.exited).toBe(2);
    expect(one.stderr).toContain("there is no app gamma");
  });
});
