/** Faults set through the control socket of a running server: what a real curl gets, and that it is gone again. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";

const PAGE = "<title>x</title>as it was written\n";
const BLOB = randomBytes(300_000);

const clients = realClient("curl");

clients.describe("faults through the control socket", () => {
  const folder = new TemporaryFolder("faults");
  let app: RunningApp;
  beforeAll(async () => {
    writeFileSync(join(folder.path, "page.html"), PAGE);
    writeFileSync(join(folder.path, "blob"), BLOB);
    app = await spawnApp("web-server", ["--root", folder.path, "--host", "127.0.0.1"]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const control = async (verb: string, path: string, value?: unknown): Promise<unknown> => {
    const socket = join(app.ready.state, "web-server.sock");
    const body = value === undefined ? [] : ["--json", JSON.stringify(value)];
    const args = ["-sS", "--fail-with-body", "--unix-socket", socket, "-X", verb, ...body];
    const { code, text, stderr } = await run("curl", [...args, `http://control${path}`]);
    expect([code, stderr]).toEqual([0, ""]);
    return text === "" ? undefined : JSON.parse(text);
  };

  /** What curl says of one file: its exit code, the octets it kept, the seconds until the first one. */
  const get = async (name: string, listener = "http") => {
    const kept = join(app.ready.state, "kept");
    const trust = listener === "https" ? ["--cacert", app.ready.ca ?? ""] : [];
    const out = ["-o", kept, "-w", "%{http_code} %{time_starttransfer}"];
    writeFileSync(kept, "");
    const result = await run("curl", ["-sS", ...trust, ...out, `${app.url(listener)}/${name}`]);
    const [status, seconds] = result.text.split(" ").map(Number);
    const octets = readFileSync(kept);
    return { code: result.code, status, seconds: seconds ?? 0, octets };
  };

  /** That there is no fault, and what curl gets is the file, on both listeners. */
  const isWhole = async (): Promise<boolean[]> => {
    const page = Buffer.from(PAGE);
    const faults = JSON.stringify(await control("GET", "/faults"));
    const whole = [faults.split('"faults":[]').length === 3];
    for (const listener of ["http", "https"]) {
      whole.push((await get("page.html", listener)).octets.equals(page));
      whole.push((await get("blob", listener)).octets.equals(BLOB));
    }
    return whole;
  };
  const allWhole = [true, true, true, true, true];

  it("begins without any", async () => {
    expect(await isWhole()).toEqual(allWhole);
  });

  it("delays an answer by at least what was asked", async () => {
    await control("POST", "/faults/http", { on: "out", action: { type: "delay", ms: 700 } });
    const { code, octets, seconds } = await get("page.html");
    expect([code, octets.toString()]).toEqual([0, PAGE]);
    // a lower bound, which no load can break
    expect(seconds).toBeGreaterThanOrEqual(0.7);
    await control("DELETE", "/faults");
    expect(await isWhole()).toEqual(allWhole);
  });

  it("truncates an answer: curl keeps the beginning and reports a partial file", async () => {
    await control("PUT", "/faults/http", [
      { on: "out", match: { contains: "HTTP/1.1 200" }, action: { type: "truncate", octets: 400 } },
    ]);
    const { code, status, octets } = await get("blob");
    // CURLE_PARTIAL_FILE
    expect([code, status]).toEqual([18, 200]);
    expect(octets.length).toBeLessThan(400);
    expect(octets.equals(BLOB.subarray(0, octets.length))).toBe(true);
    await control("PUT", "/faults/http", []);
    expect(await isWhole()).toEqual(allWhole);
  });

  it("split into small pieces both ways: slower, and whole", async () => {
    const pieces = [
      { on: "in", action: { type: "split", octets: 7, ms: 0 } },
      { on: "out", action: { type: "split", octets: 3_000, ms: 0 } },
    ];
    for (const listener of ["http", "https"]) await control("PUT", `/faults/${listener}`, pieces);
    for (const listener of ["http", "https"]) {
      expect((await get("page.html", listener)).octets.toString()).toBe(PAGE);
      const blob = await get("blob", listener);
      expect([blob.code, blob.octets.equals(BLOB)]).toEqual([0, true]);
    }
    const shown = (await control("GET", "/faults")) as { http: { faults: { acted: number }[] } };
    expect(shown.http.faults.map(({ acted }) => acted > 1)).toEqual([true, true]);
    await control("DELETE", "/faults");
    expect(await isWhole()).toEqual(allWhole);
  });

  it("resets under TLS as in the clear, so many times as asked", async () => {
    const reset = { on: "in", match: { contains: "GET /page" }, times: 1, action: { type: "reset" } };
    await control("POST", "/faults/http", reset);
    await control("POST", "/faults/https", reset);
    // CURLE_RECV_ERROR; 35 where OpenSSL says it
    expect((await get("page.html")).code).toBe(56);
    expect([35, 56]).toContain((await get("page.html", "https")).code);
    expect((await get("page.html")).octets.toString()).toBe(PAGE);
    expect((await get("page.html", "https")).octets.toString()).toBe(PAGE);
    await control("DELETE", "/faults");
    expect(await isWhole()).toEqual(allWhole);
  });

  it("holds a request until it is let go, changed on the way", async () => {
    await control("POST", "/faults/https", { on: "in", action: { type: "hold" } });
    const asked = get("nothing.html", "https");
    let held: unknown[] = [];
    while (held.length === 0) held = (await control("GET", "/held")) as unknown[];
    const [first] = held as { chunk: number; before: string; listener: string }[];
    expect([first?.listener, first?.before.split("\r\n")[0]]).toEqual([
      "https",
      "GET /nothing.html HTTP/1.1",
    ]);
    const changed = first?.before.replace("/nothing.html", "/page.html");
    await control("POST", `/held/${first?.chunk}`, { octets: changed });
    const { status, octets } = await asked;
    expect([status, octets.toString()]).toEqual([200, PAGE]);
    await control("DELETE", "/faults");
    expect(await isWhole()).toEqual(allWhole);
  });

  it("takes none with node:http, whose sockets are not ours, and says so", async () => {
    const other: RunningApp = await spawnApp("web-server", ["--host", "127.0.0.1", "--engine", "node-http"]);
    const args = ["-sS", "--unix-socket", join(other.ready.state, "web-server.sock")];
    const shown = await run("curl", [...args, "http://control/faults"]);
    const fault = JSON.stringify({ on: "out", action: { type: "reset" } });
    const refused = await run("curl", [...args, "--json", fault, "http://control/faults/http"]);
    await other[Symbol.asyncDispose]();
    expect(JSON.parse(shown.text)).toEqual({});
    expect(JSON.parse(refused.text)).toMatchObject({ status: 404, code: "CONTROL_NO_LISTENER" });
  });
});
