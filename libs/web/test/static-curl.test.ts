/** Static files as curl sees them. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileChanged, staticFiles } from "../src/index.ts";
import { serveOn, type Served } from "./serving.ts";

const run = promisify(execFile);
const base = mkdtempSync(join(tmpdir(), "curl-"));
const root = join(base, "root");
const LARGE = Buffer.from(Array.from({ length: 3_000_001 }, (_, i) => (i * i) % 251));
const TEXT = "A line of text, and another line of text.\n".repeat(50_000);
const typeOf = (path: string) => (path.endsWith(".txt") ? "text/plain" : undefined);
let site: Served;

beforeAll(async () => {
  mkdirSync(join(root, "folder"), { recursive: true });
  writeFileSync(join(root, "large.bin"), LARGE);
  writeFileSync(join(root, "text.txt"), TEXT);
  writeFileSync(join(root, "folder/index.html"), "inside");
  writeFileSync(join(base, "secret.txt"), "SECRET");
  const old = new Date("2020-01-02T03:04:05Z");
  utimesSync(join(root, "large.bin"), old, old);
  site = await serveOn(staticFiles({ root, typeOf }));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

/** Runs curl into a file; its exit code, the status it saw, the octets it wrote. */
async function curl(
  args: readonly string[],
  output = join(base, "out"),
): Promise<{ code: number; status: string; octets: Buffer }> {
  const all = ["--silent", "--max-time", "20", "--write-out", "%{http_code}", "--output", output, ...args];
  const { code, stdout } = await run("curl", all).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, status: stdout, octets: readFileSync(output) };
}

describe("curl", () => {
  it("gets every octet", async () => {
    const { code, status, octets } = await curl([`${site.url}/large.bin`]);
    expect([code, status, octets.equals(LARGE)]).toEqual([0, "200", true]);
  });

  it("resumes what broke off, and is told when nothing is left", async () => {
    const output = join(base, "resumed");
    writeFileSync(output, LARGE.subarray(0, 1_234_567));
    const resumed = await curl(["--continue-at", "-", `${site.url}/large.bin`], output);
    expect([resumed.code, resumed.status, resumed.octets.equals(LARGE)]).toEqual([0, "206", true]);
    const again = await curl(["--continue-at", "-", `${site.url}/large.bin`], output);
    expect([again.status, again.octets.equals(LARGE)]).toEqual(["416", true]);
  });

  it("gets ranges, one and several", async () => {
    const last = await curl(["--range", "-5", `${site.url}/large.bin`]);
    expect([last.status, last.octets.equals(LARGE.subarray(-5))]).toEqual(["206", true]);
    const several = await curl(["--range", "0-9,2000000-2000099", `${site.url}/large.bin`]);
    expect(several.status).toBe("206");
    expect(several.octets.includes(LARGE.subarray(2_000_000, 2_000_100))).toBe(true);
  });

  it.each([["gzip"], ["br"]])("decodes what was coded on the way: %s", async (coding) => {
    const { code, octets } = await curl([
      "--compressed",
      "--header",
      `Accept-Encoding: ${coding}`,
      `${site.url}/text.txt`,
    ]);
    expect([code, octets.toString() === TEXT]).toEqual([0, true]);
  });

  it("is told that nothing changed, by tag and by date", async () => {
    const tags = join(base, "etag");
    expect((await curl(["--etag-save", tags, `${site.url}/large.bin`])).status).toBe("200");
    expect((await curl(["--etag-compare", tags, `${site.url}/large.bin`])).status).toBe("304");
    expect((await curl(["--time-cond", "02 Jan 2020 03:04:05 GMT", `${site.url}/large.bin`])).status).toBe(
      "304",
    );
    expect((await curl(["--time-cond", "02 Jan 2020 03:04:04 GMT", `${site.url}/large.bin`])).status).toBe(
      "200",
    );
  });

  it("follows the redirect of a folder, and nowhere else", async () => {
    for (const path of ["/folder", "//folder", "/%2e/folder"]) {
      const args = ["--location", "--path-as-is", "--write-out", " %{url_effective}", `${site.url}${path}`];
      const { status, octets } = await curl(args);
      expect(octets.toString()).toBe("inside");
      expect(status.trim().startsWith(`${site.url}/`)).toBe(true);
    }
  });

  it.each(["/../secret.txt", "/folder/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"])(
    "cannot leave the root: %s",
    async (path) => {
      const { octets } = await curl(["--path-as-is", site.url + path]);
      expect(octets.toString()).not.toContain("SECRET");
    },
  );

  it("learns that a file shrank: the transfer is partial, never short and whole", async () => {
    const path = join(root, "shrinking.bin");
    writeFileSync(path, Buffer.alloc(40_000_000));
    // Slow enough that the server cannot be done before the file is cut.
    const client = spawn("curl", [
      "--silent",
      "--no-buffer",
      "--limit-rate",
      "2M",
      `${site.url}/shrinking.bin`,
    ]);
    await once(client.stdout, "data");
    const fd = openSync(path, "r+");
    ftruncateSync(fd, 1_000_000);
    closeSync(fd);
    client.stdout.resume();
    const [code] = (await once(client, "exit")) as [number];
    // 18: partial file; 56: reset.
    expect([18, 56]).toContain(code);
    expect(site.failures.at(-1)?.error).toBeInstanceOf(FileChanged);
  });
});

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("clients that go away", () => {
  it("leave no descriptor behind, 1,000 times", async () => {
    const { port } = new URL(site.url);
    const leave = async () => {
      const socket = createConnection({ host: "127.0.0.1", port: Number(port) });
      socket.on("error", () => {});
      socket.write("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
      await once(socket, "data");
      socket.destroy();
    };
    const batch = (count: number) => Promise.all(Array.from({ length: count }, leave));
    const before = descriptors();
    await batch(20);
    await expect.poll(descriptors).toBe(before);
    for (let i = 0; i < 50; i++) await batch(20);
    await expect.poll(descriptors).toBe(before);
  });
});
