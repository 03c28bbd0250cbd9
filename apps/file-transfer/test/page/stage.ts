/** The server with real clients at work, in each state of its page: for the test that looks for faults, and for the pictures. */
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, Spawned, spawnApp, TemporaryFolder } from "@socketscope/testkit";
import type { Page } from "playwright-core";
import { Control } from "./control.ts";

export interface PageState {
  readonly name: string;
  readonly url: string;
  /** Logged in as ann. */
  readonly login: boolean;
}

export const ann = { username: "ann", password: "secret" };

/** A browser shows what came with 401 once its reader has sent its dialog away; a headless one has no dialog. */
export async function withoutDialog(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    const response = await route.fetch();
    if (response.status() !== 401) return route.fulfill({ response });
    const { "www-authenticate": _, ...headers } = response.headers();
    return route.fulfill({ response, status: 200, headers });
  });
}

export interface Stage extends AsyncDisposable {
  /** Before anybody came. */
  readonly empty: readonly PageState[];
  readonly busy: () => Promise<readonly PageState[]>;
}

export async function openStage(): Promise<Stage> {
  const folder = new TemporaryFolder("page");
  const at = (...names: string[]): string => join(folder.path, ...names);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")]);
  for (const name of ["ann/holiday/2026", "ann/letters", "bob"])
    mkdirSync(at("home", name), { recursive: true });
  for (const name of ["harbour.jpg", "mountains.jpg", "the old town, from above.jpg", "sunset.png"])
    writeFileSync(at("home/ann/holiday", name), Buffer.alloc(200_000 + name.length * 31_000));
  writeFileSync(at("home/ann/letters/to-the-landlord.txt"), "Dear landlord,\n");
  writeFileSync(at("home/ann/notes.txt"), "Milk, bread\n");
  writeFileSync(at("home/ann/Zażółć gęślą jaźń.pdf"), Buffer.alloc(88_000));
  writeFileSync(at("home/ann/backup.tar.gz"), "");
  truncateSync(at("home/ann/backup.tar.gz"), 48_000_000);
  writeFileSync(at("batch"), `put ${at("film.mp4")} film.mp4\n`);
  writeFileSync(at("film.mp4"), "");
  truncateSync(at("film.mp4"), 64_000_000);
  const app = await spawnApp("file-transfer", [
    "--user",
    "ann:secret",
    "--user",
    "bob:secret",
    "--home",
    join(at("home"), "{user}"),
    "--quota",
    "100M",
    "--authorized-keys",
    `bob=${at("key.pub")}`,
    "--inspect",
    "off",
  ]);
  const port = (name: string): string => new URL(app.url(name)).port;
  const clients: Spawned[] = [];
  const controls: Control[] = [];
  const web = app.url("web");
  const state = (name: string, path: string, login = false): PageState => ({
    name,
    url: `${web}${path}`,
    login,
  });

  /** Past transfers first, then one of each kind that goes on. */
  async function busy(): Promise<readonly PageState[]> {
    const { ca = "" } = app.ready;
    const ftp = `ftp://ann:secret@127.0.0.1:${port("ftp")}`;
    await run("curl", ["-sS", "-o", at("got"), `${ftp}/holiday/harbour.jpg`]);
    await run("curl", ["-sS", "-T", at("home/ann/notes.txt"), `${ftp}/letters/`]);
    await run("curl", ["-sS", "--ssl-reqd", "--cacert", ca, "-o", at("got"), `${ftp}/notes.txt`]);
    await run("curl", [
      "-sS",
      "1M",
      "-m",
      "1",
      "--limit-rate",
      "1M",
      "-o",
      at("got"),
      `${ftp}/backup.tar.gz`,
    ]);
    await run("curl", ["-sS", "-u", "ann:secret", "-o", at("got"), `${web}/files/holiday/sunset.png`]);
    clients.push(
      new Spawned("curl", [
        "-sS",
        "--ssl-reqd",
        "--cacert",
        ca,
        "--limit-rate",
        "700k",
        "-o",
        at("slow"),
        `${ftp}/backup.tar.gz`,
      ]),
      new Spawned("sftp", [
        "-q",
        "-b",
        at("batch"),
        "-l",
        "4000",
        "-i",
        at("key"),
        "-P",
        port("sftp"),
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "LogLevel=ERROR",
        "bob@127.0.0.1",
      ]),
    );
    const passive = await Control.open(Number(port("ftp")), [
      "USER bob",
      "PASS secret",
      "MKD photos",
      "CWD photos",
      "EPSV",
    ]);
    const shy = await Control.open(Number(port("ftp")), ["USER carol"]);
    controls.push(passive, shy);
    return [
      state("sessions", "/"),
      state("files", "/files/", true),
      state("folder", "/files/holiday/", true),
    ];
  }

  return {
    empty: [state("empty", "/"), state("door", "/files/")],
    busy,
    async [Symbol.asyncDispose]() {
      for (const control of controls) control.close();
      for (const client of clients) await client.stop("SIGKILL").catch(() => "as asked");
      await app[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
