/** `nx serve web-server`: the very command of nx.json, with options behind it; a change in a library starts it anew. */
import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Spawned, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";

interface Ready {
  readonly pid: number;
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
}

/** As Nx makes it of `targetDefaults`: this app's folder is put in, and what the user typed comes behind. */
function serveCommand(options: readonly string[]): readonly string[] {
  const { targetDefaults } = JSON.parse(readFileSync(join(workspaceRoot, "nx.json"), "utf8")) as {
    targetDefaults: { serve: { command: string } };
  };
  const words = targetDefaults.serve.command.replace("{projectRoot}", "apps/web-server").split(" ");
  return [...words, ...options];
}

/** The ready line of another process than `before`. */
async function ready(program: Spawned, before = 0): Promise<Ready> {
  const line = await program.line(
    (text) => text.startsWith('{"ready"') && !text.includes(`"pid":${before},`),
  );
  return JSON.parse(line) as Ready;
}

describe("nx serve", () => {
  it("starts the server anew when a library of it changes, on the same options", async () => {
    using folder = new TemporaryFolder("serve");
    const options = ["--port", "0", "--https-port=off", "--json", "--root", folder.path, "--state"];
    const [tsx = "", ...args] = serveCommand([...options, join(folder.path, ".state")]);
    await using watch = new Spawned(join(workspaceRoot, "node_modules/.bin", tsx), args, {
      cwd: workspaceRoot,
    });
    const first = await ready(watch);
    const now = new Date();
    utimesSync(join(workspaceRoot, "libs/web/src/static.ts"), now, now);
    const second = await ready(watch, first.pid);
    expect(second.pid).not.toBe(first.pid);
    expect(second.listeners.map(({ name }) => name)).toEqual(["http", "http"]);
    const answer = await fetch(`${second.listeners[0]?.url}/?json`);
    expect(await answer.json()).toMatchObject({ path: "/", entries: [] });
    await expect(fetch(`${first.listeners[0]?.url}/`)).rejects.toThrow(TypeError);
  });
});
