import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kinds, parseCommandLine, UsageError } from "../src/index.ts";
import { fixtureLine, fixtureLineIn } from "./fixture/server-line.ts";

const cwd = "/somewhere";

function parse(argv: readonly string[], env: Record<string, string> = {}) {
  const parsed = parseCommandLine(fixtureLine, { argv, env, cwd });
  if (parsed.kind === "print") throw new Error("printed instead of parsed");
  return parsed.options;
}

/** The message of the usage error that these arguments are answered with. */
function refusal(argv: readonly string[], env: Record<string, string> = {}): string {
  try {
    parse(argv, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`${argv.join(" ")} was taken`);
}

function configFile(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), "host-config-")), "site.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe("a server's options", () => {
  it("have defaults that stay on this machine", () => {
    expect(parse([])).toMatchObject({
      port: 7007,
      tlsPort: 7443,
      hosts: ["127.0.0.1", "::1"],
      engine: "hand",
      inspect: { to: "auto" },
      firewall: [],
      rate: "off",
      loginDelay: 1000,
      idle: 60_000,
      drain: 10_000,
      proxyFrom: [],
      tls: undefined,
      log: "text",
      json: false,
      noCache: false,
      capture: true,
    });
  });

  it("let 200 viewers and 10,000 idle sockets come from one address", () => {
    const { maxConnections, maxConnectionsPerAddress } = parse([]);
    expect(maxConnectionsPerAddress).toBeGreaterThan(10_200);
    expect(maxConnections).toBeGreaterThan(10_200);
  });

  it("are read with their units", () => {
    const words =
      "--port 0 --tls-port=off --host ::1 --host [fd00::1] --engine node-http --rate 50/s --login-delay 250 " +
      "--idle 2m --drain 0.5 --max-body 64K --inspect 127.0.0.1:4701#abc --max-connections off --json --log json " +
      "--proxy-from 10.0.0.0/8 --root site --no-cache --no-capture --tls-cert a.pem --tls-key /k.pem";
    const rules = ["--firewall", "drop 10.0.0.0/8 port 7", "--firewall", "allow ::1"];
    const options = parse([...words.split(" "), ...rules]);
    expect(options).toMatchObject({
      port: 0,
      tlsPort: "off",
      hosts: ["::1", "fd00::1"],
      engine: "node-http",
      rate: 50,
      loginDelay: 250,
      idle: 120_000,
      drain: 500,
      maxBody: 65_536,
      inspect: { to: "tcp", host: "127.0.0.1", port: 4701, token: "abc" },
      maxConnections: "off",
      proxyFrom: ["10.0.0.0/8"],
      json: true,
      firewall: [{ rule: "drop 10.0.0.0/8 port 7" }, { rule: "allow ::1" }],
      log: "json",
      root: "/somewhere/site",
      noCache: true,
      capture: false,
      tls: { cert: "/somewhere/a.pem", key: "/k.pem" },
    });
  });

  it("take off for every bound on connections", () => {
    const bounds = ["idle", "max-connections", "max-connections-per-address", "rate", "login-delay"];
    expect(parse(bounds.map((name) => `--${name}=off`))).toMatchObject({
      idle: Infinity,
      maxConnections: "off",
      maxConnectionsPerAddress: "off",
      rate: "off",
      loginDelay: "off",
    });
  });

  it("leave 4 s to drain under serve, where the watcher kills after 5", () => {
    const env = { NX_TASK_TARGET_TARGET: "serve" };
    expect(parseCommandLine(fixtureLineIn(env), { argv: [], env, cwd })).toMatchObject({
      options: { drain: 4000 },
    });
  });
});

