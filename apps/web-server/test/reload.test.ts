/** SIGHUP: certificate, password file and firewall rules are read again, all or nothing, seen by curl and openssl. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { makeCertificates, realClient, run, spawnApp, TemporaryFolder } from "@socketscope/testkit";
import type { RunningApp } from "@socketscope/testkit";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, expect, it } from "vitest";

const clients = realClient("curl", "openssl");

clients.describe("SIGHUP", () => {
  const folder = new TemporaryFolder("reload");
  const at = (name: string): string => join(folder.path, name);
  const before = makeCertificates(["127.0.0.1"]);
  const after = makeCertificates(["127.0.0.1"]);
  const use = ({ certificates: [pair] }: typeof before, password: string, rules: string): void => {
    writeFileSync(at("cert"), pair?.cert ?? "");
    writeFileSync(at("key"), pair?.key ?? "");
    writeFileSync(at("users"), `ann:${hashSync(password, 4)}\n`);
    writeFileSync(at("rules"), rules);
  };
  beforeAll(() => {
    writeFileSync(at("before.ca"), before.ca);
    writeFileSync(at("after.ca"), after.ca);
    writeFileSync(at("index.html"), "<title>x</title>here");
  });
  afterAll(() => folder[Symbol.dispose]());

  const start = (engine: string): Promise<RunningApp> => {
    const files = [
      "--tls-cert",
      at("cert"),
      "--tls-key",
      at("key"),
      "--auth",
      at("users"),
      "--firewall",
      at("rules"),
    ];
    const more = ["--root", folder.path, "--engine", engine, "--host", "127.0.0.1", "--login-delay", "off"];
    return spawnApp("web-server", [...files, ...more]);
  };
  /** curl's exit code and, where there was an answer, the status. */
  const curl = async (app: RunningApp, ca: string, user: string, ...more: string[]): Promise<string> => {
    const url = `${app.url("https")}/`;
    const args = [
      "-sS",
      "--cacert",
      at(ca),
      "-u",
      user,
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      ...more,
      url,
    ];
    const { code, text } = await run("curl", args, { timeout: 10_000 });
    return `${code} ${text}`;
  };
  /** Status of a request on the connection that `agent` keeps, and the client's port there. */
  const onOldConnection = async (
    app: RunningApp,
    agent: Agent,
    user: string,
  ): Promise<(number | undefined)[]> => {
    const asked = request(`${app.url("https")}/`, { agent, ca: before.ca, auth: user }).end();
    const [answer] = await once(asked, "response");
    const { localPort } = answer.socket;
    answer.resume();
    await once(answer, "end");
    return [answer.statusCode, localPort];
  };

  it.each(["hand", "node-http"])(
    "serves what is new to who comes, and keeps who is there (%s)",
    async (engine) => {
      use(before, "old", "# nobody is refused\n");
      await using app = await start(engine);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const [status, port] = await onOldConnection(app, agent, "ann:old");
      expect(status).toBe(200);
      expect(await curl(app, "before.ca", "ann:old")).toBe("0 200");
      expect(await curl(app, "before.ca", "ann:old", "--interface", "127.0.0.2")).toBe("0 200");

      use(after, "new", "reject 127.0.0.2\n");
      app.process.kill("SIGHUP");
      await app.process.logged(/ info {2}reloaded\n/);
      // 60: curl does not know who signed
      expect(await curl(app, "before.ca", "ann:new")).toBe("60 000");
      expect(await curl(app, "after.ca", "ann:new")).toBe("0 200");
      expect(await curl(app, "after.ca", "ann:old")).toBe("0 401");
      // reset before curl saw that it was connected, in the handshake, or after
      expect(await curl(app, "after.ca", "ann:new", "--interface", "127.0.0.2")).toMatch(/^(7|35|56) 000$/);
      // Who was there goes on under the old certificate, and by the passwords that count now.
      expect(await onOldConnection(app, agent, "ann:new")).toEqual([200, port]);
      expect(await onOldConnection(app, agent, "ann:old")).toEqual([401, port]);
      agent.destroy();
    },
  );

  it("still refuses HTTP/2 in the handshake when the certificate is new", async () => {
    use(before, "old", "# none\n");
    await using app = await start("hand");
    use(after, "old", "# none\n");
    app.process.kill("SIGHUP");
    await app.process.logged(/reloaded\n/);
    const { host } = new URL(app.url("https"));
    const shake = async (alpn: string): Promise<string> =>
      (await run("openssl", ["s_client", "-connect", host, "-CAfile", at("after.ca"), "-alpn", alpn])).text;
    expect(await shake("h2,http/1.1")).toMatch(/ALPN protocol: http\/1\.1[^]*Verify return code: 0 \(ok\)/);
    expect(await shake("h2")).toMatch(/No ALPN negotiated/);
  });

  it("says what is wrong in one line and stays as it was, whichever file is broken", async () => {
    use(before, "old", "# none\n");
    await using app = await start("hand");
    const broken: [file: string, text: string, line: RegExp][] = [
      ["cert", "rubbish", /not reloaded: --tls-cert \S+cert: no certificate in PEM\n/],
      [
        "key",
        after.certificates[0]?.key ?? "",
        /not reloaded: --tls-key \S+key: not the key of the first .*\n/,
      ],
      ["users", "ann:plain\n", /not reloaded: \S+users:1: give name:hash .*\n/],
      ["rules", "reject nobody\n", /not reloaded: --firewall \S+rules: .*nobody.*\n/],
    ];
    for (const [file, text, line] of broken) {
      // All else is new, and must not be taken.
      use(before, "new", "reject 127.0.0.0/8\n");
      writeFileSync(at(file), text);
      app.process.kill("SIGHUP");
      await app.process.logged(line);
      expect([file, await curl(app, "before.ca", "ann:old")]).toEqual([file, "0 200"]);
      expect([file, await curl(app, "before.ca", "ann:new")]).toEqual([file, "0 401"]);
    }
    expect(app.stderr.trimEnd().split("\n")).toHaveLength(broken.length);
  });
});
