/** Both ends with each other, over sockets: logins, tries, channels, what the tap sees, ends of every kind. */
import {
  connectTcp,
  drive,
  DuplexOverStream,
  listenTcp,
  TapPoint,
  type CloseReason,
  type Flow,
  type Listener,
  type Stream,
} from "@socketscope/socket-core";
import { SftpServer, STATUS, type SftpServerAction, type SftpServerEvent } from "@socketscope/sftp";
import { generateKeyPairSync, sign } from "node:crypto";
import ssh2, { type IdentityCallback, type ParsedKey } from "ssh2";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  connectSsh,
  fingerprintOf,
  generateHostKey,
  openSftp,
  publicLineOf,
  SshServer,
  type SshConnectOptions,
  type SshLimits,
  type SshPolicy,
} from "../src/index.ts";

const hostKey = generateHostKey();
const userKey = generateHostKey();
const opened: Listener[] = [];
afterEach(async () => {
  for (const listener of opened.splice(0)) await listener.drain(0);
});

/** READ gives as many octets as were asked for, OPENDIR waits for ever, everything else is FAILURE. */
function answer(event: SftpServerEvent): SftpServerAction | undefined {
  const { type } = event;
  if (type === "init") return { type: "version", version: 3, extensions: [] };
  if (type === "refused") return event.answer;
  if (type === "drain" || type === "opendir") return undefined;
  if (type === "read")
    return { type: "data", id: event.id, data: new Uint8Array(event.length).fill(event.offset & 255) };
  return { type: "status", id: event.id, code: STATUS.FAILURE, text: "no" };
}

function parsed(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

interface Server {
  readonly listener: Listener;
  readonly log: string[];
  readonly channels: { readonly stream: Stream; closed?: CloseReason }[];
}

async function start(limits: Partial<SshLimits> = {}, taps = new TapPoint()): Promise<Server> {
  const log: string[] = [];
  const channels: Server["channels"] = [];
  const policy: SshPolicy<string> = {
    withPassword: (user, password) => Promise.resolve(password === `${user}'s word` ? user : undefined),
    authorizedKeys: (user) =>
      Promise.resolve(user === "ann" ? ["# hers", `restrict ${publicLineOf(userKey)} ann@home`] : []),
    withKey: (user) => user,
    loggedIn: (_, user, how) => log.push(`${user} in by ${how}`),
    loginFailed: (_, user, how) => log.push(`${user} failed by ${how}`),
    sftp(stream) {
      const channel: Server["channels"][number] = { stream };
      channels.push(channel);
      const clock = { ms: 60_000, from: "progress" } as const;
      drive(
        stream,
        new SftpServer(),
        {
          on(event, link) {
            const action = answer(event);
            if (action !== undefined) link.send(action);
          },
          closed(reason) {
            channel.closed = reason;
          },
        },
        { init: clock, packet: clock, idle: clock },
      );
    },
  };
  const server = new SshServer(policy, {
    hostKeys: [hostKey],
    software: "Test",
    tap: taps,
    limits: { loginDelayMs: 0, ...limits },
  });
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "ssh", tap: taps }, (stream) =>
    server.serve(stream),
  );
  opened.push(listener);
  return { listener, log, channels };
}

async function connect(
  { listener }: Server,
  options: Partial<SshConnectOptions> = { password: "ann's word" },
): ReturnType<typeof connectSsh> {
  const { host, port } = listener.address;
  const stream = await connectTcp({ host, port, protocol: "ssh", timeout: 60_000 });
  return connectSsh(stream, {
    user: "ann",
    trust: ({ fingerprint }) => fingerprint === fingerprintOf(hostKey),
    ...options,
  });
}

const until = async (done: () => boolean): Promise<void> => {
  while (!done())
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
};

