/** Who is refused by policy hears why, and the session stands among those that failed: on both engines. */
import { once } from "node:events";
import { connect } from "node:net";
import { spawnApp, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const login = `AUTH PLAIN ${Buffer.from("\0ann@near.test\0secret").toString("base64")}`;

const cases: readonly (readonly [
  what: string,
  listener: string,
  lines: readonly string[],
  refusal: RegExp,
])[] = [
  [
    "mail for elsewhere by a stranger",
    "smtp",
    ["MAIL FROM:<a@a.test>", "RCPT TO:<x@far.test>"],
    /550 5\.7\.1 .*\(to RCPT\)/,
  ],
  [
    "a mailbox that is not there",
    "smtp",
    ["MAIL FROM:<b@a.test>", "RCPT TO:<nobody@near.test>"],
    /550 5\.1\.1 .*\(to RCPT\)/,
  ],
  ["submission without a login", "submission", ["MAIL FROM:<ann@near.test>"], /530 5\.7\.0 .*\(to MAIL\)/],
  [
    "another's address behind a login",
    "submission",
    [login, "MAIL FROM:<eve@near.test>"],
    /553 5\.7\.1 .*\(to MAIL\)/,
  ],
];

describe.each(["hand", "smtp-server"])("a session that is refused, --engine %s", (engine) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await spawnApp("mail-relay", [
      `--engine=${engine}`,
      "--no-capture",
      "--local-domain=near.test",
      "--user=ann@near.test:secret",
    ]);
  }, 40_000);
  afterAll(() => app[Symbol.asyncDispose]());

  /** Line by line, as somebody who types; the last answer before QUIT's. */
  async function say(listener: string, lines: readonly string[]): Promise<string> {
    const { port } = new URL(app.url(listener).replace("smtp:", "http:"));
    const socket = connect(Number(port), "127.0.0.1").setEncoding("latin1");
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    const answer = async (): Promise<string> => {
      while (!/^\d{3} .*\r\n$/m.test(heard)) await once(socket, "data");
      const said = heard;
      heard = "";
      return said;
    };
    await answer();
    let last = "";
    for (const line of ["EHLO c.test", ...lines]) {
      socket.write(`${line}\r\n`);
      last = await answer();
    }
    socket.end("QUIT\r\n");
    await once(socket, "close");
    return last;
  }

  it.each(cases)("%s", async (_what, listener, lines, refusal) => {
    // The library puts enhanced codes of its own behind some.
    expect((await say(listener, lines)).slice(0, 3)).toBe(refusal.source.slice(0, 3));
    const failed = async (): Promise<string> => (await fetch(`${app.url("web")}/api/v1/sessions`)).text();
    await expect.poll(failed).toMatch(refusal);
  });
});
