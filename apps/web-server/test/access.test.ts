import { hashSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { readBasic, type Handler } from "@socketscope/web";
import { basicAuth } from "../src/access/basic-auth.ts";
import { parsePasswords, type Passwords } from "../src/access/htpasswd.ts";
import { accessLog, escaped } from "../src/access-log.ts";
import { Metrics } from "../src/metrics.ts";
import { observed, type Exchange } from "../src/observed.ts";
import { withStandingFields } from "../src/standing-fields.ts";
import { asked, bodyOf, fieldOf } from "./asked.ts";

const basic = (name: string, password: string): string[] => [
  "Authorization",
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
];
const fine: Handler = () => ({ status: 200, content: "in" });
const always = (passwords: Passwords) => () => passwords;
const passwords = new Map([["ann", hashSync("right: one", 4)]]);
const problem = (one: { status: number; text: string; fields: readonly string[] }) =>
  Promise.resolve({ status: one.status, fields: one.fields, content: one.text });

describe("basic auth", () => {
  const door = basicAuth(fine, { passwords: always(passwords), problem, delay: 0 });

  it("RFC 9110 §15.5.2, §11.6.1: says how to come in", async () => {
    const response = await door(asked("GET", "/"));
    expect([response.status, fieldOf(response, "WWW-Authenticate")]).toEqual([
      401,
      'Basic realm="Socketscope", charset="UTF-8"',
    ]);
  });

  it.each([
    ["ann", "right: one", 200],
    ["ann", "wrong", 401],
    ["bob", "right: one", 401],
    ["ann", "", 401],
    ["", "", 401],
    ["ann", `${"x".repeat(72)}y`, 401],
  ])("%s / %s → %d", async (name, password, status) => {
    expect((await door(asked("GET", "/", basic(name, password)))).status).toBe(status);
  });

  it("takes a password by its whole length, not by the 72 octets bcrypt sees", async () => {
    const long = "x".repeat(72);
    const guarded = basicAuth(fine, {
      passwords: always(new Map([["ann", hashSync(long, 4)]])),
      problem,
      delay: 0,
    });
    expect((await guarded(asked("GET", "/", basic("ann", long)))).status).toBe(200);
    expect((await guarded(asked("GET", "/", basic("ann", `${long}y`)))).status).toBe(401);
  });

  it("remembers who was right without a promise, for a while, and only so many", async () => {
    let now = 0;
    const guarded = basicAuth(fine, {
      passwords: always(new Map([...passwords, ["eve", hashSync("e", 4)]])),
      problem,
      delay: 0,
      remembered: 1,
      lasting: 1000,
      now: () => now,
    });
    const known = (): boolean => !(guarded(asked("GET", "/", basic("ann", "right: one"))) instanceof Promise);
    expect(known()).toBe(false);
    await guarded(asked("GET", "/", basic("ann", "right: one")));
    expect(known()).toBe(true);
    now = 1001;
    expect(known()).toBe(false);
    await guarded(asked("GET", "/", basic("ann", "right: one")));
    await guarded(asked("GET", "/", basic("eve", "e")));
    expect(known()).toBe(false);
  });

  it("forgets who came in when the file was read again", async () => {
    let now: Passwords = passwords;
    const guarded = basicAuth(fine, { passwords: () => now, problem, delay: 0 });
    const ann = (password: string) => guarded(asked("GET", "/", basic("ann", password)));
    expect((await ann("right: one")).status).toBe(200);
    now = new Map([["ann", hashSync("changed", 4)]]);
    expect((await ann("right: one")).status).toBe(401);
    expect((await ann("changed")).status).toBe(200);
  });

  it("does not remember what was right in a file that was read again meanwhile", async () => {
    let now: Passwords = passwords;
    const guarded = basicAuth(fine, { passwords: () => now, problem, delay: 0 });
    const answer = guarded(asked("GET", "/", basic("ann", "right: one")));
    now = new Map([["ann", hashSync("changed", 4)]]);
    expect((await answer).status).toBe(200);
    expect((await guarded(asked("GET", "/", basic("ann", "right: one")))).status).toBe(401);
  });

  it("answers 503 when too many logins run", async () => {
    const guarded = basicAuth(fine, { passwords: always(passwords), problem, delay: 0, pending: 1 });
    const answers = await Promise.all(
      [1, 2].map(async () => guarded(asked("GET", "/", basic("ann", "wrong")))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([401, 503]);
  });

  it("reads RFC 7617's example in UTF-8", () => {
    expect(readBasic("Basic dGVzdDoxMjPCow==")).toEqual({ name: "test", password: "123£" });
    expect(readBasic("Bearer abc")).toBeUndefined();
    expect(readBasic("Basic ???")).toBeUndefined();
  });
});

describe("the password file", () => {
  it("reads what htpasswd -B writes", () => {
    const line = `ann:${hashSync("x", 4).replace("$2b$", "$2y$")}`;
    expect([...parsePasswords(`# people\n${line}\n\n`, "f").keys()]).toEqual(["ann"]);
  });
  it.each(["ann:{SHA}abc", "ann", `:${hashSync("x", 4)}`, "ann:$apr1$x$y", ""])(
    "refuses %j without repeating a hash",
    (text) => {
      expect(() => parsePasswords(text, "f")).toThrow(/^f:?/);
    },
  );
});

describe("standing fields", () => {
  const options = { fields: [], noCache: false, cors: false, coi: false };
  const page: Handler = () => ({
    status: 200,
    fields: ["Cache-Control", "max-age=60", "ETag", '"x"'],
    content: "",
  });

  it("--header replaces what the server would say, --no-cache asks each time (RFC 9111 §5.2.2.4)", async () => {
    const dressed = withStandingFields(page, {
      ...options,
      noCache: true,
      fields: ["X-A", "1", "etag", '"y"'],
    });
    const response = await dressed(asked("GET", "/"));
    expect([fieldOf(response, "Cache-Control"), fieldOf(response, "ETag"), fieldOf(response, "X-A")]).toEqual(
      ["no-cache", '"y"', "1"],
    );
  });

  it("--no-cache does not weaken no-store", async () => {
    const dressed = withStandingFields(() => ({ status: 404, fields: ["Cache-Control", "no-store"] }), {
      ...options,
      noCache: true,
    });
    expect(fieldOf(await dressed(asked("GET", "/")), "Cache-Control")).toBe("no-store");
  });

  it("--cors lets scripts read ranges and answers a preflight", async () => {
    const dressed = withStandingFields(page, { ...options, cors: true });
    const response = await dressed(asked("GET", "/", ["Origin", "https://elsewhere.test"]));
    expect(fieldOf(response, "Access-Control-Allow-Origin")).toBe("*");
    expect(fieldOf(response, "Access-Control-Expose-Headers")).toContain("Content-Range");
    const preflight = await dressed(
      asked("OPTIONS", "/", [
        "Origin",
        "https://e.test",
        "Access-Control-Request-Method",
        "GET",
        "Access-Control-Request-Headers",
        "range",
      ]),
    );
    expect([
      preflight.status,
      fieldOf(preflight, "Access-Control-Allow-Headers"),
      fieldOf(preflight, "Access-Control-Allow-Methods"),
    ]).toEqual([204, "range", "GET, HEAD, PUT, POST, DELETE, OPTIONS"]);
  });

  it("--coi isolates", async () => {
    const response = await withStandingFields(page, { ...options, coi: true })(asked("GET", "/"));
    expect([
      fieldOf(response, "Cross-Origin-Opener-Policy"),
      fieldOf(response, "Cross-Origin-Embedder-Policy"),
    ]).toEqual(["same-origin", "require-corp"]);
  });
});

describe("observed", () => {
  async function seen(
    handler: Handler,
    read: (response: Awaited<ReturnType<Handler>>) => Promise<unknown>,
    method = "GET",
  ): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    await read(await observed(handler, (exchange) => exchanges.push(exchange))(asked(method, "/")));
    return exchanges;
  }
  async function* three(): AsyncGenerator<Uint8Array> {
    for (const piece of ["a", "bc", "def"]) yield Buffer.from(piece);
  }
  const streamed: Handler = () => ({ status: 200, content: { pieces: three() } });

  it("counts octets in UTF-8, once", async () => {
    expect(await seen(() => ({ status: 200, content: "£" }), bodyOf)).toMatchObject([
      { status: 200, octets: 2, complete: true },
    ]);
    expect(await seen(streamed, bodyOf)).toMatchObject([{ octets: 6, complete: true }]);
  });

  it("tells a client that left, also before the first piece", async () => {
    const leave = async ({ content }: Awaited<ReturnType<Handler>>): Promise<void> => {
      if (typeof content === "object" && "pieces" in content)
        await content.pieces[Symbol.asyncIterator]().return?.();
    };
    expect(await seen(streamed, leave)).toMatchObject([{ octets: 0, complete: false }]);
  });

  it("counts nothing for HEAD", async () => {
    expect(await seen(streamed, () => Promise.resolve(), "HEAD")).toMatchObject([
      { octets: 0, complete: true },
    ]);
  });

  it("reports a handler that fails, and throws on", async () => {
    const exchanges: Exchange[] = [];
    const failing = observed(
      () => Promise.reject(new TypeError("x")),
      (exchange) => exchanges.push(exchange),
    );
    await expect(failing(asked("GET", "/"))).rejects.toThrow("x");
    expect(exchanges).toMatchObject([{ status: 500, complete: false }]);
  });
});

describe("access log", () => {
  const exchange = (fields: string[], target = "/a"): Exchange => ({
    request: asked("GET", target, fields),
    status: 200,
    octets: 5,
    ms: 1.23456,
    complete: true,
  });

  it("writes the combined format", () => {
    const lines: string[] = [];
    accessLog(
      "combined",
      (line) => lines.push(line),
      () => Date.UTC(2026, 10, 24, 0, 30, 20),
    )?.(exchange([...basic("ann lee", "x"), "Referer", "http://r/", "User-Agent", "curl/8"]));
    expect(lines).toEqual([
      String.raw`127.0.0.1 - ann\x20lee [24/Nov/2026:00:30:20 +0000] "GET /a HTTP/1.1" 200 5 "http://r/" "curl/8"` +
        "\n",
    ]);
  });

  it.each(['a"b', "a\\b", "a\nb", "a\u001b[31mb", "a\u202eb", "aéb"])(
    "keeps %j inside its field",
    (agent) => {
      const lines: string[] = [];
      accessLog("combined", (line) => lines.push(line))?.(exchange(["User-Agent", agent]));
      expect(lines[0]).toMatch(/^[\x20-\x7e]+\n$/);
      expect(lines[0]?.split('"')).toHaveLength(7);
      expect(escaped(agent)).toContain(String.raw`\x`);
    },
  );

  it("writes JSON that reads back, a line each", () => {
    const lines: string[] = [];
    accessLog("json", (line) => lines.push(line))?.(exchange(["User-Agent", 'a"\nb'], "/x?y"));
    expect(lines[0]?.split("\n")).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      remote: "127.0.0.1",
      port: 50_000,
      target: "/x?y",
      status: 200,
      octets: 5,
      ms: 1.235,
      agent: 'a"\nb',
    });
  });
});

describe("metrics", () => {
  it("counts in Prometheus' text format, with no label a client chose", () => {
    const metrics = new Metrics();
    const request = asked("GET", "/");
    metrics.observe({ request, status: 200, octets: 10, ms: 3, complete: true });
    metrics.observe({ request: asked('X"} 1\n', "/"), status: 501, octets: 0, ms: 20_000, complete: false });
    const text = metrics.text({ open: () => 7 });
    expect(text).toContain('http_requests_total{method="GET",status="200"} 1\n');
    expect(text).toContain('http_requests_total{method="other",status="501"} 1\n');
    expect(text).toContain('http_request_duration_seconds_bucket{le="0.005"} 1\n');
    expect(text).toContain('http_request_duration_seconds_bucket{le="+Inf"} 2\n');
    expect(text).toContain("http_connections_open 7\n");
    expect(text).toContain("http_responses_broken_total 1\n");
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[^\n]*\})? [\d.e+-]+$)/);
  });
});
