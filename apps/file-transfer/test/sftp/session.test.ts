/** What clients of somebody else do not show: requests that overtake, ends in the middle, what OPEN's flags mean. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_KINDS, OPEN_FLAGS, STATUS, type SftpAnswer } from "@socketscope/sftp";
import { connectSsh, openSftp, type SftpRemote, type SshConnection } from "@socketscope/ssh";
import { connectTcp } from "@socketscope/socket-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PASSWORD, startServer, type TestServer, type TestServerOptions } from "./server.ts";
import { treeOf } from "./trees.ts";

const { READ, WRITE, APPEND, CREATE, TRUNCATE, EXCLUSIVE } = OPEN_FLAGS;
let server: TestServer;
let connections: SshConnection[] = [];

async function begin(options: TestServerOptions = {}): Promise<void> {
  connections = [];
  server = await startServer(options);
}
beforeEach(() => begin());
afterEach(async () => {
  for (const connection of connections) connection.end();
  await server[Symbol.asyncDispose]();
});

async function connect(user = "demo"): Promise<SshConnection> {
  const stream = await connectTcp({ host: "127.0.0.1", port: server.port, protocol: "ssh", timeout: 60_000 });
  const connection = await connectSsh(stream, { user, password: PASSWORD, trust: () => true });
  connections.push(connection);
  return connection;
}

async function login(user?: string): Promise<SftpRemote> {
  return openSftp(await (await connect(user)).openSftp());
}

const open = (path: string, flags: number) => ({ type: "open", path, flags, attributes: {} }) as const;

async function opened(remote: SftpRemote, path: string, flags: number): Promise<string> {
  const answer = await remote.ask(open(path, flags));
  if (answer.type !== "handle") throw new Error(`${path} is not open: ${JSON.stringify(answer)}`);
  return answer.handle;
}

const code = (answer: SftpAnswer): number | string => (answer.type === "status" ? answer.code : answer.type);
const at = (name: string): string => join(server.home, name);
const write = (handle: string, offset: number, data: string | Uint8Array) =>
  ({ type: "write", handle, offset, data: typeof data === "string" ? Buffer.from(data) : data }) as const;
const until = async (done: () => boolean): Promise<void> => {
  while (!done())
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
};

describe("in flight", () => {
  it("writes, CLOSE, RENAME and STAT come without waiting, and do what they say in that order", async () => {
    const remote = await login();
    const handle = await opened(remote, "/new", WRITE | CREATE | TRUNCATE);
    const content = randomBytes(40 * 32_768);
    const asked = [
      ...Array.from({ length: 40 }, (_, i) =>
        remote.ask(write(handle, i * 32_768, content.subarray(i * 32_768, (i + 1) * 32_768))),
      ),
      remote.ask({ type: "fsetstat", handle, attributes: { permissions: 0o600 } }),
      remote.ask({ type: "close", handle }),
      remote.ask({ type: "rename", from: "/new", to: "/named" }),
      remote.ask({ type: "stat", path: "/named" }),
    ];
    const answers = await Promise.all(asked);
    expect(answers.slice(0, -1).map(code)).toEqual(answers.slice(0, -1).map(() => STATUS.OK));
    expect(answers.at(-1)).toMatchObject({
      attributes: { size: content.length, permissions: FILE_KINDS.file | 0o600 },
    });
    expect(readFileSync(at("named")).equals(content)).toBe(true);
  });

  it("writes are answered in the order they were asked in, however long each takes: scp cuts the file otherwise", async () => {
    const remote = await login();
    const handle = await opened(remote, "/new", WRITE | CREATE | TRUNCATE);
    const long = randomBytes(250_000);
    const asked: number[] = [];
    const told: number[] = [];
    const answers = Array.from({ length: 40 }, async (_, i) => {
      asked.push(i);
      // Every other one is a single octet, which is on the disk long before the one in front of it.
      await remote.ask(write(handle, i * long.length, i % 2 === 0 ? long : "."));
      told.push(i);
    });
    await Promise.all(answers);
    expect(told).toEqual(asked);
  });

  it("appends stay in the order they were asked in, whatever their offsets say", async () => {
    const remote = await login();
    writeFileSync(at("log"), "first\n");
    const handle = await opened(remote, "/log", WRITE | APPEND);
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i}\n`);
    await Promise.all(lines.map((line) => remote.ask(write(handle, 0, line))));
    await remote.ask({ type: "close", handle });
    expect(readFileSync(at("log"), "utf8")).toBe(`first\n${lines.join("")}`);
  });

  it("two hundred reads of one file are each their own piece, in the order they were asked for", async () => {
    const content = randomBytes(200 * 5000);
    writeFileSync(at("file"), content);
    const remote = await login();
    const handle = await opened(remote, "/file", READ);
    const order: number[] = [];
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const answer = await remote.ask({ type: "read", handle, offset: i * 5000, length: 5000 });
        order.push(i);
        return answer;
      }),
    );
    // OpenSSH's scp cuts a file whose pieces come in another order than it asked for them.
    expect(order).toEqual(answers.map((_, i) => i));
    const pieces = answers.map((one) => (one.type === "data" ? one.data : Buffer.from(one.type)));
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(code(await remote.ask({ type: "read", handle, offset: content.length, length: 1 }))).toBe(
      STATUS.EOF,
    );
  });
});

describe("OPEN", () => {
  it.each<readonly [string, string | undefined, number, number | "handle", string | undefined]>([
    ["what is not there, to read", undefined, READ, STATUS.NO_SUCH_FILE, undefined],
    ["what is not there, to write, without CREAT", undefined, WRITE, STATUS.NO_SUCH_FILE, undefined],
    [
      "what is not there, to empty, without CREAT",
      undefined,
      WRITE | TRUNCATE,
      STATUS.NO_SUCH_FILE,
      undefined,
    ],
    [
      "what is not there, to append, without CREAT",
      undefined,
      WRITE | APPEND,
      STATUS.NO_SUCH_FILE,
      undefined,
    ],
    ["a new file", undefined, WRITE | CREATE, "handle", "new"],
    ["a new file, read as well", undefined, READ | WRITE | CREATE, "handle", "new"],
    ["a new file, exclusively", undefined, WRITE | CREATE | EXCLUSIVE, "handle", "new"],
    ["an old file, exclusively", "old text", WRITE | CREATE | EXCLUSIVE, STATUS.FAILURE, "old text"],
    ["an old file, exclusively, by CREAT alone", "old text", CREATE | EXCLUSIVE, STATUS.FAILURE, "old text"],
    ["an old file in place", "old text", WRITE, "handle", "new text"],
    ["an old file in place, though it might be made", "old text", WRITE | CREATE, "handle", "new text"],
    ["an old file anew", "old text", WRITE | CREATE | TRUNCATE, "handle", "new"],
    ["an old file, to empty it", "old text", WRITE | TRUNCATE, "handle", "new"],
    ["an old file, behind its end", "old text", WRITE | APPEND, "handle", "old textnew"],
  ])("%s", async (_, before, flags, expected, after) => {
    if (before !== undefined) writeFileSync(at("file"), before);
    const remote = await login();
    const answer = await remote.ask(open("/file", flags));
    expect(code(answer)).toBe(expected);
    if (answer.type === "handle") {
      expect(code(await remote.ask(write(answer.handle, 0, "new")))).toBe(STATUS.OK);
      expect(code(await remote.ask({ type: "close", handle: answer.handle }))).toBe(STATUS.OK);
    }
    expect(existsSync(at("file")) ? readFileSync(at("file"), "utf8") : undefined).toBe(after);
  });

  it("a new file is not there before CLOSE, and for its own user it is", async () => {
    const [remote, other] = [await login(), await login("guest")];
    const handle = await opened(remote, "/file", READ | WRITE | CREATE | TRUNCATE);
    await remote.ask(write(handle, 0, "half"));
    expect(existsSync(at("file"))).toBe(false);
    expect(await remote.ask({ type: "stat", path: "/file" })).toMatchObject({ attributes: { size: 4 } });
    expect(code(await other.ask({ type: "stat", path: "/file" }))).toBe(STATUS.NO_SUCH_FILE);
    const read = await remote.ask({ type: "read", handle, offset: 1, length: 9 });
    expect(read.type === "data" && Buffer.from(read.data).toString()).toBe("alf");
    expect(await remote.ask({ type: "fstat", handle })).toMatchObject({ attributes: { size: 4 } });
    expect(code(await remote.ask({ type: "fsync", handle }))).toBe(STATUS.OK);
    await remote.ask({ type: "close", handle });
    expect(readFileSync(at("file"), "utf8")).toBe("half");
  });
});

describe("handles", () => {
  it("that nobody gave are refused, and closed ones are nobody's", async () => {
    const remote = await login();
    writeFileSync(at("file"), "x");
    const handle = await opened(remote, "/file", READ);
    await remote.ask({ type: "close", handle });
    for (const one of [handle, "", "h99", "\u00ff"]) {
      expect(code(await remote.ask({ type: "read", handle: one, offset: 0, length: 1 }))).toBe(
        STATUS.FAILURE,
      );
      expect(code(await remote.ask({ type: "close", handle: one }))).toBe(STATUS.FAILURE);
    }
  });

  it("of one kind do not do what another does", async () => {
    const remote = await login();
    writeFileSync(at("file"), "x");
    const [reading, folder] = [
      await opened(remote, "/file", READ),
      await remote.ask({ type: "opendir", path: "/" }),
    ];
    expect(code(await remote.ask(write(reading, 0, "y")))).toBe(STATUS.FAILURE);
    expect(code(await remote.ask({ type: "readdir", handle: reading }))).toBe(STATUS.FAILURE);
    const handle = folder.type === "handle" ? folder.handle : "";
    expect(code(await remote.ask({ type: "read", handle, offset: 0, length: 1 }))).toBe(STATUS.FAILURE);
    const listed = await remote.ask({ type: "readdir", handle });
    expect(listed.type === "name" && listed.entries.map(({ name }) => name).toSorted()).toEqual([
      ".",
      "..",
      "file",
    ]);
    expect(code(await remote.ask({ type: "readdir", handle }))).toBe(STATUS.EOF);
  });

  it("copy from one to the other on the server, within bounds", async () => {
    const remote = await login();
    const content = randomBytes(700_000);
    writeFileSync(at("from"), content);
    const source = await opened(remote, "/from", READ);
    const destination = await opened(remote, "/to", WRITE | CREATE | TRUNCATE);
    const copy = {
      type: "copy-data",
      source,
      sourceOffset: 100,
      length: 0,
      destination,
      destinationOffset: 0,
    } as const;
    expect(code(await remote.ask(copy))).toBe(STATUS.OK);
    expect(code(await remote.ask({ ...copy, sourceOffset: 0, length: 5, destinationOffset: 5 }))).toBe(
      STATUS.OK,
    );
    expect(code(await remote.ask({ ...copy, destination: source }))).toBe(STATUS.FAILURE);
    await remote.ask({ type: "close", handle: destination });
    const expected = Buffer.from(content.subarray(100));
    content.copy(expected, 5, 0, 5);
    expect(readFileSync(at("to")).equals(expected)).toBe(true);
  });
});

it("says what it can do, and where one is", async () => {
  const remote = await login();
  expect(remote.opening.extensions.map(({ name }) => name)).toContain("posix-rename@openssh.com");
  expect(await remote.ask({ type: "limits" })).toMatchObject({ readOctets: 261_120, packetOctets: 262_144 });
  for (const path of ["", ".", "/", "..", "/x/../."])
    expect(await remote.ask({ type: "realpath", path })).toMatchObject(
      path.startsWith("/x") ? { type: "status" } : { entries: [{ name: "/" }] },
    );
  expect(await remote.ask({ type: "expand-path", path: "~/file" })).toMatchObject({
    entries: [{ name: "/file" }],
  });
  expect(await remote.ask({ type: "home-directory", user: "" })).toMatchObject({ entries: [{ name: "/" }] });
  expect(code(await remote.ask({ type: "home-directory", user: "root" }))).toBe(STATUS.NO_SUCH_FILE);
  expect(await remote.ask({ type: "statvfs", path: "/" })).toMatchObject({ nameOctets: 255 });
  const unknown = { type: "unknown-extension", name: "x@y", data: Buffer.from("z") } as const;
  expect(code(await remote.ask(unknown))).toBe(STATUS.OP_UNSUPPORTED);
});

it("a newline in a name forges no line", async () => {
  const remote = await login();
  await remote.ask({ type: "mkdir", path: "/a\n-rwxrwxrwx 1 0 0 9 Jan  1  1970 forged", attributes: {} });
  const folder = await remote.ask({ type: "opendir", path: "/" });
  const listed = await remote.ask({ type: "readdir", handle: folder.type === "handle" ? folder.handle : "" });
  expect(listed.type === "name" && listed.entries.every(({ longname }) => !longname.includes("\n"))).toBe(
    true,
  );
});

it("a drain lets the open file be finished, and opens no other", async () => {
  const remote = await login();
  const handle = await opened(remote, "/file", WRITE | CREATE | TRUNCATE);
  const drained = server.listener.drain(10_000);
  await until(() => server.listener.open.size > 0);
  let refused: SftpAnswer | undefined;
  while (refused?.type !== "status") refused = await remote.ask({ type: "opendir", path: "/" });
  expect(refused.text).toBe("The server is ending");
  expect(code(await remote.ask(write(handle, 0, "whole")))).toBe(STATUS.OK);
  expect(code(await remote.ask({ type: "close", handle }))).toBe(STATUS.OK);
  expect(await drained).toBe(0);
  expect(readFileSync(at("file"), "utf8")).toBe("whole");
});

it("a thousand broken conversations leave no descriptor and no file open", async () => {
  const descriptors = (): number => readdirSync("/proc/self/fd").length;
  writeFileSync(at("file"), randomBytes(100_000));
  const breakOff = async (i: number): Promise<void> => {
    const connection = await connect();
    const remote = await openSftp(await connection.openSftp());
    const reading = await opened(remote, "/file", READ);
    const writing = await opened(remote, `/new${i % 7}`, WRITE | CREATE | TRUNCATE);
    void remote.ask({ type: "opendir", path: "/" }).catch(() => undefined);
    void remote.ask({ type: "read", handle: reading, offset: 0, length: 100_000 }).catch(() => undefined);
    const late = remote.ask(write(writing, 0, randomBytes(50_000))).catch(() => undefined);
    if (i % 3 === 0) await late;
    if (i % 2 === 0) remote.stream.destroy("io");
    connection.end();
    await late;
  };
  const settle = async (): Promise<void> => {
    await until(() => server.listener.open.size === 0);
    const view = await server.files.view({ user: "x", access: "full", home: server.home, anonymous: false });
    await view.close();
  };
  for (let i = 0; i < 10; i++) await breakOff(i);
  await settle();
  const before = descriptors();
  for (let i = 0; i < 1000; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => breakOff(i + k)));
  await settle();
  await until(() => descriptors() <= before);
  // Each name keeps one partial, for its user to go on with.
  const partials = readdirSync(at(".socketscope-partials"));
  expect(partials.length).toBeLessThanOrEqual(7);
  expect(Object.keys(treeOf(server.home)).filter((name) => !name.startsWith("."))).toEqual(["file"]);
  expect(statSync(at("file")).size).toBe(100_000);
}, 240_000);
