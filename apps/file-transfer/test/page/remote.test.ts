/** The page from another machine: nobody is known by where they sit, and a login sees its own. Root makes the two machines. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespaces, NetworkPair, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { expect, it, onTestFinished } from "vitest";

const program = ["--import", "tsx", "--conditions=@socketscope/source", "apps/file-transfer/src/main.ts"];

/** Asks from the other machine; the status and what came. */
type Ask = (path: string, ...options: readonly string[]) => Promise<string>;

async function served(...options: readonly string[]): Promise<Ask> {
  const folder = new TemporaryFolder("ftp-remote");
  const pair = new NetworkPair();
  for (const name of ["ann", "bob"]) mkdirSync(join(folder.path, name));
  writeFileSync(join(folder.path, "ann", "a.txt"), "hello\n");
  const { here, there } = pair;
  const asked = [
    "--json",
    `--host=${here.ipv4}`,
    "--web-port=0",
    "--port=0",
    "--implicit-port=off",
    "--sftp-port=off",
    "--user=ann:right",
    "--user=bob:other",
    `--home=${join(folder.path, "{user}")}`,
    `--state=${join(folder.path, "state")}`,
    "--inspect=off",
    "--login-delay=off",
    ...options,
  ];
  const app = here.spawn(process.execPath, [...program, ...asked], { cwd: workspaceRoot });
  onTestFinished(async () => {
    await app.stop();
    pair[Symbol.dispose]();
    folder[Symbol.dispose]();
  });
  const ready = await app.line((line) => line.startsWith('{"ready"'));
  const [, url = ""] = /"(http:[^"]+)"/.exec(ready) ?? [];
  return async (path, ...more) => {
    const how = [
      "-sS",
      "--max-time",
      "20",
      "-w",
      " %{http_code}",
      ...more,
      `${url.replace(/\/$/, "")}${path}`,
    ];
    const { text, stderr } = await there.run("curl", how);
    expect(stderr).toBe("");
    return text;
  };
}

namespaces.describe("the page from another machine", () => {
  it("wants a login for all of it", async () => {
    const ask = await served();
    for (const path of ["/", "/files/", "/api/v1/sessions"]) expect(await ask(path)).toMatch(/ 401$/);
    expect(await ask("/files/", "-u", "ann:wrong")).toMatch(/ 401$/);
    expect(await ask("/files/a.txt", "-u", "ann:right")).toBe("hello\n 200");
    expect(await ask("/files/a.txt", "-u", "bob:other")).toMatch(/ 404$/);
    expect(await ask("/api/v1/sessions", "-u", "bob:other")).toBe('{"sessions":[],"past":[]}\n 200');
    expect(await ask("/files/", "-u", "ann:right", "-H", "Host: evil.test")).toMatch(/ 421$/);
    const forged = ["-X", "PUT", "--data", "x", "-H", "Origin: http://evil.test"];
    expect(await ask("/files/new", "-u", "ann:right", ...forged)).toMatch(/ 403$/);
  });

  it("takes no password in clear under --require-tls", async () => {
    const ask = await served("--require-tls");
    expect(await ask("/files/a.txt", "-u", "ann:right")).toMatch(/Not in clear.* 403$/s);
  });
});
