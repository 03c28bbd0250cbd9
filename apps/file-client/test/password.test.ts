/// <reference lib="esnext.disposable" />
/** A password that nobody has given is asked for where somebody sits, and shown nowhere. */
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { missingForPyftpdlib, needing, Pyftpdlib, TemporaryFolder } from "@socketscope/testkit";
import { parseCommandLine, UsageError } from "@socketscope/host";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readServerOptions } from "../src/server-options.ts";
import { Shell } from "../src/shell.ts";
import { asked } from "./asked.ts";

needing(missingForPyftpdlib()).describe("the password", () => {
  let server: Pyftpdlib;
  let url: string;
  beforeAll(async () => {
    server = await Pyftpdlib.start();
    url = `ftp://me@127.0.0.1:${server.port}/`;
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it("is asked for, and not shown", async () => {
    const right = await asked(["ls", url], { typed: "secret\n" });
    expect([right.code, right.errors]).toEqual([0, "Password of me@127.0.0.1: \n"]);
    expect(right.text).not.toContain("secret");
    const wrong = await asked(["ls", url], { typed: "no\n" });
    expect([wrong.code, wrong.errors.split("\n")[0]]).toEqual([9, "Password of me@127.0.0.1: "]);
  });

  it("is not waited for where nobody sits, nor where somebody will not say it", async () => {
    await expect(asked(["ls", url])).rejects.toThrow(UsageError);
    await expect(asked(["ls", url], { typed: "\u0004" })).rejects.toThrow(UsageError);
  });

  it("is asked for at the prompt of the shell, and no line of its history", async () => {
    using state = new TemporaryFolder("state");
    const line = { name: "shell", version: "0", summary: "", examples: [], options: readServerOptions };
    const parsed = parseCommandLine(line, { argv: ["--state", state.path], env: {}, cwd: process.cwd() });
    if (parsed.kind === "print") throw new TypeError("no help was asked for");
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [output, errors] = [buffer(stdout), buffer(stderr)];
    stdin.write(`open ${url}\n`);
    const shell = new Shell(parsed.options, { stdin, stdout, stderr }).run(undefined);
    // When it is asked for, and not before: an earlier line would be a command.
    await new Promise<void>((resolve) => {
      const seen: Buffer[] = [];
      stdout.on("data", (chunk: Buffer) => {
        seen.push(chunk);
        if (Buffer.concat(seen).includes("Password of me@127.0.0.1: ")) resolve();
      });
    });
    stdin.write("secret\npwd\nexit\n");
    expect(await shell).toBe(0);
    stdout.end();
    stderr.end();
    expect((await errors).toString()).toBe("");
    expect((await output).toString()).toContain("127.0.0.1:/> ");
    expect((await output).toString()).not.toContain("secret");
    expect(readFileSync(join(state.path, "file-client-history"), "utf8")).toBe(`open ${url}\npwd\n`);
  });
});
