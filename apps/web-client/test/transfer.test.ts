import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { EXIT } from "../src/failure.ts";
import { asked } from "./asked.ts";
import { hostileServer } from "./hostile.ts";

const sha256 = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

describe.each(["hand", "node-http"])("against our server, engine %s", (engine) => {
  const film = randomBytes(3_000_000);
  let root: TemporaryFolder;
  let app: RunningApp;
  const file = (name: string): string => join(root.path, name);

  beforeAll(async () => {
    root = new TemporaryFolder();
    await writeFile(file("film.bin"), film);
    await writeFile(file("page.html"), "<p>hello</p>".repeat(1000));
    app = await spawnApp("web-server", [
      "--engine",
      engine,
      "--root",
      root.path,
      "--writable",
      root.path,
      "--header",
      "X-Served-By: us",
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    root[Symbol.dispose]();
  });

  it("fetches a file over HTTP and over HTTPS with the local authority", async () => {
    const plain = await asked([`${app.url("http")}/film.bin`]);
    const secure = await asked(["--ca", app.ready.ca ?? "", `${app.url("https")}/film.bin`]);
    expect([plain.code, sha256(plain.output)]).toEqual([0, sha256(film)]);
    expect([secure.code, sha256(secure.output)]).toEqual([0, sha256(film)]);
  });

  it("believes no certificate that nobody vouches for, unless told to, and says so loudly", async () => {
    const doubted = await asked([`${app.url("https")}/page.html`]);
    expect(doubted.code).toBe(EXIT.untrusted);
    expect(doubted.errors).toMatch(/--ca FILE/);
    const forced = await asked(["-k", `${app.url("https")}/page.html`]);
    expect(forced.code).toBe(0);
    expect(forced.errors).toMatch(/^WARNING: --insecure/);
  });

  it("uses one connection for several URLs, and tells so", async () => {
    const url = `${app.url("http")}/page.html`;
    const { errors, code } = await asked(["--timings", "json", url, url, url]);
    expect(code).toBe(0);
    const lines = errors
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([{ reused: false }, { reused: true }, { reused: true }]);
    expect(lines[0]).toMatchObject({
      status: 200,
      ms: { connect: expect.any(Number), firstByte: expect.any(Number), total: expect.any(Number) },
    });
  });

  it("asks for a part, and for what is missing", async () => {
    const part = await asked(["-r", "10-19", `${app.url("http")}/film.bin`]);
    expect(part.output).toEqual(film.subarray(10, 20));
    const target = file(`resumed-${engine}`);
    await writeFile(target, film.subarray(0, 1_000_000));
    const rest = await asked(["-C", "-", "-o", target, `${app.url("http")}/film.bin`]);
    expect([rest.code, rest.errors]).toEqual([0, ""]);
    expect(sha256(await readFile(target))).toBe(sha256(film));
    // All of it is there: nothing to do, nothing broken.
    expect((await asked(["-C", "-", "-o", target, `${app.url("http")}/film.bin`])).code).toBe(0);
    expect(sha256(await readFile(target))).toBe(sha256(film));
  });

  it("decodes what it asked to be coded", async () => {
    const { output, code } = await asked(["--compressed", "-i", `${app.url("http")}/page.html`]);
    const [head = "", ...content] = output.toString().split("\r\n\r\n");
    expect(code).toBe(0);
    expect(head).toMatch(/^content-encoding: (?:br|gzip)$/im);
    expect(content.join("\r\n\r\n")).toBe("<p>hello</p>".repeat(1000));
  });

  it("puts a file, a stream from standard input, and a form's file", async () => {
    const sent = await asked(["-f", "-T", file("film.bin"), `${app.url("http")}/put-${engine}`]);
    expect([sent.code, sent.errors]).toEqual([0, ""]);
    expect(sha256(await readFile(file(`put-${engine}`)))).toBe(sha256(film));
    const streamed = await asked(["-f", "-T", "-", `${app.url("http")}/streamed-${engine}`], film);
    expect([streamed.code, streamed.errors]).toEqual([0, ""]);
    expect(sha256(await readFile(file(`streamed-${engine}`)))).toBe(sha256(film));
  });

  it("says with -f what went wrong, and nothing else", async () => {
    const { code, text, errors } = await asked(["-f", `${app.url("http")}/nowhere`]);
    expect([code, text]).toEqual([EXIT.status, ""]);
    expect(errors).toMatch(/: the server answered 404 Not Found\n$/);
  });

  it("asks for the head alone", async () => {
    const { text } = await asked(["-I", `${app.url("http")}/film.bin`]);
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content-length: 3000000\r\n[^]*\r\n$/i);
    expect(text).toMatch(/x-served-by: us/i);
  });

  it("shows the dialogue without what is secret", async () => {
    const { errors } = await asked(["-v", "-u", "me:secret", `${app.url("http")}/page.html`]);
    expect(errors).toMatch(/^> GET \/page\.html HTTP\/1\.1$/m);
    expect(errors).toMatch(/^< HTTP\/1\.1 200 OK$/m);
    expect(errors).toMatch(/^> Authorization: Basic \*{12}$/m);
    expect(errors).not.toContain(Buffer.from("me:secret").toString("base64"));
  });
});

describe("redirects", () => {
  it("lead to another host without credentials", async () => {
    await using there = await hostileServer({ says: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" });
    const port = new URL(there.url).port;
    await using here = await hostileServer({
      says: `HTTP/1.1 302 Found\r\nLocation: http://other.test:${port}/x\r\nContent-Length: 0\r\n\r\n`,
    });
    const { text, code } = await asked([
      "-L",
      "-u",
      "me:secret",
      "-H",
      "Cookie: c=1",
      "--resolve",
      "other.test:127.0.0.1",
      `${here.url}/`,
    ]);
    expect([code, text]).toEqual([0, "ok"]);
    expect(here.asked[0]).toMatch(/Authorization: Basic [^]*Cookie: c=1/);
    expect(there.asked[0]).toMatch(/^GET \/x HTTP\/1\.1\r\nHost: other\.test:\d+\r\n/);
    expect(there.asked[0]).not.toMatch(/authorization|cookie/i);
  });

  it("send content again with 307, and cannot when it was standard input", async () => {
    const redirect = {
      says: "HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    };
    const answer = { says: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
    await using server = await hostileServer(redirect, answer);
    expect((await asked(["-L", "-d", "a=b", `${server.url}/`])).code).toBe(0);
    expect(server.asked[1]).toMatch(/^POST \/again [^]*\r\n\r\na=b$/);
    await using once = await hostileServer(redirect, answer);
    const { code, errors } = await asked(["-L", "-T", "-", `${once.url}/`], "a=b");
    expect(code).toBe(EXIT.readFailed);
    expect(errors).toMatch(/cannot be sent again/);
  });
});

describe("server-sent events", () => {
  it("are read one JSON a line, and asked for again where they broke off", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    await using server = await hostileServer(
      { says: `${head}retry: 1\n\nid: 7\ndata: one\ndata: two\n\n` },
      { says: `${head}event: tick\ndata: three\n\n` },
    );
    const { text, code } = await asked(["--events", "--max-events", "2", `${server.url}/`]);
    expect(code).toBe(0);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      { event: "message", data: "one\ntwo", id: "7" },
      { event: "tick", data: "three", id: "" },
    ]);
    expect(server.asked[1]).toMatch(/^Last-Event-ID: 7\r$/m);
  });
});
