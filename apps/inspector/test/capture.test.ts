/** Captures out and in: tshark finds no fault in ours and follows what we followed; those of other people's servers are explained as well. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  findProgram,
  freePort,
  needing,
  missingForPostfix,
  missingForVsftpd,
  Postfix,
  realClient,
  run,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  Vsftpd,
  workspaceRoot,
  PATIENCE_MS,
} from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SocketView } from "../src/views.ts";
import type { Snapshot } from "./support/snapshot.ts";
import { tshark } from "./support/tshark.ts";

let folder: TemporaryFolder;
let inspector: RunningApp;
const apps: RunningApp[] = [];
let shelf: RunningApp;

beforeAll(async () => {
  folder = new TemporaryFolder("inspector-capture");
  const state = ["--state", join(folder.path, "state")];
  inspector = await spawnApp("inspector", state);
  // One after the other: on a busy machine four at once take longer than each may.
  for (const [name, ...more] of [
    ["web-server"],
    ["mail-relay"],
    ["file-transfer", "--user=ann:wonder"],
  ] as const)
    apps.push(await spawnApp(name, [...state, ...more]));
  shelf = await spawnApp("inspector", ["--state", join(folder.path, "shelf")]);
  await vi.waitUntil(async () => (await snapshot()).sources.length === 3, PATIENCE_MS);
});
afterAll(async () => {
  for (const app of [...apps, inspector, shelf]) await app[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function snapshot(of = inspector): Promise<Snapshot> {
  return (await (await fetch(`${of.url("page")}/api/snapshot`)).json()) as Snapshot;
}

/** What each speaker said in clear, and what it means. */
function told({ messages }: Snapshot, sockets: readonly SocketView[]): readonly string[][] {
  return sockets.map(({ key }) =>
    messages
      .filter(({ socket, kind }) => socket === key && kind !== "event")
      .map(({ who, said, means }) => `${who} ${said} ${means}`),
  );
}

const url = (app: number, listener: string): string => apps[app]?.url(listener) ?? "";
const file = (name: string): string => join(folder.path, name);

async function drop(path: string): Promise<{ status: number; body: unknown; sockets: SocketView[] }> {
  const before = (await snapshot(shelf)).sockets.length;
  const response = await fetch(`${shelf.url("page")}/api/import`, {
    method: "POST",
    body: readFileSync(path),
  });
  const body: unknown = await response.json();
  return { status: response.status, body, sockets: (await snapshot(shelf)).sockets.slice(before) };
}

