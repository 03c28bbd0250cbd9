/** A real Postfix with Debian's defaults, in a folder of its own: it gets what is sent, and its leniency is found out. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { findProgram, needing, run, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXIT } from "../src/exit-code.ts";
import { askedToSend, askedToVerify } from "./asked.ts";

const missing =
  findProgram("postfix") === undefined
    ? "Postfix is not installed"
    : process.getuid?.() === 0
      ? undefined
      : "only root may start Postfix";

/** Only what is needed to take mail and throw it away; nothing goes elsewhere. */
const MASTER = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

needing(missing).describe("Postfix", () => {
  let folder: TemporaryFolder;
  const at = (name: string): string => join(folder.path, name);
  let server = "";

  beforeAll(async () => {
    folder = new TemporaryFolder("postfix");
    chmodSync(folder.path, 0o755);
    for (const name of ["etc", "spool", "data"]) mkdirSync(at(name));
    const port = await freePort();
    server = `127.0.0.1:${port}`;
    writeFileSync(
      at("etc/main.cf"),
      [
        "compatibility_level=3.6",
        `queue_directory=${at("spool")}`,
        `data_directory=${at("data")}`,
        "myhostname=postfix.test",
        "mydestination=postfix.test",
        "inet_interfaces=127.0.0.1",
        "mynetworks=",
        "local_recipient_maps=",
        "local_transport=discard:",
        "default_transport=error:nothing leaves",
        `maillog_file=${at("log")}`,
        `maillog_file_prefixes=${folder.path}`,
        "",
      ].join("\n"),
    );
    writeFileSync(at("etc/master.cf"), `${MASTER}${server} inet n - n - - smtpd\n`);
    await run("chown", ["postfix", at("data")]);
    const started = await run("postfix", ["-c", at("etc"), "start"]);
    if (started.code !== 0) throw new Error(`${started.text}${started.stderr}`);
  }, 30_000);
  afterAll(async () => {
    await run("postfix", ["-c", at("etc"), "stop"]);
    folder[Symbol.dispose]();
  }, 30_000);

  /** Messages it has taken and thrown away. */
  const delivered = async (): Promise<number> =>
    (await readFile(at("log"), "utf8")).split("status=sent").length - 1;

  it("takes messages by DATA and BDAT, in groups and one by one", async () => {
    const to = ["-s", server, "--to", "root@postfix.test"];
    for (const how of [
      ["--chunking"],
      ["--no-pipelining"],
      ["--chunking", "--no-pipelining"],
      ["--dsn", "never"],
    ])
      expect(await askedToSend([...to, ...how, "--count", "5", "--parallel", "2"])).toMatchObject({
        code: 0,
        errors: "",
      });
    await expect.poll(delivered, { timeout: 10_000 }).toBe(20);
  });

  it("tells each refusal", async () => {
    const ended = await askedToSend(["-s", server, "--to", "bob@elsewhere.test"]);
    expect(ended).toMatchObject({
      code: EXIT.rcpt,
      errors: expect.stringMatching(/: 454 4\.7\.1 .*Relay access denied\n$/),
    });
  });

  it("takes four ends for one that are none; verify finds them out and delivers nothing", async () => {
    const before = await delivered();
    const ended = await askedToVerify(["-s", server, "--silence", "500ms", "--json"]);
    const told: { readonly findings: readonly { readonly name: string; readonly verdict: string }[] } =
      JSON.parse(ended.output);
    const bad = told.findings.filter(({ verdict }) => verdict === "bad").map(({ name }) => name);
    expect(bad).toEqual(
      ["\\n.\\n", "\\n.\\r\\n", "\\r\\n.\\n", "\\r\\n.\\r\\r\\n"].map((end) => `smuggling ${end}`),
    );
    expect(ended.code).toBe(EXIT.findings);
    // One more that is meant: had a probe been delivered, it would be in the log before this one.
    await askedToSend(["-s", server, "--to", "root@postfix.test"]);
    await expect.poll(delivered, { timeout: 10_000 }).toBe(before + 1);
  });
});
