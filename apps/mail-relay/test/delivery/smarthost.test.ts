/// <reference lib="esnext.disposable" />
/** A smarthost with TLS and login, MX records, and what a crash leaves of the queue. */
import { askControl } from "@socketscope/host";
import {
  freePort,
  run,
  SmtpPeer,
  spawnApp,
  TemporaryFolder,
  type RunningApp,
  workspaceRoot,
} from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { DnsPeer } from "./dns-peer.ts";
import { handIn, letterTo, until } from "./relay-bench.ts";

const portOf = (app: RunningApp, name: string): number =>
  Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);
const TRUSTED = ["--relay", "--trust", "127.0.0.1/32"];

describe("a smarthost", () => {
  it("is logged in to under TLS whose certificate is verified", async () => {
    await using smarthost = await spawnApp("mail-relay", ["--login-delay", "off"]);
    const { user = "", password = "" } = smarthost.ready.account ?? {};
    await using app = await spawnApp("mail-relay", [
      ...TRUSTED,
      `--smarthost=localhost:${portOf(smarthost, "submission")}`,
      `--smarthost-login=${user}:${password}`,
      "--tls-out=verified",
      `--tls-out-ca=${smarthost.ready.ca ?? ""}`,
    ]);
    await handIn(app, { from: user, to: ["bob@far.test"] });
    expect(await letterTo(smarthost, "bob@far.test")).toMatch(/ with ESMTPSA\r\n \(TLSv1\.3 /);
    expect(app.stderr).not.toContain(password);
  });

  it("gets nothing under a certificate that nobody vouches for, and nothing in clear where TLS is required", async () => {
    await using untrusted = await spawnApp("mail-relay");
    await using plain = await SmtpPeer.listen();
    await using app = await spawnApp("mail-relay", [
      ...TRUSTED,
      "--tls-out=verified",
      `--route=untrusted.test=localhost:${portOf(untrusted, "submission")}`,
      `--route=plain.test=127.0.0.1:${plain.port}`,
    ]);
    await handIn(app, { from: "", to: ["bob@untrusted.test", "bob@plain.test"] });
    const said = async (): Promise<string> =>
      JSON.stringify(await askControl(app.ready.state, "mail-relay", "GET", "/queue"));
    await until(async () => (await said()).includes("4.7.5"), "a refusal of the certificate");
    expect(await said()).toContain("4.7.4");
    expect(plain.lines.some((line) => line.startsWith("MAIL"))).toBe(false);
  });
});

describe("MX records", () => {
  it("lead to the second exchanger where the first is down; a null MX and an unknown domain are told at once", async () => {
    await using next = await SmtpPeer.listen();
    await using dns = await DnsPeer.listen({
      "far.test": {
        mx: [
          { priority: 10, exchange: "down.far.test" },
          { priority: 20, exchange: "up.far.test" },
        ],
      },
      // Nobody listens on that port of 127.0.0.2: the peer is bound to 127.0.0.1.
      "down.far.test": { a: ["127.0.0.2"] },
      "up.far.test": { a: ["127.0.0.1"] },
      "none.test": { mx: [{ priority: 0, exchange: "" }] },
    });
    await using app = await spawnApp("mail-relay", [
      ...TRUSTED,
      "--relay-allow=*",
      `--resolver=127.0.0.1:${dns.port}`,
      `--mx-port=${next.port}`,
    ]);
    await handIn(app, {
      from: "ann@socketscope.test",
      to: ["bob@far.test", "bob@none.test", "bob@unknown.test"],
    });
    await until(() => next.messages.length === 1, "the message at the second exchanger");
    await until(async () => (await letters(app, "ann@socketscope.test")).length === 1, "a notice");
    const notice = await letterTo(app, "ann@socketscope.test");
    expect(notice).toContain("Status: 5.1.10");
    expect(notice).toContain("Status: 5.1.2");
  });
});

describe("a queue whose relay was killed", () => {
  it("is delivered by the next one", async () => {
    using folder = new TemporaryFolder("killed");
    // Of those that no other program is given meanwhile, nor the relay itself for its end of a connection.
    const port = await freePort();
    const args = [...TRUSTED, `--route=*=127.0.0.1:${port}`, "--retry=200ms", `--state=${folder.path}/state`];
    const first = await spawnApp("mail-relay", args);
    for (let count = 0; count < 20; count++) await handIn(first, { from: "", to: [`bob-${count}@far.test`] });
    await first.process.stop("SIGKILL").catch(() => undefined);
    await first[Symbol.asyncDispose]().catch(() => undefined);
    await using next = await SmtpPeer.listen({ port });
    await using second = await spawnApp("mail-relay", args);
    await until(() => next.messages.length >= 20, "all messages");
    expect(new Set(next.lines.filter((line) => line.startsWith("RCPT")))).toHaveLength(20);
    expect(second.ready.ready).toBe(true);
  });
});

describe("the command line", () => {
  const main = "apps/mail-relay/src/main.ts";
  const tsx = ["--import", "tsx", "--conditions=@socketscope/source", main];
  it.each([
    [["--relay"], "--relay needs to know where to"],
    [["--smarthost=localhost:25"], "mean nothing without --relay"],
    [["--relay", "--route=a.test=b"], "give HOST:PORT such as"],
    [["--relay", "--relay-allow=*", "--retry=1ms"], "give times of 100ms and more"],
    [["--relay", "--relay-allow=*", "--smarthost-login=a:b"], "needs --smarthost"],
    [["queue", "flsh"], "did you mean flush?"],
    [["queue", "show"], "show needs the ID of a message"],
    [["queue", "--state=/nonexistent"], "no mail-relay runs on /nonexistent"],
  ])("%j: one line that says what to do, exit code 2", async (args, said) => {
    const { code, stderr } = await run(process.execPath, [...tsx, ...args], { cwd: workspaceRoot });
    expect(stderr).toContain(said);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });

  it("shows and moves the queue of a running relay", async () => {
    await using app = await spawnApp("mail-relay", [...TRUSTED, "--route=*=127.0.0.1:1", "--retry=1h"]);
    await handIn(app, { from: "ann@a.test", to: ["bob@far.test"] });
    const queue = async (...words: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await run(
        process.execPath,
        [...tsx, "queue", ...words, `--state=${app.ready.state}`],
        { cwd: workspaceRoot },
      );
      expect(stderr).toBe("");
      return Buffer.from(stdout).toString("utf8");
    };
    await until(async () => (await queue()).includes("nobody listens there"), "an attempt");
    const listed = await queue("list");
    expect(listed).toMatch(
      /^\w+ {2}waiting for \d+ s, 1 try, .*\n {4}from <ann@a\.test>, .*\n {4}to <bob@far\.test>: 451 4\.4\.1 /,
    );
    const id = listed.split(" ")[0] ?? "";
    expect(await queue("hold", id)).toContain("held");
    expect(await queue("flush")).toContain("0 to be tried now");
    expect(await queue("remove", id)).toContain("removed");
    expect(await queue()).toBe("the queue is empty\n");
  });
});

async function letters(app: RunningApp, mailbox: string): Promise<readonly unknown[]> {
  const response = await fetch(`${app.url("web")}/api/v1/messages?mailbox=${encodeURIComponent(mailbox)}`);
  return ((await response.json()) as { messages: readonly unknown[] }).messages;
}
