/** File transfer: FTP under TLS by curl and lftp, SFTP by OpenSSH: up, looked at on the disk, down again. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, sha256, sha256Of } from "../client.ts";
import { count, type Counted, type Load, type Room } from "./load.ts";

const KEPT = 20;

export function fileLoads({ folder, apps }: Room): Load[] {
  const app = apps["file-transfer"];
  const home = join(folder, "home");
  const ftp = `ftp://127.0.0.1:${app.port("ftp")}`;
  const at = (name: string): string => join(folder, name);
  return [
    {
      app: app.name,
      title: "files by curl over FTP with TLS, up and down",
      async round(number) {
        const name = `curl-${number % KEPT}`;
        const sent = await newFile(at("curl-up"), 400_000);
        const curl = ["-sS", "--ssl-reqd", "--cacert", app.ca, "-u", "ann:soak"];
        await run("curl", ...curl, "-T", at("curl-up"), `${ftp}/${name}`);
        const got = await run("curl", ...curl, `${ftp}/${name}`);
        return count([(await sha256Of(join(home, name))) === sent, sha256(got) === sent]);
      },
    },
    {
      app: app.name,
      title: "folders of 5 by lftp's mirror, up and down",
      async round(number) {
        const there = `lftp-${number % 4}`;
        await Promise.all([at("lftp-up"), at("lftp-down")].map((path) => mkdir(path, { recursive: true })));
        const names = ["a", "b", "c", "d", "e"];
        const sent = await Promise.all(names.map((name) => newFile(at(`lftp-up/${name}`), 30_000)));
        const words = `set ssl:ca-file ${app.ca}; open -u ann,soak ${ftp}; mirror -R --overwrite ${at("lftp-up")} ${there}; mirror --overwrite ${there} ${at("lftp-down")}`;
        await run("lftp", "--norc", "-c", words);
        const both = await Promise.all(
          names.map(async (name, which) => [
            (await sha256Of(join(home, there, name))) === sent[which],
            (await sha256Of(at(`lftp-down/${name}`))) === sent[which],
          ]),
        );
        return count(both.flat());
      },
    },
    {
      app: app.name,
      title: "files by OpenSSH's sftp, up and down",
      round: (number) => bySftp(at, home, app.port("sftp"), `sftp-${number % KEPT}`),
    },
  ];
}

async function bySftp(
  at: (name: string) => string,
  home: string,
  port: number,
  name: string,
): Promise<Counted> {
  const sent = await newFile(at("sftp-up"), 400_000);
  await writeFile(at("sftp-batch"), `put ${at("sftp-up")} ${name}\nget ${name} ${at("sftp-down")}\n`);
  // Taken at first sight, known from then on.
  const known = ["-o", "StrictHostKeyChecking=accept-new", "-o", `UserKnownHostsFile=${at("known_hosts")}`];
  const login = ["-i", at("key"), "-P", String(port), ...known];
  await run("sftp", "-q", "-b", at("sftp-batch"), ...login, "ann@127.0.0.1");
  return count([(await sha256Of(join(home, name))) === sent, (await sha256Of(at("sftp-down"))) === sent]);
}

async function newFile(path: string, length: number): Promise<string> {
  const octets = randomBytes(length);
  await writeFile(path, octets);
  return sha256(octets);
}
