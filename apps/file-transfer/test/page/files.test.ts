/** The page's files over HTTP: logins, the jail, quotas, forms, ranges; and who may see which session. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { request as ask } from "node:http";
import { join } from "node:path";
import { run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Control } from "./control.ts";

const folder = new TemporaryFolder("page-files");
const home = join(folder.path, "home");
const big = Buffer.alloc(3_000_000, "0123456789");
let app: RunningApp;
let web: string;

function basic(user: string, password = "secret"): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function get(path: string, headers: Record<string, string> = basic("ann")): Promise<Response> {
  return fetch(`${web}${path}`, { headers, redirect: "manual" });
}

function post(
  path: string,
  body: FormData | URLSearchParams,
  headers: Record<string, string> = basic("ann"),
): Promise<Response> {
  return fetch(`${web}${path}`, { method: "POST", body, headers, redirect: "manual" });
}

function form(...files: readonly (readonly [name: string, content: string | Buffer])[]): FormData {
  const data = new FormData();
  for (const [name, content] of files)
    data.append("file", new Blob([new Uint8Array(Buffer.from(content))]), name);
  return data;
}

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");
const bytes = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

beforeAll(async () => {
  mkdirSync(join(home, "ann/sub"), { recursive: true });
  mkdirSync(join(home, "guest"));
  writeFileSync(join(home, "ann/big.bin"), big);
  writeFileSync(join(home, "ann/empty"), "");
  writeFileSync(join(home, "guest/poem.txt"), "Two roads\n");
  symlinkSync("/etc", join(home, "ann/out"));
  symlinkSync("big.bin", join(home, "ann/in"));
  app = await spawnApp("file-transfer", [
    ...["ann", "guest", "box"].flatMap((user) => ["--user", `${user}:secret`]),
    "--read-only",
    "guest",
    "--upload-only",
    "box",
    "--home",
    join(home, "{user}"),
    "--quota",
    "4000000",
    "--login-delay",
    "1",
    "--inspect",
    "off",
  ]);
  web = app.url("web");
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe("logins of the page", () => {
  it.each([
    ["nobody", {}],
    ["a wrong password", basic("ann", "wrong")],
    ["an unknown name", basic("eve")],
    ["another scheme", { Authorization: "Bearer secret" }],
  ])("asks %s for a password", async (_, headers) => {
    const response = await get("/files/", headers);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('Basic realm="Socketscope files"');
  });

  it("leads on to the files once another user is there", async () => {
    expect((await get("/switch?not=ann")).status).toBe(401);
    expect((await get("/switch?not=ann", basic("guest"))).headers.get("location")).toBe("/files/");
  });

  it("refuses a strange Host, and what another site's page sends", async () => {
    // fetch does not let a Host be set.
    const status = await new Promise((resolve) => {
      ask(`${web}/files/`, { headers: { ...basic("ann"), Host: "evil.example" } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end();
    });
    expect(status).toBe(421);
    const strange = { ...basic("ann"), Origin: "https://evil.example" };
    expect((await post("/files/", form(["evil.txt", "x"]), strange)).status).toBe(403);
    expect(existsSync(join(home, "ann/evil.txt"))).toBe(false);
  });
});

describe("files of the page", () => {
  it("gives a file octet for octet, a range of it, and its head", async () => {
    const whole = await get("/files/big.bin");
    expect(sha256(await bytes(whole))).toBe(sha256(big));
    expect(whole.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''big.bin");
    expect(whole.headers.get("content-security-policy")).toContain("sandbox");
    const range = { ...basic("ann"), Range: "bytes=2999995-", "If-Range": whole.headers.get("etag") ?? "" };
    const part = await get("/files/big.bin", range);
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 2999995-2999999/3000000"]);
    expect(await part.text()).toBe("56789");
    expect((await get("/files/big.bin", { ...basic("ann"), Range: "bytes=3000000-" })).status).toBe(416);
    const head = await fetch(`${web}/files/big.bin`, { method: "HEAD", headers: basic("ann") });
    expect(head.headers.get("content-length")).toBe("3000000");
    expect(await (await get("/files/empty")).text()).toBe("");
    expect(sha256(await bytes(await get("/files/in")))).toBe(sha256(big));
  });

  it.each([
    ["/files/out/passwd", 404],
    ["/files/..%2f..%2f..%2fetc/passwd", 400],
    ["/files/%2e%2e/%2e%2e/etc/passwd", 404],
    ["/files/a%00b", 400],
    ["/files/%zz", 400],
    ["/files/nowhere", 404],
    ["/files/.socketscope-partials/", 400],
    ["/files/sub", 303],
  ])("answers %s with %i, and nothing of the machine's own", async (path, status) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain("root:");
  });

  it("stores what a form brings, whatever it is called, and FTP has it", async () => {
    const names = ["ü & <b>.txt", "100 %#?.txt", "-rf", "C:\\Users\\ann\\last.txt"];
    const answer = await post("/files/sub/", form(...names.map((name) => [name, name] as const)));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/files/sub/?done=4+files+are+here.");
    const url = new URL(app.url("ftp"));
    const listed = await run("curl", ["-s", "-l", "-u", "ann:secret", `ftp://127.0.0.1:${url.port}/sub/`]);
    expect(Buffer.from(listed.stdout).toString().split(/\r?\n/).filter(Boolean).toSorted()).toEqual(
      ["-rf", "100 %#?.txt", "last.txt", "ü & <b>.txt"].toSorted(),
    );
    const page = await (await get("/files/sub/")).text();
    expect(page).toContain('href="100%20%25%23%3F.txt"');
    expect(page).not.toContain("<b>.txt");
    expect(await (await get("/files/sub/100%20%25%23%3F.txt")).text()).toBe("100 %#?.txt");
  });

  it("keeps the old file whole where the quota ends, and says so", async () => {
    const answer = await post("/files/", form(["big.bin", Buffer.alloc(4_100_000)]));
    expect(answer.status).toBe(507);
    expect(await answer.text()).toContain('class="said bad"');
    expect(sha256(readFileSync(join(home, "ann/big.bin")))).toBe(sha256(big));
  });

  it("lets each account do what it may, and no more", async () => {
    expect(await (await get("/files/", basic("guest"))).text()).not.toContain("<form");
    expect((await post("/files/", form(["a", "x"]), basic("guest"))).status).toBe(403);
    expect((await post("/files/", form(["a", "x"]), basic("box"))).status).toBe(303);
    expect((await post("/files/", form(["a", "y"]), basic("box"))).status).toBe(409);
    expect((await get("/files/a", basic("box"))).status).toBe(403);
    expect(readFileSync(join(home, "box/a"), "utf8")).toBe("x");
  });

  it("makes and deletes folders and files, and nothing outside", async () => {
    const send = (fields: Record<string, string>): Promise<Response> =>
      post("/files/", new URLSearchParams(fields));
    expect((await send({ make: "drafts" })).status).toBe(303);
    expect((await send({ make: "drafts" })).status).toBe(409);
    expect((await send({ make: "../escape" })).status).toBe(400);
    expect((await send({ remove: "..%2Fguest" })).status).toBe(400);
    expect((await send({ remove: ".." })).status).not.toBe(303);
    expect((await send({ remove: "drafts" })).status).toBe(303);
    expect((await send({})).status).toBe(400);
    expect(existsSync(join(home, "guest"))).toBe(true);
    expect(existsSync(join(home, "ann/drafts"))).toBe(false);
  });
});

interface Seen {
  readonly sessions: readonly {
    readonly protocol: string;
    readonly user?: string;
    readonly control: { readonly remote: { readonly port: number } };
    readonly agreed?: { readonly how: string; readonly at: { readonly port: number } };
    readonly moving: readonly { readonly path: string; readonly data?: unknown }[];
  }[];
  readonly past: readonly { readonly path: string; readonly octets: number; readonly complete: boolean }[];
}

describe("sessions", () => {
  const look = async (): Promise<Seen> => (await (await get("/api/v1/sessions", {})).json()) as Seen;

  it("are seen with both their sockets, and remembered when they are over", async () => {
    const events = await fetch(`${web}/api/v1/events`);
    const told = events.body?.getReader();
    await told?.read();
    const control = await Control.open(Number(new URL(app.url("ftp")).port));
    expect(Buffer.from((await told?.read())?.value ?? []).toString()).toContain("event: changed");
    await told?.cancel();
    for (const command of ["USER guest", "PASS secret", "TYPE I"]) await control.say(command);
    const { data } = { data: Number(/\|(\d+)\|\)/.exec(await control.say("EPSV"))?.[1]) };
    const mine = async () =>
      (await look()).sessions.find(({ control: { remote } }) => remote.port === control.port);
    expect(await mine()).toMatchObject({
      protocol: "ftp",
      user: "guest",
      agreed: { how: "passive", at: { port: data } },
      moving: [],
    });
    // The transfer has begun and waits for its second socket.
    await control.say("RETR poem.txt");
    expect((await mine())?.moving).toMatchObject([{ path: "/poem.txt", direction: "out", total: 10 }]);
    const second = await Control.open(data).catch(() => undefined);
    expect(second).toBeDefined();
    await control.reply();
    expect((await mine())?.moving).toEqual([]);
    expect((await look()).past[0]).toMatchObject({ path: "/poem.txt", octets: 10, complete: true });
    control.close();
    await expect.poll(mine).toBeUndefined();
  });
});