realClient("tshark", "curl", "swaks").describe("a capture of ours", () => {
  let sockets: readonly SocketView[];

  beforeAll(async () => {
    const smtp = url(1, "smtp").replace("smtp://", "");
    await run("curl", ["-s", "-o", file("page"), "-u", "ann:hunter2", `${url(0, "http")}/`]);
    await run("curl", ["-s", "-o", file("page"), "-k", `${url(0, "https")}/nothing`]);
    await run("swaks", ["--server", smtp, "--from", "ann@a.test", "--to", "bob@b.test"]);
    await run("swaks", ["--server", smtp, "--from", "ann@a.test", "--to", "cyd@b.test", "--tls"]);
    const ftp = url(2, "ftp").replace("ftp://", "");
    await run("curl", ["-s", "-T", "-", `ftp://ann:wonder@${ftp}/f`], { input: Buffer.alloc(100_000, "x") });
    await vi.waitUntil(async () => {
      ({ sockets } = await snapshot());
      return sockets.filter(({ closed }) => closed !== undefined).length >= 6;
    }, PATIENCE_MS);
    const command = ["--import", "tsx", "--conditions=@socketscope/source", "apps/inspector/src/main.ts"];
    for (const more of [[], ["--ports", "real"]])
      await run(
        process.execPath,
        [
          ...command,
          "export",
          file(`talk${more.length}.pcapng`),
          "--pcapng",
          ...more,
          "--state",
          file("state"),
        ],
        { cwd: workspaceRoot },
      );
  });

  it("is for its owner alone, and holds no password", () => {
    expect(statSync(file("talk0.pcapng")).mode & 0o777).toBe(0o600);
    const octets = readFileSync(file("talk0.pcapng")).toString("latin1");
    for (const secret of ["wonder", "hunter2", Buffer.from("ann:hunter2").toString("base64")])
      expect(octets).not.toContain(secret);
  });

  it("has no wrong checksum, no analysis flag, nothing malformed", async () => {
    const checks = [
      "-o",
      "tcp.check_checksum:TRUE",
      "-o",
      "ip.check_checksum:TRUE",
      "-o",
      "udp.check_checksum:TRUE",
    ];
    const fault =
      "tcp.analysis.flags || tcp.checksum.status==0 || ip.checksum.status==0 || _ws.malformed || _ws.expert.severity==8388608";
    for (const name of ["talk0.pcapng", "talk2.pcapng"])
      expect(await tshark(file(name), ...checks, "-Y", fault)).toBe("");
    expect(await tshark(file("talk0.pcapng"), "-Y", "tcp.checksum.status==1", ...checks)).not.toBe("");
  });

  it("is known to Wireshark by its ports, and says what is made up and what each message means", async () => {
    const protocols = await tshark(file("talk0.pcapng"), "-T", "fields", "-e", "_ws.col.Protocol");
    expect(new Set(protocols.split("\n"))).toEqual(
      new Set(["TCP", "HTTP", "SMTP", "SMTP/IMF", "FTP", "FTP-DATA", ""]),
    );
    const comments = await tshark(file("talk0.pcapng"), "-T", "fields", "-e", "frame.comment");
    expect(comments).toContain("Made up by Socketscope: its programs see octets, not packets. Handshake.");
    expect(comments).toContain(
      "Client: Will you take a message for this address? Asked once for each recipient. (RFC 5321 §4.1.1.3)",
    );
  });

  it("is followed by tshark to the same octets that we have", async () => {
    const real = file("talk2.pcapng");
    const fields = ["-e", "tcp.stream", "-e", "tcp.port", "-e", "frame.comment"];
    const lines = (await tshark(real, "-T", "fields", ...fields, "-Y", "frame.comment")).split("\n");
    const streams = [...new Set(lines.map((line) => line.split("\t")[0] ?? ""))].filter((one) => one !== "");
    const asked = streams.flatMap((number) => ["-z", `follow,tcp,raw,${number}`]);
    const blocks = (await tshark(real, "-q", ...asked)).split(/^=+$/m);
    for (const { key, remote, local } of sockets) {
      // What goes on under TLS is a stream of its own, which says whose it is.
      const own = lines.filter((line) => new RegExp(`\\b${remote.port}\\b`).test(line));
      const numbers = [...new Set(own.map((line) => line.split("\t")[0] ?? ""))];
      const said = { in: "", out: "" };
      for (const number of numbers) {
        const followed = blocks.find((block) => block.includes(`tcp.stream eq ${number}\n`)) ?? "";
        // Node 0 is who spoke first.
        const [, first] = /^Node 0: .*:(\d+)$/m.exec(followed) ?? [];
        const server =
          own.some((line) => new RegExp(`server ${first}\\b`).test(line)) || first === String(local.port);
        for (const line of followed.split("\n").filter((one) => /^\t?[\da-f]+$/.test(one)))
          said[line.startsWith("\t") === server ? "in" : "out"] += line.trim();
      }
      for (const direction of ["in", "out"] as const) {
        const ours = await fetch(`${inspector.url("page")}/api/sockets/${key}/octets/${direction}`);
        expect(said[direction]).toBe(Buffer.from(await ours.arrayBuffer()).toString("hex"));
      }
    }
  });

  it("is shown again with the same words when it is dropped on the page", async () => {
    const { status, body, sockets: again } = await drop(file("talk2.pcapng"));
    expect({ status, body }).toMatchObject({ status: 200, body: { warnings: [] } });
    // After STARTTLS it is a talk that we joined, and is read as one; what was never upgraded is the same.
    const isWeb = ({ protocol }: SocketView): boolean => protocol === "http";
    const before = told(await snapshot(), sockets.filter(isWeb));
    expect(told(await snapshot(shelf), again.filter(isWeb))).toEqual(before);
    expect(before.flat().length).toBeGreaterThan(3);
  });

  it("goes on as it happens", async () => {
    const gone = new AbortController();
    const response = await fetch(`${inspector.url("page")}/capture.pcapng`, { signal: gone.signal });
    const reader = response.body?.getReader();
    let seen = "";
    const until = async (wanted: string): Promise<void> => {
      while (!seen.includes(wanted)) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error("the capture ended");
        seen += Buffer.from(value ?? []).toString("latin1");
      }
    };
    await until("RCPT TO:<bob@b.test>");
    await run("curl", ["-s", "-o", file("page"), `${url(0, "http")}/asked-while-it-ran`]);
    await until("GET /asked-while-it-ran HTTP/1.1");
    gone.abort();
    expect(seen).toContain("Client: ");
  });
});