describe("where options come from", () => {
  it("is the command line, then the environment, then the config file, then the default", () => {
    const config = configFile({
      port: 1,
      "tls-port": 2,
      maxBody: "3",
      idle: 4,
      header: ["A: 1", "B: 2"],
      capture: false,
    });
    const env = { SOCKETSCOPE_CONFIG: config, SOCKETSCOPE_TLS_PORT: "22", SOCKETSCOPE_PORT: "11" };
    expect(parse(["--port", "111"], env)).toMatchObject({
      port: 111,
      tlsPort: 22,
      maxBody: 3,
      idle: 4000,
      header: ["A: 1", "B: 2"],
      capture: false,
      drain: 10_000,
    });
  });

  it("replaces a list rather than adding to it", () => {
    expect(parse(["--host", "::1"], { SOCKETSCOPE_HOST: "127.0.0.2" }).hosts).toEqual(["::1"]);
  });

  it("takes a JSON list from a variable, and an empty variable as none", () => {
    expect(parse([], { SOCKETSCOPE_HOST: '["127.0.0.2", "::1"]', SOCKETSCOPE_PORT: "" })).toMatchObject({
      hosts: ["127.0.0.2", "::1"],
      port: 7007,
    });
  });

  it("finds a config file's paths beside the file", () => {
    const config = configFile({ root: "public" });
    expect(parse(["--config", config]).root).toBe(config.replace(/site\.json$/, "public"));
  });

  it("says which variable or key is wrong", () => {
    expect(refusal([], { SOCKETSCOPE_PORT: "x" })).toBe(
      'SOCKETSCOPE_PORT "x": give a whole number from 0 to 65535',
    );
    const config = configFile({ tlsPort: true });
    expect(refusal(["--config", config])).toBe(
      `"tlsPort" in ${config} "true": give a whole number from 0 to 65535, or off`,
    );
  });

  it("refuses a config file with an unknown key, with the likely one", () => {
    const config = configFile({ tlsProt: 1 });
    expect(refusal(["--config", config])).toBe(
      `--config ${config}: unknown option "tlsProt" (did you mean "tls-port"?)`,
    );
  });

  it.each([
    ["no JSON", "{port: 1}", /is not JSON/],
    ["no object", "[1]", /give one JSON object/],
    ["a value of no use", { port: { a: 1 } }, /give a string, a number, true or false/],
    ["a list for one value", { port: [1, 2] }, /give a string, a number, true or false/],
  ])("refuses a config file with %s", (_, content, message) => {
    expect(refusal(["--config", configFile(content)])).toMatch(message);
  });

  it("refuses a config file that is not there, or longer than 1 MiB", () => {
    expect(refusal(["--config", "nowhere.json"])).toBe(
      "--config /somewhere/nowhere.json: there is no such file",
    );
    expect(refusal(["--config", configFile(" ".repeat(1_048_577))])).toMatch(/longer than 1048576 bytes/);
  });
});

describe("a mistake on the command line", () => {
  it.each<[string[], string]>([
    [["--prot", "1"], "unknown option '--prot' (did you mean --port?)"],
    [["--prot=1"], "unknown option '--prot=1' (did you mean --port?)"],
    [["--port"], "option '--port <N>' argument missing"],
    [["--port", "65536"], '--port "65536": give a whole number from 0 to 65535'],
    [["--port", "1e3"], '--port "1e3": give a whole number from 0 to 65535'],
    [["--port", "off"], '--port "off": give a whole number from 0 to 65535'],
    [
      ["--host", "example.com"],
      '--host "example.com": give an IPv4 or IPv6 address such as 127.0.0.1, ::1 or 0.0.0.0, or localhost',
    ],
    [["--engine", "nginx"], '--engine "nginx": give hand or node-http'],
    [["--rate", "0"], '--rate "0": give a rate above 0 such as 50/s, or off'],
    [
      ["--idle", "-1"],
      '--idle "-1": give a time such as 250ms, 30s or 5m, at most 30d (a bare number is s), or off',
    ],
    [
      ["--login-delay", "2m"],
      '--login-delay "2m": give a time such as 250ms, 30s or 5m, at most 60s (a bare number is ms), or off',
    ],
    [
      ["--inspect", "127.0.0.1:1"],
      '--inspect "127.0.0.1:1": give auto, off or HOST:PORT#TOKEN (the inspector prints its token at start)',
    ],
    [["--tls-cert", "a"], "--tls-cert: give --tls-key as well"],
    [["--tls-key", "a"], "--tls-key: give --tls-cert as well"],
    [["extra"], 'unexpected argument "extra" (see --help)'],
  ])("%j → %s", (argv, message) => {
    expect(refusal(argv)).toBe(message);
  });

  it("is told of in one line, whatever the value holds", () => {
    const message = refusal(["--host", "a\nb\u001b[31m"]);
    expect(message).toMatch(/^--host "a\\nb\\u001b\[31m": /);
    expect(refusal(["--x\n\u001b[31m"])).not.toMatch(/\p{Cc}/u);
  });

  it("names what is wrong with a network", () => {
    expect(refusal(["--proxy-from", "10.0.0.0/33"])).toMatch(
      /^--proxy-from "10\.0\.0\.0\/33": give a network such as/,
    );
  });

  it("is also an option given more than 256 times", () => {
    const argv = Array.from({ length: 257 }, () => ["--header", "A: 1"]).flat();
    expect(refusal(argv)).toBe("--header: give it at most 256 times");
    expect(parse(argv.slice(2)).header).toHaveLength(256);
  });
});