describe("a login", () => {
  it("by password, then by key", async () => {
    const server = await start();
    (await connect(server)).end();
    (await connect(server, { privateKey: userKey })).end();
    expect(server.log).toEqual(["ann in by password", "ann in by key"]);
  });

  it.each<readonly [string, Partial<SshConnectOptions>, string]>([
    ["wrong password", { password: "x" }, "LOGIN"],
    ["unknown user", { user: "bob", password: "x" }, "LOGIN"],
    ["a key nobody listed", { privateKey: generateHostKey() }, "LOGIN"],
    ["a key of somebody else", { user: "bob", privateKey: userKey }, "LOGIN"],
    ["another host key", { password: "ann's word", trust: () => false }, "HOST_KEY"],
    [
      "a question that fails",
      { password: "ann's word", trust: () => Promise.reject(new Error("no")) },
      "HOST_KEY",
    ],
  ])("not with %s", async (_, options, code) => {
    const server = await start();
    await expect(connect(server, options)).rejects.toMatchObject({ code });
    await until(() => server.listener.open.size === 0);
    expect(server.log.filter((line) => line.includes(" in by "))).toEqual([]);
  });

  it("not with a signature that another key made", async () => {
    const server = await start();
    const key = parsed(userKey);
    const other = generateKeyPairSync("ed25519").privateKey;
    // the library's agent interface: offers ann's key, signs with ours
    class Forger extends ssh2.BaseAgent<ParsedKey> {
      override getIdentities(done: IdentityCallback<ParsedKey>): void {
        done(undefined, [key]);
      }
      override sign(_key: unknown, data: Buffer, options: unknown, done?: unknown): void {
        const callback = typeof options === "function" ? options : done;
        if (typeof callback === "function") callback(undefined, sign(null, data, other));
      }
    }
    await expect(connect(server, { agent: new Forger() as unknown as string })).rejects.toMatchObject({
      code: "LOGIN",
    });
    expect(server.log).toEqual(["ann failed by key"]);
  });

  it("ends with the tries", async () => {
    const server = await start({ loginTries: 2 });
    const { host, port } = server.listener.address;
    const stream = await connectTcp({ host, port, protocol: "ssh", timeout: 60_000 });
    const client = new ssh2.Client();
    let asked = 0;
    const duplex = new DuplexOverStream(stream, {
      late: () => undefined,
      finish: () => undefined,
      room: () => undefined,
      closed: () => undefined,
    });
    await new Promise<void>((resolve) => {
      client.on("error", () => undefined);
      client.on("close", () => resolve());
      client.connect({
        username: "ann",
        sock: duplex,
        authHandler: (_methods, _partial, next) => {
          asked++;
          next({ type: "password", username: "ann", password: `guess ${asked}` });
        },
      });
    });
    expect(asked).toBe(2);
    expect(server.log).toEqual(["ann failed by password", "ann failed by password"]);
  });
});

describe("a channel", () => {
  it("carries SFTP, many requests at a time, both ways", async () => {
    const server = await start();
    const connection = await connect(server);
    const remote = await openSftp(await connection.openSftp());
    expect(remote.opening).toMatchObject({ version: 3 });
    const asked = Array.from({ length: 100 }, (_, i) =>
      remote.ask({ type: "read", handle: "h", offset: i, length: 100_000 }),
    );
    const answers = await Promise.all(asked);
    expect(answers.map((one) => one.type === "data" && one.data[99_999])).toEqual(answers.map((_, i) => i));
    const written = await remote.ask({
      type: "write",
      handle: "h",
      offset: 0,
      data: new Uint8Array(200_000),
    });
    expect(written).toMatchObject({ type: "status", code: STATUS.FAILURE });
    remote.end();
    await until(() => server.channels[0]?.closed !== undefined);
    expect(server.channels[0]?.closed).toBe("peer-ended");
    connection.end();
    await until(() => server.listener.open.size === 0);
  });

  it("is refused beyond the limit, and to be had again behind an end", async () => {
    const server = await start({ channels: 1 });
    const connection = await connect(server);
    const first = await connection.openSftp();
    await expect(connection.openSftp()).rejects.toMatchObject({ code: "CHANNEL" });
    first.linger("we-ended");
    await until(() => server.channels[0]?.closed !== undefined);
    // RFC 4254 §5.3: its place is free when both ends have said CLOSE, which is a little later.
    const remote = await openSftp(await vi.waitFor(() => connection.openSftp(), { timeout: 60_000 }));
    remote.end();
    connection.end();
  });

  it("breaks with its connection, and who waits is told", async () => {
    const server = await start();
    const connection = await connect(server);
    const remote = await openSftp(await connection.openSftp());
    const unanswered = remote.ask({ type: "opendir", path: "y" }).catch((error: unknown) => error);
    await until(() => server.channels[0]?.stream.unread === 0 && remote.stream.queued === 0);
    await server.listener.drain(0);
    expect(await unanswered).toMatchObject({ code: "CONNECTION" });
    await expect(remote.ask({ type: "stat", path: "z" })).rejects.toMatchObject({ code: "CONNECTION" });
    await until(() => server.channels[0]?.closed !== undefined);
  });

  it("is a flow of its own in the tap: SFTP in clear above, SSH below", async () => {
    const taps = new TapPoint();
    const seen = new Map<
      number,
      { protocol: string; parent: number | undefined; text: string; end?: string }
    >();
    taps.attach({
      opened: (flow: Flow) => seen.set(flow.id, { protocol: "", parent: flow.parent, text: "" }),
      refused: () => undefined,
      speaks(flow, protocol) {
        const one = seen.get(flow.id);
        if (one !== undefined) one.protocol = protocol;
      },
      bytes(flow, direction, octets) {
        const one = seen.get(flow.id);
        if (one !== undefined && direction === "in") one.text += Buffer.from(octets).toString("latin1");
      },
      secured: () => undefined,
      closed(flow, reason) {
        const one = seen.get(flow.id);
        if (one !== undefined) one.end = reason;
      },
    });
    const server = await start({}, taps);
    const connection = await connect(server);
    const remote = await openSftp(await connection.openSftp());
    await remote.ask({ type: "stat", path: "a name in clear" });
    remote.end();
    await until(() => server.channels[0]?.closed !== undefined);
    connection.end();
    await until(() => server.listener.open.size === 0);
    const flows = [...seen.entries()];
    const ssh = flows.find(([, { protocol }]) => protocol === "ssh");
    const sftp = flows.find(([, { protocol }]) => protocol === "sftp");
    expect(sftp?.[1].parent).toBe(ssh?.[0]);
    expect(sftp?.[1].text).toContain("a name in clear");
    expect(sftp?.[1].end).toBe("peer-ended");
    expect(ssh?.[1].text).toMatch(/^SSH-2\.0-/);
    expect(ssh?.[1].text).not.toContain("a name in clear");
  });
});

