/** Other people's SFTP clients, each with code of its own below: libssh2 (curl), Go (rclone), Python (paramiko), FUSE (sshfs), lftp. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateHostKey, publicLineOf } from "@socketscope/ssh";
import { findProgram, needing, realClient, run, type RunResult } from "@socketscope/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sshSettings } from "./openssh.ts";
import { PASSWORD, startServer, type TestServer } from "./server.ts";
import { makeMany, makeTree, sha256, treeOf } from "./trees.ts";

const userKey = generateHostKey();
let server: TestServer;
let here: string;

beforeEach(async () => {
  server = await startServer({ keys: [publicLineOf(userKey)] });
  here = join(server.folder, "here");
  mkdirSync(join(here, ".ssh"), { recursive: true, mode: 0o700 });
  writeFileSync(join(here, ".ssh", "known_hosts"), server.knownHost);
  writeFileSync(join(here, "key"), userKey, { mode: 0o600 });
});
afterEach(() => server[Symbol.asyncDispose]());

async function good(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<RunResult> {
  const result = await run(program, args, { cwd: here, env: { HOME: here, ...env }, timeout: 120_000 });
  expect(result.code, result.stderr).toBe(0);
  return result;
}

realClient("curl").describe("curl", () => {
  const url = (path: string): string => `sftp://127.0.0.1:${server.port}${path}`;
  const common = (): readonly string[] => [
    "--silent",
    "--show-error",
    "--user",
    `demo:${PASSWORD}`,
    "--hostpubsha256",
    // curl wants what OpenSSH shows, without its beginning
    server.fingerprint.replace("SHA256:", ""),
  ];

  it("puts, gets, goes on, lists, makes folders", async () => {
    const octets = randomBytes(2_000_000);
    writeFileSync(join(here, "up"), octets);
    await good("curl", [...common(), "--ftp-create-dirs", "--upload-file", "up", url("/new/folder/up")]);
    expect(sha256(join(server.home, "new/folder/up"))).toBe(sha256(join(here, "up")));
    writeFileSync(join(here, "down"), octets.subarray(0, 500_000));
    await good("curl", [...common(), "--continue-at", "-", "--output", "down", url("/new/folder/up")]);
    expect(sha256(join(here, "down"))).toBe(sha256(join(here, "up")));
    writeFileSync(join(server.home, "half"), octets.subarray(0, 700_000));
    await good("curl", [...common(), "--continue-at", "700000", "--upload-file", "up", url("/half")]);
    expect(sha256(join(server.home, "half"))).toBe(sha256(join(here, "up")));
    const { text } = await good("curl", [...common(), url("/new/folder/")]);
    expect(text).toMatch(/^-rw.* up$/m);
  });

  it("does not believe another host key, nor we another password", async () => {
    const wrong = await run("curl", [...common().slice(0, 4), "--hostpubsha256", "x".repeat(43), url("/")]);
    expect(wrong.code).toBe(60);
    const [silent = "", errors = "", , , ...rest] = common();
    const refused = await run("curl", [silent, errors, "--user", "demo:wrong", ...rest, url("/")]);
    expect(refused.code).toBe(67);
  });
});

realClient("rclone").describe("rclone", () => {
  const remote = (): string =>
    `:sftp,host=127.0.0.1,port=${server.port},user=demo,key_file=${join(here, "key")},known_hosts_file=${join(here, ".ssh", "known_hosts")},shell_type=none,md5sum_command=none,sha1sum_command=none:`;
  const rclone = (...args: readonly string[]): Promise<RunResult> =>
    good("rclone", [
      "--config",
      "/dev/null",
      "--transfers",
      "8",
      "--checkers",
      "8",
      "--retries",
      "1",
      ...args,
    ]);

  it("copies a tree both ways, eight files at a time", async () => {
    const tree = makeTree(join(here, "tree"));
    mkdirSync(join(here, "tree", "more"));
    for (let i = 0; i < 60; i++)
      writeFileSync(join(here, "tree", "more", `file ${i}`), randomBytes(10_000 + i));
    const all = treeOf(join(here, "tree"));
    expect(Object.keys(all).length).toBeGreaterThan(Object.keys(tree).length + 60);
    await rclone("copy", "--create-empty-src-dirs", "tree", `${remote()}up`);
    expect(treeOf(join(server.home, "up"))).toEqual(all);
    await rclone("copy", "--create-empty-src-dirs", `${remote()}up`, "down");
    expect(treeOf(join(here, "down"))).toEqual(all);
    await rclone("check", "--download", `${remote()}up`, "tree");
    await rclone("moveto", `${remote()}up/big`, `${remote()}up/moved`);
    expect(existsSync(join(server.home, "up/moved"))).toBe(true);
    await rclone("purge", `${remote()}up`);
    expect(treeOf(server.home)).toEqual({});
  });
});

realClient("lftp").describe("lftp", () => {
  const lftp = async (...commands: readonly string[]): Promise<string> => {
    const { options } = sshSettings(server, { identity: join(here, "key") });
    const program = `set sftp:connect-program "ssh -a -x ${options.join(" ")}"; set net:max-retries 1; set cmd:fail-exit yes`;
    const open = `open -p ${server.port} sftp://demo:x@127.0.0.1`;
    const { text } = await good("lftp", ["--norc", "-c", [program, open, ...commands].join("; ")]);
    return text;
  };

  it("mirrors both ways, in parallel, and lists ten thousand files", async () => {
    const tree = makeTree(join(here, "tree"));
    await lftp("mirror --reverse --parallel=4 tree up");
    expect(treeOf(join(server.home, "up"))).toEqual(tree);
    await lftp("mirror --parallel=4 up down", "pget -n 4 up/big -o piece");
    expect(treeOf(join(here, "down"))).toEqual(tree);
    expect(sha256(join(here, "piece"))).toBe(sha256(join(here, "tree/big")));
    makeMany(join(server.home, "many"), 10_000);
    const text = await lftp("cls -1 many");
    expect(new Set(text.trim().split("\n")).size).toBe(10_000);
  });
});

const python = "/usr/bin/python3";
const paramiko =
  findProgram("python3") !== undefined && existsSync("/usr/lib/python3/dist-packages/paramiko");
const withParamiko = needing(
  paramiko ? undefined : "python3-paramiko is not installed, see tools/setup-clients.sh",
);

const SCRIPT = `
import hashlib, os, sys, paramiko
host, port, user, password, known = sys.argv[1:6]
client = paramiko.SSHClient()
client.load_host_keys(known)
client.connect(host, int(port), user, password, look_for_keys=False, allow_agent=False)
sftp = client.open_sftp()
data = os.urandom(3000000)
with sftp.open("file", "wb") as f:
    f.set_pipelined(True)
    for at in range(0, len(data), 30000):
        f.write(data[at:at + 30000])
with sftp.open("file", "ab") as f:
    f.set_pipelined(True)
    for i in range(200):
        f.write(b"line %03d\\n" % i)
with sftp.open("file", "rb") as f:
    f.prefetch()
    back = f.read()
assert back == data + b"".join(b"line %03d\\n" % i for i in range(200)), "content"
with sftp.open("file", "r+b") as f:
    f.seek(1000); f.write(b"changed"); f.seek(998)
    assert f.read(11) == data[998:1000] + b"changed" + data[1007:1009], "in place"
    f.truncate(2000)
assert sftp.stat("file").st_size == 2000
try:
    sftp.open("file", "x")
    assert False, "exclusive"
except IOError: pass
sftp.mkdir("folder", 0o750)
sftp.symlink("../file", "folder/link")
assert sftp.readlink("folder/link") == "../file"
assert sftp.normalize("folder/../folder/link") == "/file"
sftp.posix_rename("file", "folder/file")
sftp.chmod("folder/file", 0o604)
sftp.utime("folder/file", (1000000000, 1000000001))
st = sftp.lstat("folder/file")
assert (st.st_mode & 0o777, st.st_mtime) == (0o604, 1000000001), st
assert sorted(sftp.listdir("folder")) == ["file", "link"]
sftp.truncate("folder/file", 10)
with sftp.open("folder/file", "rb") as f:
    assert [len(x) for x in f.readv([(0, 4), (4, 6)])] == [4, 6]
sftp.remove("folder/link"); sftp.remove("folder/file"); sftp.rmdir("folder")
try:
    sftp.stat("none")
    assert False, "none"
except FileNotFoundError: pass
many = [client.open_sftp() for _ in range(5)]
for one in many: assert one.listdir(".") == []
client.close()
print("done")
`;

withParamiko.describe("paramiko", () => {
  it("reads, writes, appends in order, changes in place", async () => {
    const args = [
      "-c",
      SCRIPT,
      "127.0.0.1",
      String(server.port),
      "demo",
      PASSWORD,
      join(here, ".ssh", "known_hosts"),
    ];
    const { text } = await good(python, args);
    expect(text).toBe("done\n");
    expect(treeOf(server.home)).toEqual({});
  });
});

const fuse = existsSync("/dev/fuse") && process.getuid?.() === 0;
(fuse ? realClient("sshfs", "fusermount3") : needing("FUSE may not be had here")).describe("sshfs", () => {
  it("mounts: a tree is copied in and out by cp, renamed, changed in place", async () => {
    const mounted = join(here, "mounted");
    mkdirSync(mounted);
    const { options } = sshSettings(server, { identity: join(here, "key") });
    // In the foreground: what it leaves in the background would not outlive its process group. And whoever looks into
    // the folder waits for us: a call that held up this process would wait for ever.
    const args = ["-f", "-p", String(server.port), ...options, "demo@127.0.0.1:/", mounted];
    const running = run("sshfs", args, { cwd: here, env: { HOME: here }, timeout: 120_000 });
    const still = { running: true };
    void running.finally(() => (still.running = false));
    while (still.running && (await run("mountpoint", ["-q", mounted])).code !== 0);
    try {
      const tree = makeTree(join(here, "tree"));
      await good("cp", ["-rp", "tree", "mounted/up"]);
      expect(treeOf(join(server.home, "up"))).toEqual(tree);
      await good("cp", ["-r", "mounted/up", "down"]);
      expect(treeOf(join(here, "down"))).toEqual(tree);
      await good("mv", ["mounted/up/big", "mounted/up/moved"]);
      expect(sha256(join(server.home, "up/moved"))).toBe(sha256(join(here, "tree/big")));
      await good("dd", [
        "if=/dev/zero",
        "of=mounted/up/moved",
        "bs=1000",
        "seek=3",
        "count=2",
        "conv=notrunc",
      ]);
      const changed = readFileSync(join(here, "tree/big")).fill(0, 3000, 5000);
      expect(readFileSync(join(server.home, "up/moved")).equals(changed)).toBe(true);
      await good("sh", ["-c", "echo one > mounted/log && echo two >> mounted/log && cat mounted/log"]);
      expect(readFileSync(join(server.home, "log"), "utf8")).toBe("one\ntwo\n");
      const { text } = await good("df", ["--output=size", "mounted"]);
      expect(Number(text.split("\n")[1])).toBeGreaterThan(0);
      await good("rm", ["-r", "mounted/up"]);
      expect(existsSync(join(server.home, "up"))).toBe(false);
      expect((await good("ls", ["mounted"])).text).toBe("log\n");
    } finally {
      await run("fusermount3", ["-u", mounted]);
      expect((await running).stderr).toBe("");
    }
  });
});