function printed(argv: string[]): string {
  const parsed = parseCommandLine(fixtureLine, { argv, env: {}, cwd });
  if (parsed.kind !== "print") throw new Error("nothing was printed");
  return parsed.text;
}

describe("help and version", () => {
  it("fits 80 columns and ends with an example", () => {
    const lines = printed(["--help"]).trimEnd().split("\n");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(-2)).toEqual([
      "Example:",
      "  echo-server --port 0 --firewall 'drop 10.0.0.0/8 port 7'",
    ]);
  });

  it("names each option of the contract once", () => {
    const text = printed(["--help"]);
    const names = [...text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(
        "host port tls-port engine state inspect firewall max-connections max-connections-per-address rate login-delay idle drain proxy-from tls-cert tls-key config log json help version"
          .split(" ")
          .map((name) => `--${name}`),
      ),
    );
  });

  it("win over every other option", () => {
    expect(printed(["--port", "x", "--help"])).toContain("Usage: echo-server");
    expect(printed(["--version"])).toBe("echo-server 1.2.3\n");
  });
});

describe("a client's arguments", () => {
  it("are handed over in order, and asked for when missing", () => {
    const line = {
      name: "get",
      version: "1",
      summary: "Gets.",
      positionals: [
        { name: "URL", help: "what" },
        { name: "FILE", help: "where to", optional: true },
      ],
      examples: ["get http://localhost/"],
      options: (read: Parameters<typeof fixtureLine.options>[0], [url, file]: readonly string[]) => ({
        url,
        file,
        head: read.flag("head", { help: "only ask", short: "I" }),
      }),
    };
    const input = { env: {}, cwd };
    expect(parseCommandLine(line, { ...input, argv: ["-I", "http://x/", "out"] })).toEqual({
      kind: "run",
      options: { url: "http://x/", file: "out", head: true },
    });
    expect(() => parseCommandLine(line, { ...input, argv: [] })).toThrow("missing required argument 'URL'");
  });
});

describe("kinds", () => {
  it.each<[kinds.Kind<unknown>, string, unknown]>([
    [kinds.size(), "0", 0],
    [kinds.size(), "1.5K", 1536],
    [kinds.size(), "10M", 10 * 2 ** 20],
    [kinds.size(), "10MiB", 10 * 2 ** 20],
    [kinds.size(), "2g", 2 ** 31],
    [kinds.duration("s"), "1h", 3_600_000],
    [kinds.duration("s"), "250ms", 250],
    [kinds.hostPort, "[::1]:25", { host: "::1", port: 25 }],
    [kinds.hostPort, "mx.test:25", { host: "mx.test", port: 25 }],
  ])("read %#: %j", (kind, text, value) => {
    expect(kind.read(text, "/")).toEqual(value);
  });

  it.each<[kinds.Kind<unknown>, string]>([
    [kinds.size(), ""],
    [kinds.size(), "1X"],
    [kinds.size("N", 10), "11"],
    [kinds.duration("s"), "1w"],
    [kinds.duration("s"), "31d"],
    [kinds.hostPort, "::1:25"],
    [kinds.hostPort, "[1.2.3.4]:25"],
    [kinds.hostPort, "a:0"],
    [kinds.hostPort, "a:65536"],
    [kinds.text("X", 3), "abcd"],
    [kinds.path("FILE"), "a\0b"],
  ])("refuse %#: %j", (kind, text) => {
    expect(() => kind.read(text, "/")).toThrow(kinds.BadValue);
  });
});
