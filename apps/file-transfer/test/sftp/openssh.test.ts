/** OpenSSH's sftp and scp against our server: what arrives is what was sent, octet for octet. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { generateHostKey, publicLineOf } from "@socketscope/ssh";
import { realClient, run } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sftp, sshSettings } from "./openssh.ts";
import { startServer, type TestServer, type TestServerOptions } from "./server.ts";
import { makeMany, makeTree, sha256, treeOf } from "./trees.ts";

const userKey = generateHostKey();
let server: TestServer;
let here: string;

async function restart(options: TestServerOptions = {}): Promise<void> {
  await server[Symbol.asyncDispose]();
  await begin(options);
}

async function begin(options: TestServerOptions): Promise<void> {
  server = await startServer({ keys: [publicLineOf(userKey)], ...options });
  here = join(server.folder, "here");
  mkdirSync(here);
}

/** Fails with what sftp said. */
async function good(commands: readonly string[], options: Parameters<typeof sftp>[2] = {}): Promise<string> {
  const { code, text, stderr } = await sftp(server, commands, { cwd: here, ...options });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return text;
}

realClient("sftp", "ssh").describe("OpenSSH's sftp", () => {
  beforeEach(() => begin({}));
  afterEach(() => server[Symbol.asyncDispose]());
  it("puts a tree and gets it back", async () => {
    const tree = makeTree(join(here, "tree"));
    await good(["put -r tree"]);
    expect(treeOf(server.home)).toEqual({
      "tree/": "",
      ...Object.fromEntries(Object.entries(tree).map(([path, what]) => [`tree/${path}`, what])),
    });
    await good(["get -r tree back"]);
    expect(treeOf(join(here, "back"))).toEqual(tree);
    expect(server.log).toContain("demo in by password");
    expect(server.transfers.every(({ complete }) => complete)).toBe(true);
  });

  it("logs in by key, and not by another", async () => {
    const file = join(here, "key");
    writeFileSync(file, userKey, { mode: 0o600 });
    expect(await good(["pwd"], { identity: file })).toContain("/");
    expect(server.log).toEqual(["demo in by key"]);
    writeFileSync(file, generateHostKey(), { mode: 0o600 });
    const { code, stderr } = await sftp(server, ["pwd"], { identity: file, cwd: here });
    expect(code).not.toBe(0);
    expect(stderr).toContain("Permission denied");
    const wrong = await sftp(server, ["pwd"], { password: "wrong", cwd: here });
    expect(wrong.stderr).toContain("Permission denied");
    expect(server.log.at(-1)).toBe("demo failed by password");
  });

  it("goes on with a get that broke, and with a put that broke", async () => {
    const octets = randomBytes(5_000_000);
    writeFileSync(join(server.home, "far"), octets);
    writeFileSync(join(here, "far"), octets.subarray(0, 1_234_567));
    await good(["reget far"]);
    expect(readFileSync(join(here, "far")).equals(octets)).toBe(true);
    writeFileSync(join(here, "near"), octets);
    writeFileSync(join(server.home, "near"), octets.subarray(0, 2_345_678));
    await good(["reput near"]);
    expect(readFileSync(join(server.home, "near")).equals(octets)).toBe(true);
    const incoming = server.transfers.find(({ path }) => path === "/near");
    expect(incoming?.octets).toBe(octets.length - 2_345_678);
  });

  it("keeps what a broken put brought, hidden, for a reput", async () => {
    const octets = randomBytes(40_000_000);
    writeFileSync(join(here, "near"), octets);
    const { options, env } = sshSettings(server);
    const target = "demo@127.0.0.1";
    const started = run("sftp", ["-P", String(server.port), ...options, "-l", "20000", "-b", "-", target], {
      env,
      cwd: here,
      input: "put near\n",
    });
    const view = await server.files.view({
      user: "demo",
      access: "full",
      home: server.home,
      anonymous: false,
    });
    const partial = (): Promise<number> =>
      view.stat("/near").then(
        ({ size }) => size,
        () => 0,
      );
    while ((await partial()) < 1_000_000)
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    await server.listener.drain(0);
    expect((await started).code).not.toBe(0);
    const kept = await partial();
    expect(kept).toBeGreaterThanOrEqual(1_000_000);
    expect(kept).toBeLessThan(octets.length);
    expect(Object.keys(treeOf(server.home)).includes("near")).toBe(false);
    await view.close();
    expect(server.transfers).toMatchObject([{ path: "/near", complete: false }]);
  });

  it("lists, renames, links, changes modes and times, removes", async () => {
    writeFileSync(join(here, "a"), "hello");
    utimesSync(join(here, "a"), 1_000_000_000, 1_000_000_001);
    chmodSync(join(here, "a"), 0o640);
    const text = await good([
      "mkdir folder",
      "put -p a folder/a",
      "ln folder/a folder/hard",
      "ln -s a folder/soft",
      "rename folder/hard folder/moved",
      "chmod 600 folder/moved",
      "ls -la folder",
      "ls -1 folder",
      "ls -n folder",
      "df -h",
      "df -i folder",
      "rm folder/soft",
      "mkdir gone",
      "rmdir gone",
      "cd folder",
      "pwd",
    ]);
    const folder = join(server.home, "folder");
    expect(treeOf(folder)).toMatchObject({ a: expect.stringMatching(/^5 /), moved: expect.any(String) });
    expect(Object.keys(treeOf(folder))).toEqual(["a", "moved"]);
    const stat = statSync(join(folder, "a"));
    expect(Math.floor(stat.mtimeMs / 1000)).toBe(1_000_000_001);
    expect(stat.mode & 0o777).toBe(0o600);
    expect(stat.nlink).toBe(2);
    expect(text).toMatch(/^-rw------- +2 \S+ +\S+ +5 Sep  9  2001 a$/m);
    expect(text).toMatch(/^lrwxrwxrwx .* soft -> a$/m);
    expect(text).toMatch(/^drwx.* \.\.$/m);
    expect(text).toMatch(/%Capacity/);
    expect(text).toContain("Remote working directory: /folder");
  });

  it("makes links as ln -s does: OpenSSH sends the target first", async () => {
    writeFileSync(join(server.home, "target"), "x");
    await good(["ln -s target link"]);
    expect(readlinkSync(join(server.home, "link"))).toBe("target");
    expect(lstatSync(join(server.home, "target")).isFile()).toBe(true);
  });

  it("copies on the server", async () => {
    const octets = randomBytes(1_000_000);
    writeFileSync(join(server.home, "a"), octets);
    await good(["cp a b"]);
    expect(sha256(join(server.home, "b"))).toBe(sha256(join(server.home, "a")));
  });

  it("lists ten thousand files, each once", async () => {
    makeMany(join(server.home, "many"), 10_000);
    const text = await good(["ls -1 many"]);
    const names = text.split("\n").filter((line) => line.startsWith("many/"));
    expect(new Set(names).size).toBe(10_000);
    expect(names).toHaveLength(10_000);
  });

  it("reads and writes beyond 4 GiB", async () => {
    const size = 4 * 1024 ** 3 + 1_000_003;
    for (const path of [join(server.home, "sparse"), join(here, "up")]) {
      const file = openSync(path, "w");
      ftruncateSync(file, size);
      writeSync(file, "at the end", size - 10);
      writeSync(file, "beyond", 2 ** 32 + 5);
      closeSync(file);
    }
    // All but the last octets is there already: what is asked for lies beyond 32 bits.
    writeFileSync(join(here, "sparse"), "");
    truncateSync(join(here, "sparse"), 2 ** 32);
    await good(["reget sparse"]);
    expect(statSync(join(here, "sparse")).size).toBe(size);
    const tail = (path: string): string => {
      const part = Buffer.alloc(1_000_003);
      const file = openSync(path, "r");
      try {
        readSyncFully(file, part, 2 ** 32);
      } finally {
        closeSync(file);
      }
      return part.toString("latin1");
    };
    expect(tail(join(here, "sparse"))).toBe(tail(join(server.home, "sparse")));
    writeFileSync(join(server.home, "up"), "");
    truncateSync(join(server.home, "up"), 2 ** 32);
    await good(["reput up"]);
    expect(statSync(join(server.home, "up")).size).toBe(size);
    expect(tail(join(server.home, "up"))).toBe(tail(join(here, "up")));
  });

  it("lets a read-only user read, and no more", async () => {
    writeFileSync(join(server.home, "there"), "x");
    writeFileSync(join(here, "mine"), "y");
    const { text, stderr } = await sftp(
      server,
      [
        "get there",
        "-put mine",
        "-rm there",
        "-mkdir d",
        "-rename there t",
        "-chmod 600 there",
        "-ln -s there l",
      ],
      { user: "guest", cwd: here },
    );
    expect(text).toContain("sftp>");
    expect(stderr.match(/Permission denied/g)?.length).toBeGreaterThanOrEqual(5);
    expect(readFileSync(join(here, "there"), "utf8")).toBe("x");
    expect(Object.keys(treeOf(server.home))).toEqual(["there"]);
  });

  it("lets an upload-only user bring what is new, and read nothing", async () => {
    writeFileSync(join(server.home, "secret"), "x");
    writeFileSync(join(here, "letter"), "y");
    const { stderr } = await sftp(
      server,
      ["put letter", "-get secret", "-put letter secret", "-rm secret", "ls"],
      {
        user: "box",
        cwd: here,
      },
    );
    expect(stderr).toContain("Permission denied");
    expect(readFileSync(join(server.home, "letter"), "utf8")).toBe("y");
    expect(readFileSync(join(server.home, "secret"), "utf8")).toBe("x");
    expect(existsSync(join(here, "secret"))).toBe(false);
  });

  it("stays in the home, whatever the path says", async () => {
    writeFileSync(join(server.folder, "outside"), "x");
    const { code, stderr } = await sftp(server, ["get ../outside"], { cwd: here });
    expect(code).not.toBe(0);
    expect(stderr).toContain("not found");
    expect((await sftp(server, ["ln -s ../../outside l", "get l"], { cwd: here })).code).not.toBe(0);
    expect(existsSync(join(here, "outside"))).toBe(false);
  });

  it("says that the quota is used up, and leaves no half file", async () => {
    await restart({ quota: 1_000_000 });
    writeFileSync(join(here, "big"), randomBytes(3_000_000));
    writeFileSync(join(here, "small"), randomBytes(1000));
    expect((await sftp(server, ["put big"], { cwd: here })).code).not.toBe(0);
    await good(["put small"]);
    expect(Object.keys(treeOf(server.home)).filter((name) => !name.startsWith("."))).toEqual(["small"]);
    const text = await good(["df"]);
    expect(text).toMatch(/\d/);
  });

  it("is told that there is no shell, and no forwarding", async () => {
    const { options, env } = sshSettings(server);
    const ssh = (...more: readonly string[]) =>
      run("ssh", ["-p", String(server.port), ...options, ...more], { env, cwd: here });
    const shell = await ssh("demo@127.0.0.1", "id");
    expect(shell).toMatchObject({ code: 1, text: "" });
    expect(shell.stderr).toContain("speaks SFTP only");
    const forwarded = await ssh("-W", "127.0.0.1:1", "demo@127.0.0.1");
    expect(forwarded.code).not.toBe(0);
    expect(forwarded.stderr).toMatch(/prohibited|failed/);
  });
});

function readSyncFully(file: number, into: Buffer, position: number): void {
  const read = new Uint8Array(into.buffer, into.byteOffset, into.length);
  let at = 0;
  while (at < into.length) {
    const count = readSync(file, read, at, into.length - at, position + at);
    if (count === 0) break;
    at += count;
  }
}

realClient("scp", "ssh").describe("scp, which speaks SFTP", () => {
  beforeEach(() => begin({}));
  afterEach(() => server[Symbol.asyncDispose]());

  it("copies both ways", async () => {
    const tree = makeTree(join(here, "tree"));
    const { options, env } = sshSettings(server);
    const scp = async (...paths: readonly string[]): Promise<void> => {
      const args = ["-s", "-P", String(server.port), "-r", ...options, ...paths];
      const { code, stderr } = await run("scp", args, { env, cwd: here });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    };
    await scp("tree", "demo@127.0.0.1:up");
    expect(treeOf(join(server.home, "up"))).toEqual(tree);
    await scp("demo@127.0.0.1:up", "down");
    expect(treeOf(join(here, "down"))).toEqual(tree);
  });
});
