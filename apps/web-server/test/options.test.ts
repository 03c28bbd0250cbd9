/** Options from the command line to what a client sees of them, as far as `e2e/` does not ask curl about them. */
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createLog, parseCommandLine, Secrets } from "@socketscope/host";
import { type RunningApp, spawnApp, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hand, nodeHttp } from "@socketscope/web/engine";
import { webServerOptions } from "../src/options.ts";
import { startWebServer } from "../src/server.ts";

const commandLine = {
  name: "web-server",
  version: "0",
  summary: "",
  examples: [],
  options: webServerOptions,
};

const folder = new TemporaryFolder("options");
const at = (name: string): string => join(folder.path, name);

beforeAll(() => {
  mkdirSync(at("root/bare"), { recursive: true });
  writeFileSync(at("root/bare/a.txt"), "a".repeat(100));
  writeFileSync(at("outside.txt"), "from outside");
  symlinkSync(at("outside.txt"), at("root/out.txt"));
});
afterAll(() => folder[Symbol.dispose]());

async function ask(
  app: RunningApp,
  path: string,
  method = "GET",
): Promise<[status: number, body: string, Headers]> {
  const answer = await fetch(app.url("http") + path, { method, headers: { accept: "text/html" } });
  return [answer.status, await answer.text(), answer.headers];
}

function dial(app: RunningApp): Socket {
  const { port } = new URL(app.url("http"));
  return connect({ port: Number(port), host: "127.0.0.1" }).on("error", () => undefined);
}

/** `once` would throw at a reset, and a reset is an end as well. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.resume().once("close", () => resolve()));
}

it("lists folders, keeps links inside and takes nothing, unless it is told otherwise", async () => {
  await using app = await spawnApp("web-server", ["--root", at("root"), "--https-port", "off"]);
  expect(app.urls("http").map((url) => new URL(url).hostname)).toEqual(["127.0.0.1", "[::1]"]);
  expect(app.urls("https")).toEqual([]);
  expect((await ask(app, "/bare/"))[1]).toContain('href="./a.txt"');
  expect((await ask(app, "/out.txt"))[0]).toBe(404);
  const [status, , fields] = await ask(app, "/bare/x", "PUT");
  expect([status, fields.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});

it("--follow-symlinks, --no-listing and --header do what they say, on errors too", async () => {
  const options = [
    "--follow-symlinks",
    "--no-listing",
    "--header",
    "X-House: ours",
    "--header",
    "Server: mine",
  ];
  await using app = await spawnApp("web-server", [...options, "--root", at("root"), "--https-port", "off"]);
  expect((await ask(app, "/out.txt"))[1]).toBe("from outside");
  const [status, body, fields] = await ask(app, "/bare/");
  expect([status, fields.get("x-house"), fields.get("server")]).toEqual([404, "ours", "mine"]);
  expect(body).not.toContain("a.txt");
});

it("takes options from a file and the environment; --idle closes, --max-connections-per-address refuses", async () => {
  // Paths in the file start at the file.
  writeFileSync(
    at("site.json"),
    JSON.stringify({ root: "root", idle: "1h", "max-connections-per-address": 1 }),
  );
  const args = ["--config", at("site.json"), "--https-port", "off", "--host", "127.0.0.1"];
  await using app = await spawnApp("web-server", args, { env: { SOCKETSCOPE_IDLE: "300ms" } });
  const first = dial(app);
  first.write("GET /bare/a.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const [answer] = await once(first, "data");
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 [^]*a{100}$/);
  const second = dial(app);
  await closed(second);
  expect(second.bytesRead).toBe(0);
  // Nobody says another word on the first one: the environment's 300 ms win over the file's hour.
  await closed(first);
});

it("--server-name answers for a name that a DNS server could point here, and for no other", async () => {
  const options = ["--server-name", "www.Example", "--server-name", ".inner.example", "--https-port", "off"];
  await using app = await spawnApp("web-server", [...options, "--root", at("root")]);
  const statusFor = async (host: string): Promise<string> => {
    const socket = dial(app);
    socket.write(`GET /bare/a.txt HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return String(Buffer.concat(await socket.toArray())).slice(9, 12);
  };
  const hosts = ["localhost", "www.example:8080", "a.inner.example", "example", "evil.example"];
  expect(await Promise.all(hosts.map(statusFor))).toEqual(["200", "200", "200", "421", "421"]);
});

const wrong: readonly (readonly [line: string, message: string])[] = [
  ["--prot 1", "unknown option '--prot' (did you mean --port?)"],
  ["--port off --https-port off", "--port off and --https-port off: nothing is left to listen on"],
  ["--https-redirect --https-port off", "--https-redirect: --https-port is off"],
  ["--root ./nowhere", `--root: there is no folder ${at("nowhere")}`],
  [
    "--root ./root --writable .",
    `--writable: ${folder.path} is not inside ${at("root")}, where its files would be seen`,
  ],
  ["--tls-cert x", "--tls-cert: give --tls-key as well"],
  ["--tls-cert x --tls-key x", `--tls-cert ${at("x")}: there is no such file`],
  ["--auth x", `--auth: cannot read ${at("x")}`],
  ["--firewall ./rules", `--firewall ${at("rules")}: there is no such file`],
  [
    "--max-body lots",
    '--max-body "lots": give a number of bytes such as 4096, 64K, 10M or 2G, at most 1125899906842624',
  ],
  [
    "--server-name http://x",
    '--server-name "http://x": give a host name without port, such as www.example or .example',
  ],
  ["--header Content-Length:3", '--header "Content-Length:3": leave Content-Length to the server'],
];

it.each(wrong)("%s: says in one line what to do", async (line, message) => {
  const argv = ["--port", "0", "--https-port", "0", "--state", at("state"), ...line.split(" ")];
  const start = async (): Promise<unknown> => {
    const parsed = parseCommandLine(commandLine, { argv, env: {}, cwd: folder.path });
    if (parsed.kind === "print") return parsed.text;
    const secrets = new Secrets();
    const log = createLog({ app: "web-server", format: "off", secrets, write: () => undefined });
    return startWebServer(parsed.options, { log, secrets }, { hand, "node-http": nodeHttp });
  };
  // runServer prints what a UsageError says, and ends with 2.
  await expect(start()).rejects.toMatchObject({ name: "UsageError", message });
});
