/** Each bound on the command line can be switched off: read from the list of options itself, and then tried. */
import { once } from "node:events";
import { connect } from "node:net";
import { parseCommandLine, type OptionReader } from "@socketscope/host";
import { spawnApp, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailRelayOptions, type MailRelayOptions } from "../src/options.ts";

interface Listed {
  readonly name: string;
  readonly argument: string;
}

/** Every option with one value. */
function listed(): readonly Listed[] {
  const found: Listed[] = [];
  const reader: OptionReader = {
    group() {},
    one(name, { argument }, { default: standard }) {
      found.push({ name, argument });
      return standard;
    },
    maybe: () => undefined,
    list: (_name, _kind, about) => about.default ?? [],
    flag: (_name, about) => about.default ?? false,
  };
  mailRelayOptions(reader);
  return found;
}

/** A number, a time or a size, and no bound on anybody: who gives one gives it for another reason. */
const NO_BOUNDS = ["expire", "mx-port", "drain"];

const numbers = listed().filter(
  ({ name, argument }) => /^(?:N|S|MS|N\/s)(?:\||$)/.test(argument) && !NO_BOUNDS.includes(name),
);
const bounds = numbers.filter(({ name }) => !name.endsWith("port"));

function parse(argv: readonly string[]): MailRelayOptions {
  const line = { name: "mail-relay", version: "0", summary: "", examples: [], options: mailRelayOptions };
  const parsed = parseCommandLine(line, { argv: [...argv], env: {}, cwd: "/" });
  if (!("options" in parsed)) throw new Error("not parsed");
  return parsed.options;
}

describe("a bound of the relay", () => {
  it("is among those that one finds in the list", () => {
    expect(bounds.map(({ name }) => name).join(" ")).toBe(
      "max-messages max-age max-size max-recipients max-commands max-errors max-logins max-command-line " +
        "max-text-line content-timeout login-timeout max-search max-search-letter max-search-memory delay-notice inspect-rate max-connections " +
        "max-connections-per-address rate login-delay idle",
    );
  });

  it.each(numbers)("--$name $argument can be off", ({ name, argument }) => {
    expect(argument).toMatch(/\|off$/);
    expect(() => parse([`--${name}=off`])).not.toThrow();
  });

  it("that is off bounds nothing", () => {
    const { session, maxSize, idle, contentTimeout, loginTimeout, ...others } = parse(
      bounds.map(({ name }) => `--${name}=off`),
    );
    expect([maxSize, idle, contentTimeout, loginTimeout]).toEqual(Array.from({ length: 4 }, () => Infinity));
    expect(new Set(Object.values(session))).toEqual(new Set([Infinity]));
    expect(others).toMatchObject({
      maxMessages: "off",
      maxAge: "off",
      delayNotice: "off",
      maxConnections: "off",
      maxConnectionsPerAddress: "off",
      rate: "off",
      loginDelay: "off",
    });
  });
});

describe.each(["hand", "smtp-server"])("with every bound off, --engine %s", (engine) => {
  let app: RunningApp;
  beforeAll(async () => {
    const off = bounds.map(({ name }) => `--${name}=off`);
    app = await spawnApp("mail-relay", [`--engine=${engine}`, ...off]);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it("takes what each bound would have refused", async () => {
    const { port } = new URL(app.url("smtp").replace("smtp:", "http:"));
    const socket = connect(Number(port), "127.0.0.1");
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
    const hears = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(said)) await once(socket, "data");
      said = "";
    };
    await hears(/^220 .*\r\n/);
    socket.write("EHLO c.test\r\n");
    await hears(/^250 .*\r\n/m);
    // More errors, logins that fail and recipients than by default; a command and a line that are longer.
    socket.write("RCPT TO:<too@soon.test>\r\n".repeat(60));
    await hears(/(?:503 .*\r\n){60}$/);
    for (let login = 0; login < 7; login++) {
      socket.write(`AUTH PLAIN ${Buffer.from("\0nobody\0wrong").toString("base64")}\r\n`);
      await hears(/^535 .*\r\n$/);
    }
    socket.write(`NOOP ${"x".repeat(3000)}\r\n`);
    await hears(/^250 .*\r\n$/);
    socket.write("MAIL FROM:<a@a.test>\r\n");
    await hears(/^250 .*\r\n$/);
    socket.write("RCPT TO:<b@b.test>\r\n".repeat(1010));
    await hears(/(?:250 .*\r\n){1010}$/);
    socket.write(`DATA\r\n`);
    await hears(/^354 .*\r\n$/);
    socket.write(`Subject: long\r\n\r\n${"y".repeat(5000)}\r\n.\r\nQUIT\r\n`);
    await hears(/^250 .*\r\n221 .*\r\n$/);
    const answer = await fetch(`${app.url("web")}/api/v1/messages?mailbox=b@b.test`);
    expect(await answer.json()).toMatchObject({ messages: [{ subject: "long" }] });
    socket.destroy();
  });
});
