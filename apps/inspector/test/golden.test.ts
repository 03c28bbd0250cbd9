/**
 * One session in which every kind of client talks to our servers: what the inspector tells of it is kept in
 * `golden/session.txt`, without what differs each time (ports, times, versions, lengths of what the system chooses), and the
 * octets that it counts are those that the clients counted. `vitest -u` writes the file anew: read the difference.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  programPath,
  realClient,
  run,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  PATIENCE_MS,
} from "@socketscope/testkit";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { SocketView } from "../src/views.ts";
import type { Snapshot } from "./support/snapshot.ts";

const FILE = Buffer.alloc(50_000, "what a file holds, ");
const LETTER = "From: ann@lab.test\nTo: bob@lab.test\nSubject: golden\n\nHello Bob";

const clients = ["chromium", "swaks", "lftp", "sftp", "ssh-keygen", "curl", "ffmpeg"];

realClient(...clients).describe("a session of all clients", () => {
  const folder = new TemporaryFolder("inspector-golden");
  const at = (name: string): string => join(folder.path, name);
  const apps: RunningApp[] = [];
  let inspector: RunningApp;
  let seen: Snapshot;
  /** What the clients counted, by what they are. */
  const counted: Record<string, number> = {};

  async function start(name: string, ...options: readonly string[]): Promise<RunningApp> {
    const app = await spawnApp(name, ["--state", at("state"), ...options]);
    apps.push(app);
    return app;
  }
  const snapshot = async (): Promise<Snapshot> =>
    (await (await fetch(`${inspector.url("page")}/api/snapshot`)).json()) as Snapshot;
  /** The sockets of one client have all ended, and so many there are. */
  const ended = (count: number): Promise<unknown> =>
    vi.waitUntil(async () => {
      const { sockets } = await snapshot();
      const tcp = sockets.filter(({ transport }) => transport === "tcp").filter(isUsed);
      return tcp.length >= count && tcp.every(({ closed }) => closed !== undefined);
    }, PATIENCE_MS);
  async function ask(program: string, ...words: readonly string[]): Promise<string> {
    const { code, text, stderr } = await run(program, words, { env: { HOME: folder.path } });
    expect({ program, code, stderr: code === 0 ? "" : stderr }).toEqual({ program, code: 0, stderr: "" });
    return text + stderr;
  }

  beforeAll(async () => {
    mkdirSync(at("site"));
    writeFileSync(
      at("site/index.html"),
      '<!doctype html><link rel="icon" href="data:,"><title>golden</title>',
    );
    writeFileSync(at("file"), FILE);
    await ask("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at("key"));
    inspector = await spawnApp("inspector", ["--state", at("state")]);
    const receiver = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 }).bind(0, "127.0.0.1");
    await once(receiver, "listening");
    counted["udp"] = 0;
    receiver.on("message", (datagram) => (counted["udp"] = (counted["udp"] ?? 0) + datagram.length));
    const web = await start("web-server", "--root", at("site"));
    const mail = await start("mail-relay", "--user", "ann@lab.test:secret");
    const files = await start(
      "file-transfer",
      "--user",
      "ann:secret",
      "--authorized-keys",
      `ann=${at("key.pub")}`,
    );
    const video = await start("video-streamer", "--udp", `demo=udp://127.0.0.1:${receiver.address().port}`);
    await vi.waitUntil(async () => (await snapshot()).sources.length === 4, PATIENCE_MS);
    await withChromium(web);
    await ended(1);
    await withSwaks(mail);
    await ended(2);
    await withLftp(files);
    await ended(5);
    await withSftp(files);
    await ended(6);
    await withCurl(web);
    await ended(7);
    await withFfmpeg(video);
    await ended(8);
    // The last datagrams are told when the program has gone.
    await video.process.stop("SIGTERM");
    await vi.waitUntil(async () => {
      const { sockets } = await snapshot();
      return sockets.find(({ transport }) => transport === "udp")?.octets.out === counted["udp"];
    }, PATIENCE_MS);
    receiver.close();
    seen = await snapshot();
  });
  afterAll(async () => {
    for (const app of [...apps, inspector]) await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  async function withChromium(web: RunningApp): Promise<void> {
    const browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const response = await page.goto(`${web.url("http")}/`);
    const sizes = await response?.request().sizes();
    counted["chromium"] = (sizes?.responseHeadersSize ?? 0) + (sizes?.responseBodySize ?? 0);
    await browser.close();
  }

  async function withSwaks(mail: RunningApp): Promise<void> {
    const server = ["--server", mail.url("smtp").replace("smtp://", ""), "--helo", "client.test"];
    const tls = ["--tls", "--tls-ca-path", mail.ready.ca ?? ""];
    const login = ["--auth", "PLAIN", "-au", "ann@lab.test", "-ap", "secret"];
    const letter = ["--from", "ann@lab.test", "--to", "bob@lab.test", "--data", LETTER];
    const log = await ask("swaks", ...server, ...tls, ...login, ...letter);
    // swaks shows each line as it travelled, but for its line end, of which it shows the CR now and then.
    const octets = (arrow: RegExp): number =>
      log
        .split("\n")
        .filter((line) => arrow.test(line))
        .reduce((sum, line) => sum + Buffer.byteLength(line.replace(arrow, "").trimEnd()) + 2, 0);
    counted["swaks in"] = octets(/^ [-~]> /);
    counted["swaks out"] = octets(/^<[-~*]{1,2} ?[ *] /);
  }

  async function withLftp(files: RunningApp): Promise<void> {
    const open = `open ftp://ann:secret@${files.url("ftp").replace("ftp://", "")}`;
    const talk = `put ${at("file")} -o up; get up -o ${at("down")}`;
    await ask("lftp", "-c", `set ssl:ca-file ${files.ready.ca}; set ftp:use-mode-z off; ${open}; ${talk}`);
    expect(readFileSync(at("down")).equals(FILE)).toBe(true);
  }

  async function withSftp(files: RunningApp): Promise<void> {
    writeFileSync(at("batch"), `get up ${at("again")}\n`);
    const { port } = new URL(files.url("sftp"));
    const quiet = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"].flatMap((one) => ["-o", one]);
    await ask("sftp", "-q", "-b", at("batch"), "-i", at("key"), "-P", port, ...quiet, "ann@127.0.0.1");
    expect(readFileSync(at("again")).equals(FILE)).toBe(true);
  }

  async function withCurl(web: RunningApp): Promise<void> {
    const format = "%{size_request} %{size_header} %{size_download}";
    const said = await ask("curl", "-s", "-o", at("page"), "-r", "0-14", "-w", format, `${web.url("http")}/`);
    const [request = 0, header = 0, download = 0] = said.split(" ").map(Number);
    counted["curl in"] = request;
    counted["curl out"] = header + download;
    expect(download).toBe(15);
  }

  async function withFfmpeg(video: RunningApp): Promise<void> {
    const film = `${video.url("http")}/media/sample-180p.mp4`;
    const log = await ask(
      "ffmpeg",
      "-hide_banner",
      "-v",
      "verbose",
      "-i",
      film,
      "-c",
      "copy",
      "-f",
      "null",
      "-",
    );
    counted["ffmpeg"] = Number(/Statistics: (\d+) bytes read/.exec(log)?.[1]);
  }

  it("is told as it is written down", async () => {
    await expect(storyOf(seen)).toMatchFileSnapshot("golden/session.txt");
  });

  it("is counted as the clients counted it", () => {
    const one = (protocol: string, client?: RegExp): SocketView["octets"] =>
      seen.sockets.find(
        (socket) => socket.protocol === protocol && (client?.test(socket.client ?? "") ?? true),
      )?.octets ?? { in: -1, out: -1 };
    const content = (client: RegExp): number => {
      const socket = seen.sockets.find((candidate) => client.test(candidate.client ?? ""))?.key;
      const said = seen.messages.filter((message) => message.socket === socket && message.kind === "content");
      return said.reduce((sum, { from, to }) => sum + to - from, 0);
    };
    expect({
      chromium: one("http", /Chromium/).out,
      "swaks in": one("smtp").in,
      "swaks out": one("smtp").out,
      "curl in": one("http", /curl/).in,
      "curl out": one("http", /curl/).out,
      ffmpeg: content(/ffmpeg/),
      udp: one("mpegts").out,
    }).toEqual(counted);
    const data = seen.sockets.filter(({ protocol }) => protocol === "ftp-data").map(({ octets }) => octets);
    expect(data).toEqual([
      { in: FILE.length, out: 0 },
      { in: 0, out: FILE.length },
    ]);
  });

  it("has no word that is not explained, and shows no password", () => {
    expect(seen.messages.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const untold = seen.messages.filter(({ means }) => means.startsWith("Not known"));
    expect(untold.map(({ protocol, said }) => `${protocol} ${said}`)).toEqual([]);
    const text = JSON.stringify(seen);
    expect(text).not.toContain("secret");
    expect(text).not.toContain(Buffer.from("\0ann@lab.test\0secret").toString("base64"));
  });
});

/** Chromium opens a second connection where the first is not there within a quarter of a second, and then has no use for it. */
function isUsed({ octets }: SocketView): boolean {
  return octets.in + octets.out > 0;
}

/** Rows of a stream of datagrams that are written down: it goes on for as long as it is let. */
const DATAGRAMS = 3;

function storyOf({ sockets: all, messages }: Snapshot): string {
  // The film's datagrams go on all the time: they are heard first by one that is quicker than a browser's start, or not.
  const sockets = all
    .filter(isUsed)
    .toSorted((a, b) => Number(a.transport === "udp") - Number(b.transport === "udp"));
  const sections = sockets.map((socket) => {
    const { key, app, protocol, tls, client, parent, reason } = socket;
    const own = messages.filter((message) => message.socket === key);
    const rows = socket.transport === "udp" ? own.slice(0, DATAGRAMS) : own;
    const what = [
      `${app}: ${protocol}`,
      ...(tls === undefined ? [] : [`under ${tls.protocol}`]),
      ...(client === undefined ? [] : [`with ${client.replace(/ [\d.]+\S*$/, "")}`]),
      ...(parent === undefined ? [] : [`of socket ${sockets.findIndex((one) => one.key === parent) + 1}`]),
      ...(reason === undefined ? [] : [`closed: ${reason}`]),
    ];
    // How long ciphertext is hangs on the cipher and on chance.
    const lines = rows.map(
      ({ who, said, means, source = "" }) =>
        `| ${who} | \`${same(protocol === "ssh" ? said.replace(/\d+/, "N") : said)}\` | ${same(means)} | ${source} |`,
    );
    return [
      `## ${what.join(", ")}`,
      "",
      "| who | said | means | source |",
      "|---|---|---|---|",
      ...lines,
    ].join("\n");
  });
  return `# What all clients said\n\n${sections.join("\n\n")}\n`;
}

/** Without what differs each time. */
function same(text: string): string {
  return text
    .replaceAll(/\(\d+,\d+,\d+,\d+,\d+,\d+\)/g, "(127,0,0,1,P,P)")
    .replaceAll(/\|\|\|\d+\|/g, "(PORT)")
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/\b20\d{12}\b|\b20\d\d-\d\d-\d\dT[\d:]+Z/g, "TIME")
    .replaceAll("|", String.raw`\|`)
    .replaceAll(/[^ -~·…“”→←≥≤–−⇄]/g, "?");
}
