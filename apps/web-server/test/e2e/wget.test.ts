/** wget follows links as a crawler does: its mirror of the site must be the site. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, TemporaryFolder, type RunResult } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashes, LARGE, LARGE_CHANGED, sha256 } from "./support/folder.ts";
import { ENGINE_NAMES, SCHEMES, start, type Started } from "./support/started.ts";

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("wget", "openssl").describe("asked by wget", () => {
    let site: Started;
    beforeAll(async () => {
      site = await start(engine, [], {
        // A folder without an index: its listing is all that leads to what is in it.
        prepare: (root) => {
          mkdirSync(join(root, "bare/deeper"), { recursive: true });
          for (const name of ["one.txt", "zwei & drei.txt", "deeper/四.txt"])
            writeFileSync(join(root, "bare", name), `this is ${name}\n`);
        },
      });
    });
    afterAll(() => site?.[Symbol.asyncDispose]());

    function wget(folder: TemporaryFolder, ...args: readonly string[]): Promise<RunResult> {
      const trust = ["--ca-certificate", site.ca, "--no-hsts", "--tries=1", "--timeout=15"];
      return run("wget", ["--no-verbose", ...trust, "--directory-prefix", folder.path, ...args], {
        env: { HOME: folder.path },
      });
    }

    describe.each(SCHEMES)("over %s", (scheme) => {
      it("mirrors the linked site: every file, nothing else", async () => {
        using folder = new TemporaryFolder("mirror");
        const { code } = await wget(
          folder,
          "--recursive",
          "--page-requisites",
          "--no-host-directories",
          "--execute=robots=off",
          "--restrict-file-names=nocontrol",
          `${site.url(scheme)}/`,
        );
        const onDisk = hashes(site.root);
        // Linked by scripts only, which wget does not run; and what nothing leads to.
        for (const name of [
          "sum.mjs",
          "leads-out.txt",
          "bare/one.txt",
          "bare/zwei & drei.txt",
          "bare/deeper/四.txt",
        ])
          onDisk.delete(name);
        expect(Object.fromEntries(hashes(folder.path))).toEqual(Object.fromEntries(onDisk));
        expect(code).toBe(0);
      });

      it("mirrors a folder by its listing", async () => {
        using folder = new TemporaryFolder("listing");
        await wget(
          folder,
          "--recursive",
          "--no-parent",
          "--no-host-directories",
          "--reject-regex=[?]",
          "--execute=robots=off",
          "--restrict-file-names=nocontrol",
          `${site.url(scheme)}/bare/`,
        );
        const came = hashes(join(folder.path, "bare"));
        // What wget calls index.html are the listings.
        expect([came.delete("index.html"), came.delete("deeper/index.html")]).toEqual([true, true]);
        expect(Object.fromEntries(came)).toEqual(Object.fromEntries(hashes(join(site.root, "bare"))));
      });

      it("goes on with a broken download, and leaves alone what is not newer", async () => {
        using folder = new TemporaryFolder("continue");
        const file = join(folder.path, "large.bin");
        const url = `${site.url(scheme)}/large.bin`;
        writeFileSync(file, LARGE.subarray(0, 1_300_000));
        const resumed = await wget(folder, "--continue", "--server-response", url);
        expect([resumed.code, /HTTP\/1\.1 206/.test(resumed.stderr)]).toEqual([0, true]);
        expect(sha256(readFileSync(file))).toBe(sha256(LARGE));
        expect(statSync(file).mtime).toEqual(LARGE_CHANGED);
        const again = await wget(folder, "--timestamping", "--server-response", url);
        expect([again.code, /HTTP\/1\.1 304/.test(again.stderr)]).toEqual([0, true]);
      });
    });

    it("is not trusted without our CA: wget ends with 5 and has nothing", async () => {
      using folder = new TemporaryFolder("distrust");
      const { code } = await run("wget", ["--tries=1", "--output-document=-", `${site.url("https")}/`], {
        env: { HOME: folder.path },
      });
      expect(code).toBe(5);
    });
  });
});
