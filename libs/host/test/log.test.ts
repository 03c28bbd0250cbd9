import { describe, expect, it } from "vitest";
import { createLog, type LogFormat, Secrets } from "../src/index.ts";

const now = (): Date => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6));

function logged(format: LogFormat, secrets = new Secrets()) {
  const lines: string[] = [];
  const log = createLog({ app: "web-server", format, secrets, write: (line) => lines.push(line), now });
  return { log, lines };
}

describe("a log line", () => {
  it("is for people: time, level, message, fields", () => {
    const { log, lines } = logged("text");
    log.info("listening", { name: "http", url: "http://[::1]:8080/", n: 3, left: undefined, why: 'a "b"=c' });
    log.warn("x");
    expect(lines).toEqual([
      '2026-01-02T03:04:05.006Z info  listening name=http url=http://[::1]:8080/ n=3 why="a \\"b\\"=c"\n',
      "2026-01-02T03:04:05.006Z warn  x\n",
    ]);
  });

  it("is one JSON object for programs, whose own names no field can take", () => {
    const { log, lines } = logged("json");
    log.error("gone", { level: "fake", ok: true });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      time: "2026-01-02T03:04:05.006Z",
      level: "error",
      app: "web-server",
      message: "gone",
      level_: "fake",
      ok: true,
    });
  });

  it("is nothing when off", () => {
    const { log, lines } = logged("off");
    log.error("gone");
    expect(lines).toEqual([]);
  });

  it.each([
    ["text", /[\p{C}\p{Zl}\p{Zp}]/u, "a\\u{d}\\u{a}b\\u{1b}[31m\\u{85}\\u{2028}\\u{202e}"],
    ["json", /[\r\n]/, "a\\r\\nb\\u001b[31m"],
  ] as const)("stays one line and paints nothing, as %s", (format, forbidden, escaped) => {
    const { log, lines } = logged(format);
    const hostile = "a\r\nb\u001b[31m\u0085\u2028\u202e\u009b1m";
    log.info(hostile, { peer: hostile, word: "\u202eevil" });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).not.toMatch(forbidden);
    expect(lines[0]).toContain(escaped);
  });

  it.each(["text", "json"] as const)("is bounded in its values and fields, as %s", (format) => {
    const { log, lines } = logged(format);
    log.info("m".repeat(5000), { value: "v".repeat(5000) });
    expect(lines[0]).toContain(`${"m".repeat(2048)}…(2952 more)`);
    expect(lines[0]).toContain(`${"v".repeat(2048)}…(2952 more)`);
    log.info("m", Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`field${i}`, i])));
    expect(lines[1]).toMatch(/field31\b/);
    expect(lines[1]).not.toMatch(/field32\b/);
  });
});

describe("a secret", () => {
  const secret = "s3cr3t/+ pässw0rd";
  const secrets = new Secrets();
  secrets.hide(secret);

  it("is masked in its length, in message and field", () => {
    const { log, lines } = logged("text", secrets);
    log.info(`login ${secret}.`, { sent: secret });
    expect(lines[0]).toContain(`login ${"*".repeat(secret.length)}. sent=${"*".repeat(secret.length)}`);
  });

  it("is masked URL-encoded", () => {
    expect(secrets.mask(`?key=${encodeURIComponent(secret)}&a`)).toBe(
      `?key=${"*".repeat(encodeURIComponent(secret).length)}&a`,
    );
  });

  it.each(["", "u:", "us:", "use:", "user:", "\0user\0"])("is masked in base64 behind %j", (before) => {
    for (const after of ["", "x", "xy", "xyz"]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const encoded = Buffer.from(before + secret + after).toString(encoding);
        const masked = secrets.mask(encoded);
        expect(masked).toHaveLength(encoded.length);
        // what is left must not give back more than an edge octet
        const rest = Buffer.from(masked.replaceAll("*", "A"), "base64").toString("latin1");
        for (const part of ["3cr", "cr3", "w0r", "ass"]) expect(rest).not.toContain(part);
      }
    }
  });

  it("of three characters is left alone: it would mask every sentence", () => {
    const short = new Secrets();
    short.hide("the");
    expect(short.mask("the end")).toBe("the end");
  });

  it("is forgotten when a thousand newer ones came", () => {
    const many = new Secrets();
    for (let i = 0; i <= 1024; i += 1) many.hide(`secret-number-${i}.`);
    expect(many.mask("secret-number-0. secret-number-1.")).toBe(`secret-number-0. ${"*".repeat(16)}`);
  });
});
