/** The program as started by a user, between a real client (curl) and a real server (nginx), with both engines. */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import {
  freePort,
  programPath,
  realClient,
  run,
  spawnApp,
  Spawned,
  TemporaryFolder,
} from "@socketscope/testkit";
import { HttpAgent } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import { nodeUpstream } from "./upstream.ts";

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

/** nginx on a folder of its own, until it answers. */
async function startNginx(folder: string): Promise<{ port: number } & AsyncDisposable> {
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(" ");
  writeFileSync(
    join(folder, "nginx.conf"),
    `user ${userInfo().username}; worker_processes 1; pid ${folder}/pid; events {} http { ${temporary} access_log off;
     server { listen 127.0.0.1:${port}; root ${folder}/site;
       location = /where { return 302 /there; }
       location = /told { return 200 "$http_host $http_x_forwarded_for $http_via"; } } }`,
  );
  const nginx = new Spawned(programPath("nginx"), [
    "-p",
    folder,
    "-c",
    "nginx.conf",
    "-e",
    "stderr",
    "-g",
    "daemon off;",
  ]);
  using agent = new HttpAgent();
  for (;;) {
    const answer = await agent.request({ url: `http://127.0.0.1:${port}/told` }).catch(() => undefined);
    answer?.body.cancel();
    if (answer !== undefined) return { port, [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose]() };
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

const curl = async (args: readonly string[]): Promise<string> => {
  const result = await run("curl", ["--silent", "--show-error", "--max-time", "60", ...args]);
  expect([result.code, result.stderr]).toEqual([0, ""]);
  return result.text;
};

realClient("curl", "nginx").describe("--proxy", () => {
  describe.each(["hand", "node-http"])("with engine %s", (engine) => {
    it("nginx's answers reach curl as nginx gave them", async () => {
      using folder = new TemporaryFolder("nginx");
      mkdirSync(join(folder.path, "site"));
      const octets = randomBytes(8 * 1024 * 1024);
      writeFileSync(join(folder.path, "site", "film"), octets);
      await using nginx = await startNginx(folder.path);
      const route = `/api=http://127.0.0.1:${nginx.port}`;
      await using app = await spawnApp("web-server", [
        "--engine",
        engine,
        "--proxy",
        route,
        "--root",
        folder.path,
      ]);
      const ca = app.ready.ca ?? "";
      for (const origin of [app.url("http"), app.url("https")]) {
        const out = join(folder.path, "out");
        const shown = await curl([
          "--cacert",
          ca,
          "--output",
          out,
          "--dump-header",
          "-",
          `${origin}/api/film`,
        ]);
        expect(shown).toMatch(/^server: nginx/im);
        expect(shown).toMatch(/^content-length: 8388608\r$/im);
        expect(sha256(readFileSync(out))).toBe(sha256(octets));
        const part = await curl([
          "--cacert",
          ca,
          "--range",
          "5-9",
          "--output",
          out,
          "--dump-header",
          "-",
          `${origin}/api/film`,
        ]);
        expect(part).toMatch(/^HTTP\/1\.1 206 /);
        expect(readFileSync(out).equals(octets.subarray(5, 10))).toBe(true);
        const told = await curl(["--cacert", ca, `${origin}/api/told`]);
        expect(told).toMatch(new RegExp(`^${new URL(origin).host} 127\\.0\\.0\\.1 1\\.1 socketscope-`));
        const head = await curl(["--cacert", ca, "--head", `${origin}/api/film`]);
        expect(head).toMatch(/^content-length: 8388608\r$/im);
        const led = await curl([
          "--cacert",
          ca,
          "--dump-header",
          "-",
          "--output",
          out,
          `${origin}/api/where`,
        ]);
        expect(led).toMatch(/^location: \S*\/api\/there\r$/im);
      }
    });

    it("50 MB that curl uploads arrive as they were, with Expect and in chunks", async () => {
      using folder = new TemporaryFolder("upload");
      const file = join(folder.path, "film");
      const octets = randomBytes(50_000_000);
      writeFileSync(file, octets);
      await using upstream = await nodeUpstream((message, response) => {
        const hash = createHash("sha256");
        message.on("data", (piece: Buffer) => hash.update(piece));
        message.on("end", () => response.end(hash.digest("hex")));
      });
      await using app = await spawnApp("web-server", [
        "--engine",
        engine,
        "--proxy",
        `/up=${upstream.url}`,
        "--root",
        folder.path,
      ]);
      const url = `${app.url("http")}/up/film`;
      expect(await curl(["--upload-file", file, "--header", "Expect: 100-continue", url])).toBe(
        sha256(octets),
      );
      expect(await curl(["--upload-file", file, "--header", "Transfer-Encoding: chunked", url])).toBe(
        sha256(octets),
      );
    });
  });
});
