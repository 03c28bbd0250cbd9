/** A disk without room (a tmpfs of 1 MiB): 452 over FTP, a failure over SFTP, the old file whole, nothing half left. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needing, realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { octets } from "./tree.ts";

const isRoot = process.getuid?.() === 0;

(isRoot ? realClient("curl") : needing("only root may mount a file system")).describe("a full disk", () => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  const home = (): string => join(folder.path, "home");
  const local = (): string => join(folder.path, "too much");

  beforeAll(async () => {
    folder = new TemporaryFolder("disk-full");
    mkdirSync(home());
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", home()]);
    writeFileSync(local(), octets(3_000_000));
    app = await spawnApp("file-transfer", ["--user=ann:secret", `--home=${home()}`], {
      readyTimeout: 60_000,
    });
  });
  afterAll(async () => {
    try {
      await app[Symbol.asyncDispose]();
    } finally {
      // Lazily: of a program that did not start or end well somebody may still be in it.
      execFileSync("umount", ["-l", home()]);
      folder[Symbol.dispose]();
    }
  });

  it.each([
    ["ftp", "452"],
    ["ftps", "452"],
    ["sftp", undefined],
  ])("takes no file that does not fit, %s", async (scheme, code) => {
    writeFileSync(join(home(), "old"), "as it was");
    const url = app.url(scheme);
    const trust =
      scheme === "sftp"
        ? ["--hostpubsha256", fingerprintOf(app.ready, url)]
        : ["--cacert", app.ready.ca ?? ""];
    const put = (file: string, name: string) =>
      run("curl", ["-sv", "--max-time", "25", ...trust, "-u", "ann:secret", "-T", file, `${url}/${name}`]);
    const refused = await put(local(), "old");
    expect(refused.code).not.toBe(0);
    if (code !== undefined) expect(refused.stderr).toContain(`< ${code} `);
    expect(readFileSync(join(home(), "old"), "utf8")).toBe("as it was");
    await expect.poll(() => readdirSync(join(home(), ".socketscope-partials"))).toEqual([]);
    // And what fits is taken still.
    writeFileSync(join(folder.path, "small"), octets(100_000));
    expect((await put(join(folder.path, "small"), "old")).code).toBe(0);
    expect(readFileSync(join(home(), "old")).equals(octets(100_000))).toBe(true);
  });
});

/** As curl wants it: without the word in front. */
function fingerprintOf(ready: { readonly listeners: readonly unknown[] }, url: string): string {
  const found = JSON.stringify(ready.listeners.find((one) => JSON.stringify(one).includes(url)));
  return /SHA256:([^"]+)/.exec(found)?.[1] ?? "";
}