it("a server that drains lets channels finish and takes no other", async () => {
  const server = await start();
  const connection = await connect(server);
  const remote = await openSftp(await connection.openSftp());
  const drained = server.listener.drain(5000);
  await expect(connection.openSftp()).rejects.toMatchObject({ code: "CHANNEL" });
  expect(await remote.ask({ type: "read", handle: "h", offset: 7, length: 1 })).toMatchObject({
    type: "data",
  });
  remote.end();
  expect(await drained).toBe(0);
});

it("somebody who speaks no SSH is let go of", async () => {
  const server = await start({ loginMs: 300 });
  const { host, port } = server.listener.address;
  const stream = await connectTcp({ host, port, protocol: "ssh", timeout: 60_000 });
  stream.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  await until(() => server.listener.open.size === 0);
  const silent = await connectTcp({ host, port, protocol: "ssh", timeout: 60_000 });
  await until(() => server.listener.open.size === 1);
  await until(() => server.listener.open.size === 0);
  expect(server.channels).toEqual([]);
  silent.destroy("we-ended");
  stream.destroy("we-ended");
});

it("the server offers AES, and no cipher that Node has in parts only", async () => {
  const { listener } = await start();
  const stream = await connectTcp({ ...listener.address, protocol: "ssh", timeout: 60_000 });
  let said = "";
  await new Promise<void>((resolve) => {
    stream.attach({
      data(octets) {
        said += Buffer.from(octets).toString("latin1");
        if (said.includes("hmac-")) resolve();
      },
      ended: resolve,
      drain: () => undefined,
      late: () => undefined,
      finish: () => undefined,
      closed: () => resolve(),
    });
    stream.write(Buffer.from("SSH-2.0-Test\r\n"));
  });
  stream.destroy("we-ended");
  expect(said).toContain("aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr");
  expect(said).not.toContain("chacha20");
});

describe("a client that says it is OpenSSH", () => {
  it.each<readonly [string, readonly ssh2.CipherAlgorithm[], string]>([
    [
      "gets AES-GCM though it names AES-CTR first",
      ["aes128-ctr", "aes256-gcm@openssh.com"],
      "aes256-gcm@openssh.com",
    ],
    ["gets AES-CTR where it knows nothing else", ["aes128-ctr"], "aes128-ctr"],
  ])("%s", async (_, cipher, agreed) => {
    const { listener } = await start();
    const client = new ssh2.Client();
    const seen = new Promise<string | undefined>((resolve, reject) => {
      client.on("handshake", ({ cs }) => resolve(cs.cipher)).on("error", reject);
    });
    const { host, port } = listener.address;
    client.connect({
      host,
      port,
      ident: "OpenSSH_9.2",
      username: "ann",
      password: "ann's word",
      algorithms: { cipher: [...cipher] },
    });
    expect(await seen).toBe(agreed);
    client.end();
  });
});
