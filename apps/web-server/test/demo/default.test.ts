/** The program as it is started without a word. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { spawnApp, workspaceRoot } from "@socketscope/testkit";
import { expect, it } from "vitest";

it.each(["hand", "node-http"])("serves the demo when no --root is named, over %s", async (engine) => {
  let uploads = "";
  {
    await using app = await spawnApp("web-server", ["--host", "127.0.0.1", "--engine", engine]);
    uploads = join(app.ready.state, "web-server-uploads");
    expect(existsSync(uploads)).toBe(true);
    const page = await (await fetch(`${app.url("http")}/`)).text();
    expect(page).toContain('data-load="1"');
    // A stream that would never end by itself: the program must end it, or it is cut off at the deadline.
    const clock = await fetch(`${app.url("http")}/clock`);
    const reader = clock.body?.getReader();
    await reader?.read();
    app.process.kill("SIGTERM");
    let last = await reader?.read();
    while (last?.done === false) last = await reader?.read();
    expect(last).toEqual({ done: true, value: undefined });
    expect(await app.process.exited).toBe(0);
    expect(app.stderr).not.toMatch(/cut/);
  }
  expect(existsSync(uploads)).toBe(false);
});

it("serves a folder as it is when one is named", async () => {
  await using app = await spawnApp("web-server", [
    "--host",
    "127.0.0.1",
    "--root",
    `${workspaceRoot}/libs`,
    "--https-port",
    "off",
  ]);
  for (const path of ["/chat", "/live", "/clock", "/sockets", "/upload"])
    expect((await fetch(app.url("http") + path)).status).toBe(404);
});
