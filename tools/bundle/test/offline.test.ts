/** The bundle of this very workspace, on a machine with Node, its loopback, and nothing else. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespaces, needing, NoNetwork, run, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeBundle } from "../src/bundle.ts";
import { tarball } from "../src/tarball.ts";

const built = existsSync(join(workspaceRoot, "tools/workshop/dist/main.js"));

needing(namespaces.missing ?? (built ? undefined : "npm run build comes first")).describe(
  "the bundle",
  () => {
    let away: TemporaryFolder;
    let alone: NoNetwork;
    let where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
    beforeAll(async () => {
      away = new TemporaryFolder("away");
      alone = new NoNetwork();
      const file = join(away.path, "bundle.tar.gz");
      writeFileSync(file, await tarball(await makeBundle(workspaceRoot), "socketscope"));
      await run("tar", ["xzf", file, "-C", away.path]);
      where = { cwd: join(away.path, "socketscope"), env: { HOME: away.path, npm_config_offline: "true" } };
    });
    afterAll(() => {
      alone[Symbol.dispose]();
      away[Symbol.dispose]();
    });

    it("starts every server, and each page is whole", async () => {
      await using all = alone.spawn(process.execPath, ["tools/start/dist/main.js"], where);
      await all.line((line) => line.includes("Ctrl+C"));
      const pages = [
        "4700/",
        "4700/inspector.js",
        "8080/",
        "8025/",
        "8021/",
        "8090/",
        "8090/player/hls.min.js",
      ];
      // The list of a film is made by a library, out of the sample.
      const urls = [...pages, "8090/vod/sample/master.m3u8"].map((page) => `http://127.0.0.1:${page}`);
      const told = await alone.run("curl", [
        "-sSf",
        "-o",
        "/dev/null",
        "-w",
        "%{url} %{size_download}\n",
        ...each(urls),
      ]);
      expect(told.stderr).toBe("");
      expect(Number(/inspector\.js (\d+)/.exec(told.text)?.[1])).toBeGreaterThan(50_000);
    });

    it("has the libraries' engines", async () => {
      const engines: readonly [app: string, engine: string, ...ports: string[]][] = [
        ["mail-relay", "smtp-server", "submission-", "smtps-", "pop3-", "pop3s-", "web-"],
        ["file-transfer", "ftp-srv", "implicit-", "sftp-", "web-"],
        ["web-server", "node-http", "https-"],
      ];
      const starts = engines.map(async ([app, engine, ...ports]) => {
        const free = ["", ...ports].map((port) => `--${port}port=0`);
        const main = `apps/${app}/dist/main.js`;
        await using other = alone.spawn(
          process.execPath,
          [main, "--json", `--engine=${engine}`, ...free],
          where,
        );
        expect(await other.line()).toContain(`"engine":"${engine}"`);
      });
      await Promise.all(starts);
    });

    it("teaches: npm knows the lessons' words", async () => {
      const list = await alone.run("npm", ["run", "-s", "workshop"], where);
      expect(list.text).toMatch(/^ {3}1 {2}A socket .*\n[^]*^ {2}16 {2}/m);
      const doctor = await alone.run("npm", ["run", "-s", "workshop", "--", "doctor"], where);
      expect(doctor.text).toContain("port 4700    free");
      const sent = await alone.run("npm", ["run", "-s", "socket", "--", "table"], where);
      expect(sent.code, sent.stderr).toBe(0);
    });
  },
);

function each(urls: readonly string[]): string[] {
  return urls.flatMap((url, at) => (at === 0 ? [url] : ["-o", "/dev/null", url]));
}
