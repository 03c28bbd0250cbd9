/**
 * The picture of the root README: all servers at work, each talked to by its real clients, and the inspector that saw it.
 * `npm run pictures [folder]`. Fails where a protocol is missing.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programPath, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { shrink } from "@socketscope/testkit/browsers";
import { chromium, type Page } from "playwright-core";
import type { MessageView, SocketView } from "../src/views.ts";

/** What must be among the sockets. */
const PROTOCOLS = ["http", "websocket", "smtp", "pop3", "ftp", "ftp-data", "ssh", "sftp"];
const LOOKS = [
  [1600, 1000, "light"],
  [1600, 1000, "dark"],
] as const;

const target = process.argv[2] ?? fileURLToPath(new URL("../screenshots", import.meta.url));
mkdirSync(target, { recursive: true });
const folder = new TemporaryFolder("pictures");
const at = (name: string): string => join(folder.path, name);
const apps: RunningApp[] = [];

async function start(name: string, ...options: readonly string[]): Promise<RunningApp> {
  const app = await spawnApp(name, ["--state", at("state"), ...options], { readyTimeout: 60_000 });
  apps.push(app);
  return app;
}

/** A client that fails spoils the picture. */
async function ask(program: string, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, words);
  if (code !== 0) throw new TypeError(`${program} ended with ${code}: ${stderr}`);
}

async function talk(page: Page): Promise<void> {
  const web = await start("web-server");
  const mail = await start("mail-relay", "--user", "ann@lab.test:secret", "--local-domain", "lab.test");
  const keys = ["--authorized-keys", `ann=${at("key.pub")}`];
  const files = await start("file-transfer", "--user", "ann:secret", ...keys, "--home", at("home"));
  const video = await start("video-streamer");
  const { ca = "" } = web.ready;
  // A browser, at an address that says little, so that its other requests do not fill the list.
  await page.goto(`${web.url("http")}/chat`);
  await page.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket(location.href.replace("http", "ws"));
    socket.onopen = () => { socket.send("Hello from a browser"); setTimeout(resolve, 300); };
    socket.onerror = reject;
  })`);
  const port = (app: RunningApp, name: string): string => new URL(app.url(name)).port;
  await ask("curl", "-sS", "-o", at("got"), `${web.url("http")}/`);
  await ask("curl", "-sS", "-o", at("got"), "--cacert", ca, `${web.url("https")}/nothing-here`);
  const letter = [
    "--from",
    "bob@far.test",
    "--to",
    "ann@lab.test",
    "--header",
    "Subject: The room has changed",
  ];
  await ask("swaks", "--server", mail.url("smtp").replace("smtp://", ""), ...letter, "--tls-optional");
  const box = ["--ssl-reqd", "--cacert", ca, "-u", "ann@lab.test:secret"];
  await ask("curl", "-sS", "-o", at("got"), ...box, `pop3://127.0.0.1:${port(mail, "pop3")}/1`);
  const ftp = `ftp://ann:secret@127.0.0.1:${port(files, "ftp")}`;
  await ask(
    "lftp",
    "-c",
    `set ssl:ca-file ${ca}; open ${ftp}; mirror -R ${at("photos")} photos; get photos/0.jpg -o ${at("back")}`,
  );
  const ssh = [
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "LogLevel=ERROR",
  ];
  await ask(
    "sftp",
    "-q",
    "-b",
    at("batch"),
    "-i",
    at("key"),
    "-P",
    port(files, "sftp"),
    ...ssh,
    "ann@127.0.0.1",
  );
  await ask("curl", "-sS", "-o", at("got"), "-r", "0-999", `${video.url("http")}/media/sample-360p.mp4`);
  await ask(
    "ffmpeg",
    "-v",
    "error",
    "-t",
    "2",
    "-i",
    `${video.url("http")}/vod/sample/master.m3u8`,
    "-f",
    "null",
    "-",
  );
}

interface Snapshot {
  readonly sources: readonly unknown[];
  readonly sockets: readonly SocketView[];
}

async function json<T>(address: string): Promise<T> {
  return (await (await fetch(address)).json()) as T;
}

/** Which protocols are not among the sockets yet. */
function missing({ sockets }: Snapshot): readonly string[] {
  const seen = new Set(sockets.map(({ protocol }) => protocol));
  return PROTOCOLS.filter((one) => !seen.has(one));
}

try {
  await ask("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at("key"));
  mkdirSync(at("photos"));
  for (const number of [0, 1, 2])
    writeFileSync(at(`photos/${number}.jpg`), Buffer.alloc(40_000 + number * 900));
  writeFileSync(
    at("batch"),
    `put ${at("photos/1.jpg")} holiday.jpg\nls -l\nget holiday.jpg ${at("again")}\n`,
  );
  const inspector = await start("inspector");
  const origin = inspector.url("page");
  const browser = await chromium.launch({
    executablePath: programPath("chromium"),
    args: ["--no-sandbox", "--disable-background-networking"],
  });
  const page = await browser.newPage();
  await talk(page);
  const began = Date.now();
  let seen = await json<Snapshot>(`${origin}/api/snapshot`);
  while (missing(seen).length > 0 && Date.now() - began < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    seen = await json<Snapshot>(`${origin}/api/snapshot`);
  }
  if (missing(seen).length > 0) throw new TypeError(`not among the sockets: ${missing(seen).join(", ")}`);
  // lftp's control connection, at the file that it stored.
  const controls = seen.sockets.filter(({ app, protocol }) => app === "file-transfer" && protocol === "ftp");
  const control = controls.toSorted((a, b) => b.messages - a.messages)[0]?.key ?? 0;
  const messages = await json<readonly MessageView[]>(`${origin}/api/sockets/${control}/messages`);
  const stored = messages.find(({ said }) => said.startsWith("STOR"))?.id ?? 0;
  for (const [width, height, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${origin}/?socket=${control}&message=${stored}`);
    await page.waitForSelector(".state.live");
    await page.waitForTimeout(800);
    writeFileSync(join(target, `all-protocols-${width}-${colorScheme}.png`), shrink(await page.screenshot()));
  }
  await browser.close();
  const counts = new Map<string, number>();
  for (const { protocol } of seen.sockets) counts.set(protocol, (counts.get(protocol) ?? 0) + 1);
  console.log([...counts].map(([protocol, count]) => `${count} ${protocol}`).join(", "));
} finally {
  for (const app of apps.toReversed()) await app[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
}
