/** CCC with FTP programs that we did not write: TLS ends behind the login, and data stay under it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { namesIn, octets, sha256 } from "./tree.ts";

const ftplib = fileURLToPath(new URL("ftplib_ccc.py", import.meta.url));
const content = octets(300_000);

describe("CCC", () => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  const home = (): string => join(folder.path, "home");
  const local = (): string => join(folder.path, "local");
  const portOf = (name: string): string => new URL(app.url(name).replace(/^\w+:/, "http:")).port;
  const ca = (): string => app.ready.ca ?? "";

  beforeAll(async () => {
    folder = new TemporaryFolder("ftp-ccc");
    mkdirSync(home());
    writeFileSync(local(), content);
    app = await spawnApp("file-transfer", ["--user=ann:secret", `--home=${home()}`, "--ccc"]);
  }, 60_000);
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  beforeEach(() => {
    for (const name of namesIn(home())) rmSync(join(home(), name), { recursive: true });
  });

  realClient("curl").describe("curl", () => {
    const ways = ["1.2", "1.3"].flatMap((version) =>
      ["active", "passive"].flatMap((mode) =>
        ["ftp", "ftps"].map((scheme) => [version, mode, scheme] as const),
      ),
    );
    it.each(ways)("TLS %s, mode %s, %s: stores, lists and fetches", async (version, mode, scheme) => {
      const how = [
        "-v",
        "-sS",
        "--max-time",
        "20",
        "-u",
        "ann:secret",
        "--cacert",
        ca(),
        "--tls-max",
        version,
      ];
      const ccc = ["--ftp-ssl-ccc", "--ftp-ssl-ccc-mode", mode, ...(scheme === "ftp" ? ["--ssl-reqd"] : [])];
      const url = `${scheme}://127.0.0.1:${portOf(scheme)}/`;
      const curl = async (...args: readonly string[]): Promise<Buffer> => {
        const { stdout, stderr, code } = await run("curl", [...how, ...ccc, ...args]);
        const [, behind = ""] = stderr.split("> CCC\r\n");
        expect([code, behind]).toEqual([0, expect.stringMatching(/^< 200 /m)]);
        // Nothing that it said behind CCC was taken for something else.
        expect(behind).not.toMatch(/^< 5/m);
        return Buffer.from(stdout);
      };
      await curl("-T", local(), `${url}up`);
      expect(sha256(readFileSync(join(home(), "up")))).toBe(sha256(content));
      expect((await curl(url)).toString()).toMatch(/^-rw-r--r-- .* 300000 .* up\r?\n$/);
      expect(sha256(await curl(`${url}up`))).toBe(sha256(content));
    });
  });

  realClient("lftp").describe("lftp", () => {
    it("lists and fetches", async () => {
      writeFileSync(join(home(), "down"), content);
      const dialogue = join(folder.path, "dialogue");
      const script = `set net:max-retries 1; set net:timeout 15; set ssl:ca-file ${ca()}; debug -o ${dialogue} 9;
        set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ftp:ssl-use-ccc yes;
        open -u ann,secret ftp://127.0.0.1:${portOf("ftp")}; cls -1; get down -o ${join(folder.path, "got")}; bye`;
      const result = await run("lftp", ["--norc", "-c", script], { timeout: 60_000 });
      expect([result.code, result.stderr, result.text]).toEqual([0, "", "down\n"]);
      expect(readFileSync(dialogue, "utf8")).toMatch(/^---> CCC\n<--- 200 /m);
      expect(sha256(readFileSync(join(folder.path, "got")))).toBe(sha256(content));
    });
  });

  realClient("python3").describe("Python's ftplib", () => {
    it("stores, lists and fetches", async () => {
      const result = await run("python3", [ftplib, portOf("ftp"), ca(), local()]);
      expect(result.stderr).toBe("");
      expect(JSON.parse(result.text)).toEqual({ ccc: "200", in_clear: true, names: ["up"], same: true });
      expect(sha256(readFileSync(join(home(), "up")))).toBe(sha256(content));
    });
  });
});
