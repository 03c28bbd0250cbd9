import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Firewall, type Listener } from "@socketscope/socket-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firewallResources } from "../src/control-firewall.ts";
import { openControlSocket, statusResources } from "../src/control-socket.ts";
import { createLog, openStateFolder, Secrets, type StateFolder } from "../src/index.ts";

const execute = promisify(execFile);
const logged: string[] = [];
const log = createLog({
  app: "web-server",
  format: "text",
  secrets: new Secrets(),
  write: (line) => logged.push(line),
});
const firewall = new Firewall({ now: () => 0, maxBans: 2 });

let state: StateFolder;
let listener: Listener;
beforeAll(async () => {
  state = await openStateFolder(mkdtempSync(join(tmpdir(), "host-control-")));
  const ready = {
    app: "web-server",
    version: "0.1.0",
    engine: "hand",
    state: state.path,
    account: { user: "demo", password: "never shown here" },
    listeners: [{ name: "http", url: "http://127.0.0.1:8080" }],
  };
  listener = await openControlSocket({
    state,
    app: "web-server",
    log,
    resources: {
      ...statusResources(ready, () => ({ requests: 7 })),
      ...firewallResources(firewall),
      "/broken": {
        GET() {
          throw new TypeError("a bug of ours");
        },
      },
    },
  });
});
afterAll(() => listener.drain(0));

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly head: string;
  readonly body: string;
}

/** What curl gets through the socket. */
async function curl(path: string, ...argv: string[]): Promise<Answer> {
  const url = `http://control${path}`;
  const { stdout } = await execute("curl", [
    "-sSi",
    "--max-time",
    "10",
    "--unix-socket",
    state.file("web-server.sock"),
    ...argv,
    url,
  ]);
  const [head = "", body = ""] = stdout.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? "",
    head,
    body,
  };
}

const json = (...data: string[]): string[] => [
  "-H",
  "Content-Type: application/json",
  "--data-binary",
  ...data,
];

