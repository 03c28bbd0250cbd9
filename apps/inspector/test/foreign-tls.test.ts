/** A capture of other people's servers under TLS, with the keys that curl logged: shown as our own are. */
import { once } from "node:events";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Dovecot,
  findProgram,
  freePort,
  makeCertificates,
  missingForDovecot,
  missingForPostfix,
  missingForVsftpd,
  needing,
  PATIENCE_MS,
  Postfix,
  run,
  type RunningApp,
  spawnApp,
  TemporaryFolder,
  Vsftpd,
} from "@socketscope/testkit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Snapshot } from "./support/snapshot.ts";

const PASSWORD = "wonderland-7";

const missing = [
  missingForVsftpd(),
  missingForPostfix(),
  missingForDovecot(),
  ...["dumpcap", "editcap", "nginx", "curl"].map((name) =>
    findProgram(name) === undefined ? `${name} is not there` : undefined,
  ),
].find((one) => one !== undefined);

needing(missing).describe(
  "a capture of nginx, Postfix, Dovecot and vsftpd under TLS, with curl's key log",
  () => {
    const folder = new TemporaryFolder("inspector-foreign-tls");
    const file = (name: string): string => join(folder.path, name);
    let shelf: RunningApp;
    /** What curl said of TLS, talk by talk. */
    const agreed: string[] = [];

    beforeAll(async () => {
      shelf = await spawnApp("inspector", ["--state", file("shelf")]);
      await capture();
    });
    afterAll(async () => {
      await shelf[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });

    async function curl(...words: readonly string[]): Promise<string> {
      const always = ["-sv", "--interface", "127.0.0.77", "--cacert", file("ca.pem"), "--ssl-reqd"];
      const { code, stdout, stderr } = await run("curl", [...always, ...words], {
        env: { SSLKEYLOGFILE: file("keys") },
      });
      expect([code, stderr]).toEqual([0, expect.anything()]);
      const [, protocol, cipher] = /SSL connection using (\S+) \/ (\S+)/.exec(stderr) ?? [];
      if (protocol !== undefined) agreed.push(`${protocol} ${cipher}`);
      return Buffer.from(stdout).toString();
    }

    async function capture(): Promise<void> {
      const { ca, certificates } = makeCertificates(["127.0.0.1"]);
      const [certificate] = certificates;
      if (certificate === undefined) throw new TypeError("one was asked for");
      for (const [name, text] of [
        ["ca.pem", ca],
        ["key.pem", certificate.key],
        ["cert.pem", certificate.cert],
        ["letter", "Subject: under TLS\r\n\r\nHello.\r\n"],
      ] as const)
        writeFileSync(file(name), text);
      mkdirSync(file("site"));
      const ports = { https: await freePort(), http: await freePort() };
      writeFileSync(file("nginx.conf"), nginxConf(folder.path, ports));
      const nginx = spawn("nginx", ["-p", folder.path, "-c", file("nginx.conf"), "-e", "stderr"], {
        stdio: "ignore",
      });
      const tls = [`smtpd_tls_cert_file=${file("cert.pem")}`, `smtpd_tls_key_file=${file("key.pem")}`];
      await using postfix = await Postfix.start([...tls, "smtpd_tls_security_level=may"]);
      await using dovecot = await Dovecot.start({ certificate, users: { ann: PASSWORD } });
      await using vsftpd = await Vsftpd.start({ tls: certificate });
      await dovecot.deliver("ann", "1", "Subject: a letter of Dovecot's\n\nHello.\n");
      writeFileSync(join(vsftpd.files, "song"), "a song of vsftpd's ".repeat(4000));
      const dump = spawn("dumpcap", ["-q", "-i", "lo", "-w", file("bare"), "-f", "tcp and host 127.0.0.77"]);
      let ready = "";
      dump.stderr.on("data", (octets: Buffer) => (ready += octets.toString()));
      await vi.waitUntil(() => ready.includes("File: "), PATIENCE_MS);
      const answers = async (): Promise<boolean> =>
        (await run("curl", ["-s", `http://127.0.0.1:${ports.http}/`])).code === 0;
      await vi.waitUntil(answers, PATIENCE_MS);
      for (const most of ["1.3", "1.2"])
        expect(await curl("--tls-max", most, `https://127.0.0.1:${ports.https}/over-${most}`)).toBe(
          "of nginx",
        );
      const letter = ["--mail-from", "ann@a.test", "--mail-rcpt", "bob@postfix.test", "-T", file("letter")];
      await curl(...letter, `smtp://${postfix.server}`);
      expect(await curl("-u", `ann:${PASSWORD}`, `pop3s://127.0.0.1:${dovecot.ports.pop3s}/1`)).toContain(
        "a letter of Dovecot's",
      );
      expect((await curl(`ftp://127.0.0.1:${vsftpd.port}/files/song`)).length).toBe(19 * 4000);
      // It comes last of all: once it is in the file, so is the rest.
      await curl(`http://127.0.0.1:${ports.http}/the-end`);
      await vi.waitUntil(() => readFileSync(file("bare"), "latin1").includes("GET /the-end"), PATIENCE_MS);
      dump.kill("SIGINT");
      nginx.kill("SIGTERM");
      await Promise.all([once(dump, "exit"), once(nginx, "exit")]);
    }

    /** With this key log in it, dropped on the page. */
    async function dropped(keys: string | undefined): Promise<Snapshot> {
      let path = file("bare");
      if (keys !== undefined) {
        writeFileSync(file("log"), keys);
        path = file("with-keys.pcapng");
        expect(
          (await run("editcap", ["--inject-secrets", `tls,${file("log")}`, file("bare"), path])).code,
        ).toBe(0);
      }
      const page = shelf.url("page");
      const snapshot = async (): Promise<Snapshot> =>
        (await (await fetch(`${page}/api/snapshot`)).json()) as Snapshot;
      const before = await snapshot();
      const response = await fetch(`${page}/api/import`, { method: "POST", body: readFileSync(path) });
      expect(response.status).toBe(200);
      const after = await snapshot();
      const sockets = after.sockets.slice(before.sockets.length);
      const keysOf = new Set(sockets.map(({ key }) => key));
      return { ...after, sockets, messages: after.messages.filter(({ socket }) => keysOf.has(socket)) };
    }

    it("is read under TLS, talk by talk", async () => {
      const { sockets, messages } = await dropped(readFileSync(file("keys"), "utf8"));
      const spoken = sockets.map(
        ({ protocol, tls }) => `${protocol}${tls === undefined ? "" : " under TLS"}`,
      );
      expect(spoken.toSorted()).toEqual([
        "ftp under TLS",
        "ftp-data under TLS",
        "http",
        "http under TLS",
        "http under TLS",
        "pop3 under TLS",
        "smtp under TLS",
      ]);
      // What curl says of each talk (of FTP's data it says nothing) is what is shown of it.
      const shown = sockets
        .filter(({ tls, protocol }) => tls !== undefined && protocol !== "ftp-data")
        .map(({ tls }) => `${tls?.protocol} ${tls?.cipher}`);
      expect(shown).toEqual(agreed);
      expect(new Set(shown.map((one) => one.split(" ")[0]))).toEqual(new Set(["TLSv1.3", "TLSv1.2"]));
      const own = messages.filter(({ kind }) => kind !== "event");
      for (const said of [
        "GET /over-1.3 HTTP/1.1",
        "GET /over-1.2 HTTP/1.1",
        "STARTTLS",
        "RCPT TO:<bob@postfix.test>",
        "queued as",
        "RETR 1",
        "AUTH SSL",
        "RETR song",
      ])
        expect(own.map((one) => one.said)).toContainEqual(expect.stringContaining(said));
      expect(JSON.stringify(messages)).not.toContain(PASSWORD);
    });

    it("says that keys of something else do not open it, and takes no ciphertext for words", async () => {
      const log = readFileSync(file("keys"), "utf8");
      const wrong = await dropped(log.replaceAll(/..$/gm, "00").replaceAll(/^#.*$/gm, "#"));
      const why = wrong.messages
        .filter(({ said }) => said === "TLS was not opened")
        .map(({ means }) => means);
      expect(new Set(why)).toEqual(new Set(["Not known: the keys in this file do not open it."]));
      expect(why.length).toBeGreaterThanOrEqual(5);
      expect(wrong.sockets.filter(({ protocol }) => protocol === "tls").length).toBe(why.length);
      const bare = await dropped(undefined);
      expect(bare.messages.filter(({ said }) => said.includes("not opened"))).toEqual([]);
      expect(bare.messages.filter(({ problem }) => problem !== undefined)).toEqual([]);
    });
  },
);

function nginxConf(root: string, { https, http }: { readonly https: number; readonly http: number }): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${root}/${kind};`)
    .join("\n");
  return `daemon off; user root; pid ${root}/nginx.pid; error_log stderr; events {}
http { ${temporary} access_log off; ssl_certificate ${root}/cert.pem; ssl_certificate_key ${root}/key.pem;
server { listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl; location / { return 200 "of nginx"; } } }`;
}
