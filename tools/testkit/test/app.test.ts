import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { spawnApp } from "../src/app.ts";

const entry = "tools/testkit/test/fixtures/fake-app.ts";
const argumentsOf = (ready: object): string[] =>
  "args" in ready && Array.isArray(ready.args) ? ready.args.map(String) : [];

describe("spawnApp", () => {
  it("starts from source, tells the addresses, drains and cleans up", async () => {
    const app = await spawnApp("web-server", ["--https-port=off"], { entry });
    const args = argumentsOf(app.ready);
    expect(args).toEqual(expect.arrayContaining(["--json", "--state", "--port", "0", "--https-port=off"]));
    expect(args).not.toContain("--https-port");
    expect(await (await fetch(app.url("http"))).text()).toBe("fake");
    expect(() => app.url("ftp")).toThrow("no listener ftp among http");

    const state = args[args.indexOf("--state") + 1] ?? "";
    expect(existsSync(dirname(state))).toBe(true);
    await app[Symbol.asyncDispose]();
    expect(app.stderr).toContain("draining");
    expect(existsSync(dirname(state))).toBe(false);
    await expect(fetch(app.url("http"))).rejects.toThrow("fetch failed");
  });

  it.each([
    ["crash", "NOT_READY", "no root folder"],
    ["chatty", "NOT_READY", "Welcome!"],
    ["silent", "TIMEOUT", "did not come within"],
  ])("a %s start is an error with the reason", async (how, code, message) => {
    const start = spawnApp("fake", ["--break", how], {
      entry,
      readyTimeout: how === "silent" ? 1500 : 20_000,
    });
    await expect(start).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("an exit code other than 0 is an error", async () => {
    const app = await spawnApp("fake", ["--break", "code"], { entry });
    await expect(app[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "EXIT_CODE" });
  });

  it("an app deaf to SIGTERM is killed, and that is an error", async () => {
    const app = await spawnApp("fake", ["--break", "deaf"], { entry, stopTimeout: 300 });
    await expect(app[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(fetch(app.url("http"))).rejects.toThrow("fetch failed");
  });

  it("waits for a line in the log", async () => {
    await using app = await spawnApp("fake", [], { entry });
    const logged = app.process.logged(/drain/);
    app.process.kill("SIGTERM");
    await logged;
    await expect(app.process.logged("never said")).rejects.toMatchObject({ code: "NOT_READY" });
  });
});