describe("the control socket", () => {
  it("is for its user alone", () => {
    expect(statSync(state.file("web-server.sock")).mode & 0o777).toBe(0o600);
    expect(statSync(state.path).mode & 0o777).toBe(0o700);
  });

  it("tells curl the status, without the password", async () => {
    const { status, type, body } = await curl("/status");
    expect([status, type]).toEqual([200, "application/json"]);
    expect(JSON.parse(body)).toMatchObject({
      app: "web-server",
      engine: "hand",
      pid: process.pid,
      user: "demo",
      listeners: [{ name: "http", url: "http://127.0.0.1:8080" }],
      requests: 7,
    });
    expect(body).not.toContain("never shown here");
  });

  it("answers HEAD without content", async () => {
    expect(await curl("/status", "--head")).toMatchObject({ status: 200, body: "" });
  });

  it.each<[string, string[], number, string]>([
    ["/nothing", [], 404, "CONTROL_NOT_FOUND"],
    ["/status/more", [], 404, "CONTROL_NOT_FOUND"],
    ["/%zz", [], 400, "CONTROL_PATH"],
    ["/status", ["-X", "DELETE"], 405, "CONTROL_METHOD"],
    ["/firewall", ["-X", "PUT", ...json("{")], 400, "CONTROL_JSON"],
    ["/firewall", ["-X", "PUT", ...json("[]")], 400, "CONTROL_VALUE"],
    ["/firewall", ["-X", "PUT", ...json('{"rule":[]}')], 400, "CONTROL_VALUE"],
    ["/firewall", ["-X", "PUT", ...json('{"rules":[1]}')], 400, "CONTROL_VALUE"],
    ["/firewall", ["-X", "PUT", ...json('{"limits":{"rate":-1}}')], 400, "CONTROL_VALUE"],
    ["/firewall", ["-X", "PUT", ...json('{"rules":["deny ::1"]}')], 400, "FIREWALL_RULE"],
    ["/firewall/bans", ["-X", "POST", ...json('{"address":"x","seconds":1}')], 400, "FIREWALL_RULE"],
    ["/firewall/bans", ["-X", "POST", ...json('{"address":"::1","seconds":0}')], 400, "CONTROL_VALUE"],
    ["/firewall/bans/10.9.9.9", ["-X", "DELETE"], 404, "CONTROL_NO_BAN"],
  ])("RFC 9457 §3.1: answers %s %j with a problem: %i %s", async (path, argv, status, code) => {
    const answer = await curl(path, ...argv);
    expect([answer.status, answer.type]).toEqual([status, "application/problem+json"]);
    expect(JSON.parse(answer.body)).toMatchObject({
      status,
      code,
      title: { 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed" }[status],
      detail: expect.any(String),
    });
  });

  it("names what a resource takes (RFC 9110 §15.5.6)", async () => {
    expect((await curl("/firewall", "-X", "POST", "-d", "")).head).toMatch(/^allow: HEAD, GET, PUT$/im);
  });

  it("takes no more than 256 KiB", async () => {
    const file = join(state.path, "long.txt");
    writeFileSync(file, "#".repeat(256 * 1024));
    expect(
      (await curl("/firewall", "-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", `@${file}`))
        .status,
    ).toBe(200);
    writeFileSync(file, "#".repeat(256 * 1024 + 1));
    expect(
      (await curl("/firewall", "-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", `@${file}`))
        .status,
    ).toBe(413);
  });

  it("keeps a failure of ours to the log", async () => {
    const { status, body } = await curl("/broken");
    expect(status).toBe(500);
    expect(body).not.toContain("a bug of ours");
    expect(logged.join("")).toMatch(/error control socket: a bug of ours at .*control\.test\.ts/);
  });
});

const admits = (host: string) => firewall.admit({ host, port: 1 }, { host: "127.0.0.1", port: 80 });

describe("the firewall, through the control socket", () => {
  it("takes rules as text, and decides by them at once", async () => {
    const { status, body } = await curl(
      "/firewall",
      "-X",
      "PUT",
      "-H",
      "Content-Type: text/plain",
      "--data-binary",
      "allow 10.0.0.1\nreject 10.0.0.0/8 # rest\n",
    );
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      rules: [{ rule: "allow 10.0.0.1", hits: 0 }, { rule: "reject 10.0.0.0/8" }],
    });
    expect(admits("10.0.0.2")).toEqual({ action: "reject", rule: "reject 10.0.0.0/8" });
  });

  it("takes rules and limits as JSON, all or nothing", async () => {
    await curl(
      "/firewall",
      "-X",
      "PUT",
      ...json('{"rules":["drop 10.0.0.3"],"limits":{"connections":5,"rate":"off"}}'),
    );
    await curl("/firewall", "-X", "PUT", ...json('{"rules":["nonsense"],"limits":{"connections":6}}'));
    const { body } = await curl("/firewall");
    expect(JSON.parse(body)).toMatchObject({
      rules: [{ rule: "drop 10.0.0.3" }],
      limits: { connections: 5, rate: "off" },
    });
  });

  it("bans and lifts, and says when the list is full", async () => {
    const ban = (address: string) =>
      curl(
        "/firewall/bans",
        "-X",
        "POST",
        ...json(JSON.stringify({ address, seconds: 60, reason: "noise" })),
      );
    expect((await ban("192.0.2.1")).status).toBe(200);
    expect((await ban("2001:db8::1")).status).toBe(200);
    expect((await ban("192.0.2.3")).status).toBe(409);
    expect(admits("192.0.2.1")).toEqual({ action: "drop", rule: "ban 192.0.2.1: noise" });
    const { status, body } = await curl("/firewall/bans/2001:db8::%2F64", "-X", "DELETE");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ bans: [{ account: "192.0.2.1", remaining: 60_000 }] });
  });
});

describe("the socket's file", () => {
  const resources = {};

  it("of a dead process is replaced, and goes with the server", async () => {
    const folder = await openStateFolder(mkdtempSync(join(tmpdir(), "host-stale-")));
    const path = folder.file("app.sock");
    // what a killed process leaves behind: bound, and nobody listens
    const left = createServer().listen(path);
    await new Promise((resolve) => left.once("listening", resolve));
    await execute("cp", ["--archive", path, `${path}.kept`]);
    await new Promise((resolve) => left.close(resolve));
    await execute("mv", [`${path}.kept`, path]);
    const second = await openControlSocket({ state: folder, app: "app", resources, log });
    await second.drain(0);
    expect(existsSync(path)).toBe(false);
  });

  it("is refused where something else has its name", async () => {
    const folder = await openStateFolder(mkdtempSync(join(tmpdir(), "host-way-")));
    writeFileSync(folder.file("app.sock"), "mine");
    await expect(openControlSocket({ state: folder, app: "app", resources, log })).rejects.toMatchObject({
      code: "STATE_IN_THE_WAY",
    });
  });
});
