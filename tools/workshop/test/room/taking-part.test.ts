/** A participant's own program, from --join to a kill and on, and to a new beginning; and a room on a network. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  namespaces,
  NetworkPair,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  workspaceRoot,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, personAt, type Stage } from "./stage.ts";

const main =
  process.env["TESTKIT_FROM"] === "dist"
    ? ["tools/workshop/dist/main.js"]
    : ["--import", "tsx", "--conditions=@socketscope/source", "tools/workshop/src/main.ts"];

describe("a participant's program", () => {
  let stage: Stage;
  let folder: TemporaryFolder;
  let inspector: RunningApp;
  let state: string;
  let end = (): void => undefined;
  let said = "";
  beforeAll(async () => {
    stage = await openStage();
    folder = new TemporaryFolder("workshop");
    state = join(folder.path, "state");
    inspector = await spawnApp("inspector", ["--state", state]);
  });
  afterAll(async () => {
    end();
    await inspector[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  function start(...args: readonly string[]): ChildProcessWithoutNullStreams {
    said = "";
    const join = [`--join=${new URL(stage.room.page).host}#${stage.room.token}`, "--name=Ann"];
    const child = spawn(process.execPath, [...main, "start", ...args, `--state=${state}`, ...join], {
      cwd: workspaceRoot,
    });
    child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
    end = () => void child.kill("SIGKILL");
    return child;
  }
  const room = async (): Promise<string> => (await fetch(stage.room.page)).text();

  it("tells the room where one is, goes on there after a kill, and begins anew with all", async () => {
    const first = start("1");
    await expect.poll(room).toMatch(/<b>Ann<\/b>\s*<span class="at">1\.1 /);
    first.stdin.write("n\n");
    await expect.poll(room).toMatch(/<span class="at">1\.2 /);
    first.kill("SIGKILL");
    await once(first, "exit");

    const second = start();
    await expect.poll(() => said).toContain("step 2 of");
    // The room's answer says how often all have begun anew: the next one that is another counts.
    second.stdin.write("n\n");
    await expect.poll(room).toMatch(/<span class="at">1\.3 /);
    await fetch(new URL("/reset", stage.room.page), { method: "POST" });
    expect(await room()).toContain("Nobody takes part yet");
    await expect.poll(() => said).toContain("The facilitator lets all begin anew");
    await expect.poll(room).toMatch(/<span class="at">1\.1 /);
    expect(existsSync(join(state, "workshop-before.json"))).toBe(true);
    second.stdin.write("q\n");
    expect((await once(second, "exit"))[0]).toBe(0);
  });
});

namespaces.describe("a room on a network", () => {
  it("takes a report from it with the token, shows it nothing, and ends at Ctrl+C", async () => {
    using pair = new NetworkPair();
    const { here, there } = pair;
    const options = ["--room", `--host=${here.ipv4}`];
    const server = here.spawn(process.execPath, [...main, ...options], { cwd: workspaceRoot });
    const line = await server.line((one) => one.includes(`--join ${here.ipv4}`));
    const token = /#(\S+)/.exec(line)?.[1] ?? "";
    const ask = async (path: string, ...more: readonly string[]): Promise<string> =>
      (await there.run("curl", ["-s", "-w", " %{http_code}", ...more, `http://${here.ipv4}:4780${path}`]))
        .text;
    const report = ["-d", JSON.stringify(personAt("Ann", 1, 0))];
    expect(await ask("/")).toMatch(/ 404$/);
    expect(await ask("/slides")).toMatch(/ 404$/);
    expect(await ask("/reset", "-X", "POST")).toMatch(/ 404$/);
    expect(await ask("/report", ...report)).toMatch(/ 401$/);
    expect(await ask("/report", ...report, "-H", `Authorization: Bearer ${token}`)).toBe(
      '{"beginning":1}\n 200',
    );
    // The page itself is on the machine's own addresses only.
    expect((await here.run("curl", ["-s", "http://127.0.0.1:4780/"])).text).toContain("<b>Ann</b>");
    expect(await server.stop("SIGINT")).toBe(0);
  });
});