const foreign = [
  missingForVsftpd(),
  missingForPostfix(),
  ...["dumpcap", "nginx", "curl", "swaks"].map((name) =>
    findProgram(name) === undefined ? `${name} is not there` : undefined,
  ),
].find((missing) => missing !== undefined);

needing(foreign).describe("a capture of nginx, Postfix and vsftpd by tshark", () => {
  it("is explained as ours is", async () => {
    const path = file("foreign.pcapng");
    const site = file("site");
    mkdirSync(site);
    writeFileSync(join(site, "index.html"), "an nginx page");
    const port = await freePort();
    writeFileSync(file("nginx.conf"), nginxConf(site, port));
    const nginx = spawn("nginx", ["-p", folder.path, "-c", file("nginx.conf"), "-e", "stderr"], {
      stdio: "ignore",
    });
    await using postfix = await Postfix.start();
    await using vsftpd = await Vsftpd.start();
    // What tshark itself captures with; it writes each packet at once.
    const dump = spawn("dumpcap", ["-q", "-i", "lo", "-w", path, "-f", "tcp and host 127.0.0.77"]);
    let ready = "";
    dump.stderr.on("data", (octets: Buffer) => (ready += octets.toString()));
    await expect.poll(() => ready.includes("File: ")).toBe(true);
    const from = ["--interface", "127.0.0.77"];
    await expect
      .poll(async () => (await run("curl", ["-s", ...from, `http://127.0.0.1:${port}/`])).code)
      .toBe(0);
    const letter = ["--from", "ann@a.test", "--to", "bob@postfix.test", "--local-interface", "127.0.0.77"];
    expect((await run("swaks", ["--server", postfix.server, ...letter])).code).toBe(0);
    writeFileSync(join(vsftpd.files, "f"), "a file of vsftpd");
    const got = await run("curl", ["-s", ...from, `ftp://127.0.0.1:${vsftpd.port}/files/f`]);
    expect(Buffer.from(got.stdout).toString()).toBe("a file of vsftpd");
    const captured = (): string => readFileSync(path, "latin1");
    await expect.poll(() => captured().includes("221 Goodbye") && captured().includes("226 ")).toBe(true);
    dump.kill("SIGINT");
    nginx.kill("SIGTERM");
    await Promise.all([once(dump, "exit"), once(nginx, "exit")]);
    const { status, sockets } = await drop(path);
    expect(status).toBe(200);
    const { messages } = await snapshot(shelf);
    const own = messages.filter(
      ({ socket, kind }) => kind !== "event" && sockets.some(({ key }) => key === socket),
    );
    const protocols = new Set(
      sockets.filter(({ messages: count }) => count > 2).map(({ protocol }) => protocol),
    );
    expect(protocols).toEqual(new Set(["http", "smtp", "ftp", "ftp-data"]));
    for (const said of ["GET / HTTP/1.1", "200 OK", "RCPT TO:<bob@postfix.test>", "queued as", "RETR f"])
      expect(own.map((one) => one.said)).toContainEqual(expect.stringContaining(said));
    // Each word has its meaning and its section; an FTP file is octets.
    expect(
      own.filter(({ source, kind }) => source === undefined && kind !== "octets").map((one) => one.said),
    ).toEqual([]);
    expect(own.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const data = sockets.find(({ protocol }) => protocol === "ftp-data");
    expect(sockets.find(({ key }) => key === data?.parent)?.protocol).toBe("ftp");
  });
});

describe("a file that is no capture", () => {
  it.each([
    ["text", "hello", "line 1: this is no Socketscope recording"],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), "byte 0: this is neither"],
    ["a recording with a broken line", '{"socketscope":"recording","version":1}\n{"type":1}\n', "line 2: "],
  ])("is refused with its place: %s", async (_, octets, why) => {
    writeFileSync(file("foreign"), octets);
    const { status, body } = await drop(file("foreign"));
    expect({ status, body }).toEqual({
      status: 400,
      body: { detail: expect.stringContaining(why) as string },
    });
  });
});

function nginxConf(root: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${root}/../${kind};`)
    .join("\n");
  return `daemon off; user root; pid ${root}/../nginx.pid; error_log stderr; events {}
http { ${temporary} access_log off; server { listen 127.0.0.1:${port}; root ${root}; } }`;
}
