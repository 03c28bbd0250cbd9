/// <reference lib="esnext.disposable" />
/** Postfix before us and behind us, and smtp-sink: what they pass on and take is what was sent. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  missingForPostfix,
  needing,
  Postfix,
  realClient,
  run,
  SmtpSink,
  spawnApp,
  TemporaryFolder,
  type RunningApp,
} from "@socketscope/testkit";
import { expect, it } from "vitest";
import { connectSmtp } from "@socketscope/smtp-session";
import { handIn, letterTo, until } from "../delivery/relay-bench.ts";

const TEXT =
  "From: Ann <ann@a.test>\r\nSubject: =?utf-8?q?Za=C5=BC?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nZażółć\r\n.dots\r\n..more\r\n\r\nlast\r\n";
const RELAYING = ["--relay", "--trust=127.0.0.1/32", "--retry=500ms"];
const portOf = (app: RunningApp, name: string): number =>
  Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);

needing(missingForPostfix()).describe("Postfix", () => {
  it("relays into ours: under TLS, octet for octet", async () => {
    await using app = await spawnApp("mail-relay");
    await using postfix = await Postfix.start([
      `relayhost=[127.0.0.1]:${portOf(app, "smtp")}`,
      "default_transport=smtp",
      "mynetworks=127.0.0.0/8",
      "smtp_tls_security_level=may",
      "smtp_host_lookup=native",
    ]);
    const session = await connectSmtp({
      host: "127.0.0.1",
      port: postfix.port,
      hostname: "a.test",
      tls: "off",
    });
    const octets = Buffer.from(TEXT, "utf8");
    for (let count = 0; count < 10; count++) {
      const recipients = [{ forwardPath: `bob-${count}@far.test`, parameters: {} }];
      const envelope = {
        reversePath: "ann@a.test",
        parameters: { smtputf8: false, body: "8BITMIME" as const },
        recipients,
      };
      const content = {
        size: octets.length,
        async *read() {
          yield octets;
        },
      };
      expect((await session.send(envelope, content)).accepted).toBe(1);
    }
    await session.quit();
    await expect.poll(() => postfix.delivered()).toBe(10);
    const letter = await letterTo(app, "bob-7@far.test");
    expect(letter).toMatch(/\r\nReceived: from postfix\.test .*\r\n.* with ESMTPS\r\n \(TLSv1\.[23] /);
    expect(letter.slice(letter.indexOf("\r\n\r\n"))).toBe(TEXT.slice(TEXT.indexOf("\r\n\r\n")));
  });

  it("takes from ours what it may", async () => {
    await using postfix = await Postfix.start();
    await using app = await spawnApp("mail-relay", [...RELAYING, `--smarthost=${postfix.server}`]);
    for (let count = 0; count < 5; count++)
      await handIn(app, {
        from: "ann@socketscope.test",
        to: ["root@postfix.test", "x@postfix.test"],
        text: TEXT,
      });
    await expect.poll(() => postfix.delivered()).toBe(10);
  });

  it("refuses, and what it says comes back to the sender", async () => {
    await using refusing = await Postfix.start([
      "relay_domains=",
      "relay_access_denied=",
      "smtpd_relay_restrictions=reject",
    ]);
    await using other = await spawnApp("mail-relay", [...RELAYING, `--smarthost=${refusing.server}`]);
    await handIn(other, { from: "ann@socketscope.test", to: ["bob@far.test"] });
    expect(await letterTo(other, "ann@socketscope.test")).toMatch(
      /Diagnostic-Code: smtp; 554 5\.7\.1 .*Access denied/,
    );
  });
});

realClient("smtp-sink", "smtp-source").describe("smtp-sink", () => {
  it("has each of 200 messages of ten senders once, through our queue", async () => {
    using folder = new TemporaryFolder("sink");
    const root = process.getuid?.() === 0;
    if (root) await run("chmod", ["777", folder.path]);
    await using sink = await SmtpSink.start(["-d", join(folder.path, "%M.")]);
    await using app = await spawnApp("mail-relay", [...RELAYING, `--route=*=127.0.0.1:${sink.port}`]);
    const sent = await run("smtp-source", [
      "-s",
      "10",
      "-m",
      "200",
      "-l",
      "4096",
      "-f",
      "ann@a.test",
      "-t",
      "bob@far.test",
      `127.0.0.1:${portOf(app, "smtp")}`,
    ]);
    expect(sent.code).toBe(0);
    const files = (): readonly string[] => readdirSync(folder.path);
    const idOf = (file: string): string | undefined =>
      / id (\w+)/.exec(readFileSync(join(folder.path, file), "latin1"))?.[1];
    // The sink makes a file before it writes what it holds of it.
    const ids = (): readonly string[] => files().flatMap((file) => idOf(file) ?? []);
    await until(() => ids().length >= 200, "200 messages at the sink, whole");
    expect(files()).toHaveLength(200);
    expect(new Set(ids())).toHaveLength(200);
  });
});
