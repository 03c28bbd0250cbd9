/** Against our own relay, over TLS with a login: what it keeps is what was sent. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askedToSend, askedToVerify } from "./asked.ts";

describe("our relay", () => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  const server = (name: string): string => app.url(name).replace(/^\w+:\/\//, "");

  beforeAll(async () => {
    folder = new TemporaryFolder("mail-client-relay");
    app = await spawnApp("mail-relay", ["--maildir", join(folder.path, "maildir")]);
    await writeFile(join(folder.path, "password"), `${app.ready.account?.password ?? ""}\n`);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  /** Bodies in a mailbox, trace fields left out. */
  async function bodies(address: string): Promise<readonly string[]> {
    const box = join(folder.path, "maildir", address, "new");
    const names = await readdir(box);
    const all = await Promise.all(names.map((name) => readFile(join(box, name), "latin1")));
    return all.map((message) =>
      message
        .split(/\r?\n\r?\n/)
        .slice(1)
        .join("\n\n")
        .replaceAll("\r", ""),
    );
  }

  const login = (): readonly string[] => [
    "--ca",
    app.ready.ca ?? "",
    "-u",
    app.ready.account?.user ?? "",
    "--password-file",
    join(folder.path, "password"),
    "--from",
    app.ready.account?.user ?? "",
  ];

  it.each([
    ["submission", "scram@a.test", ["--tls"]],
    ["submission", "plain@a.test", ["--tls", "--auth", "PLAIN", "--chunking"]],
    ["submission", "login@a.test", ["--tls", "--auth", "LOGIN", "--no-pipelining"]],
    ["smtps", "implicit@a.test", ["--tls-on-connect", "--chunking", "--no-pipelining"]],
  ])("%s takes a message for %s", async (listener, address, how) => {
    const text = "Hello\n.\n..two dots\n\nend\n";
    const ended = await askedToSend([
      "-s",
      server(listener),
      ...login(),
      ...how,
      "--to",
      address,
      "--text",
      text,
    ]);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(await bodies(address)).toEqual([text]);
  });

  it("takes many over several connections", async () => {
    const ended = await askedToSend([
      "-s",
      server("smtp"),
      "-t",
      "many@a.test",
      "--count",
      "60",
      "--parallel",
      "6",
    ]);
    expect(ended.output).toMatch(/^60 of 60 messages sent/);
    expect(await bodies("many@a.test")).toHaveLength(60);
  });

  it("refuses what verify tries, and delivers none of it", async () => {
    const ended = await askedToVerify([
      "-s",
      server("smtp"),
      "--ca",
      app.ready.ca ?? "",
      "--to",
      "probe@a.test",
      "--silence",
      "200ms",
    ]);
    expect(ended).toMatchObject({ code: 0, errors: "" });
    expect(ended.output).toMatch(/^ok {4}STARTTLS +TLSv1\.3, .*, certificate verified$/m);
    expect(ended.output).toMatch(/\n\d+ ok, 2 to note, 0 bad, 0 not to be told\n$/);
    expect(await readdir(join(folder.path, "maildir"))).not.toContain("probe@a.test");
  });
});
