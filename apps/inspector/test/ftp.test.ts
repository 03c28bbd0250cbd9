/** curl talks to the file transfer server: its two sockets are told as one talk, and its password is not told. */
import { join } from "node:path";
import { realClient, run, type RunningApp, spawnApp, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MessageView, SocketView } from "../src/views.ts";

let folder: TemporaryFolder;
let inspector: RunningApp;
let files: RunningApp;

beforeAll(async () => {
  folder = new TemporaryFolder("inspector-ftp");
  const state = ["--state", join(folder.path, "state")];
  inspector = await spawnApp("inspector", state);
  files = await spawnApp("file-transfer", [...state, "--user=ann:hunter2-and-more"]);
});
afterAll(async () => {
  for (const app of [files, inspector]) await app[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(path: string): Promise<string> {
  const response = await fetch(inspector.url("page") + path);
  expect(response.status).toBe(200);
  return response.text();
}

realClient("curl").describe("curl", () => {
  it("talks FTP: each reply is explained by what it answers, the data connection is the control connection's child", async () => {
    const sources = (): Promise<string> => ask("/api/snapshot");
    await expect.poll(sources).toContain('"file-transfer"');
    const at = files.url("ftp").replace("ftp://", "ftp://ann:hunter2-and-more@");
    expect((await run("curl", ["-sS", "-T", "-", `${at}/new`], { input: "hello" })).code).toBe(0);
    let sockets: readonly SocketView[] = [];
    await expect
      .poll(async () => {
        ({ sockets } = JSON.parse(await ask("/api/snapshot")) as { sockets: SocketView[] });
        return sockets.filter(({ closed }) => closed !== undefined).length;
      })
      .toBe(2);
    const [control, data] = sockets;
    expect(data?.parent).toBe(control?.key);
    const text = await ask(`/api/sockets/${control?.key}/messages`);
    expect(text).not.toContain("hunter2");
    const messages = (JSON.parse(text) as MessageView[]).filter(({ kind }) =>
      ["greeting", "command", "reply"].includes(kind),
    );
    expect(messages.map(({ said }) => said.split(" ")[0])).toEqual(
      "220 USER 331 PASS 230 PWD 257 EPSV 229 TYPE 200 STOR 150 226 QUIT 221".split(" "),
    );
    const stored = messages.find(({ said }) => said.startsWith("STOR"));
    const answers = messages
      .filter(({ answers }) => answers === stored?.id)
      .map(({ said }) => said.slice(0, 3));
    expect(answers).toEqual(["150", "226"]);
  });
});

it("has no message of FTP that it cannot explain", async () => {
  const text = await ask("/api/snapshot");
  expect(text).not.toContain("Not known: this could not be read as a message.");
});
