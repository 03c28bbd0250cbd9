/** The program itself: what it says of SFTP when it is ready, the host key that stays, --stdio, its logs. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateHostKey, publicLineOf } from "@socketscope/ssh";
import { realClient, run, spawnApp, TemporaryFolder, workspaceRoot } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { makeTree, treeOf } from "./trees.ts";

const key = generateHostKey();

realClient("sftp", "ssh").describe("file-transfer and OpenSSH's sftp", () => {
  it("is known again by its key, takes keys, writes its xferlog", async () => {
    using folder = new TemporaryFolder("sftp-app");
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at("key"), key, { mode: 0o600 });
    writeFileSync(at("keys"), `${publicLineOf(key)} ann\n`);
    writeFileSync(at("up"), randomBytes(100_000));
    mkdirSync(at("state"), { mode: 0o700 });
    const start = () =>
      spawnApp("file-transfer", [
        "--user=ann:secret",
        `--authorized-keys=ann=${at("keys")}`,
        `--home=${at("home")}`,
        `--xferlog=${at("xferlog")}`,
        `--state=${at("state")}`,
        "--port=off",
        "--implicit-port=off",
        "--sftp-port=0",
      ]);
    const fingerprints: unknown[] = [];
    for (const name of ["first", "second"]) {
      await using app = await start();
      const listener = app.ready.listeners.find((one) => one.name === "sftp");
      fingerprints.push(
        listener !== undefined && "fingerprint" in listener ? listener.fingerprint : undefined,
      );
      const { port } = new URL(app.url("sftp").replace("sftp:", "http:"));
      const common = [
        "-P",
        port,
        "-F",
        "none",
        "-o",
        `UserKnownHostsFile=${at("known")}`,
        "-o",
        `IdentityFile=${at("key")}`,
      ];
      // The second time only a key that is known already will do.
      const trust = [
        "-o",
        `StrictHostKeyChecking=${name === "first" ? "accept-new" : "yes"}`,
        "-o",
        "HostKeyAlias=socketscope",
      ];
      const input = `put ${at("up")} ${name}\n`;
      const { code, stderr } = await run("sftp", [...common, ...trust, "-b", "-", "ann@127.0.0.1"], {
        input,
        env: { HOME: folder.path },
      });
      expect(code, stderr).toBe(0);
    }
    expect(fingerprints[0]).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(fingerprints[1]).toBe(fingerprints[0]);
    expect(statSync(at("state/ssh_host_ed25519_key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(at("home/second")).equals(readFileSync(at("up")))).toBe(true);
    expect(readFileSync(at("xferlog"), "utf8")).toMatch(
      / 100000 \/first b _ i r ann ftp 0 \* c\n.* 100000 \/second b /,
    );
  });

  it("shows the host keys it is given, RSA for clients that know no Ed25519", async () => {
    using folder = new TemporaryFolder("sftp-keys");
    const at = (name: string): string => join(folder.path, name);
    for (const type of ["rsa", "ecdsa"])
      await run("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", at(type)]);
    await using app = await spawnApp("file-transfer", [
      "--user=ann:secret",
      `--home=${at("home")}`,
      `--host-key=${at("rsa")}`,
      `--host-key=${at("ecdsa")}`,
      "--port=off",
      "--implicit-port=off",
    ]);
    const { port } = new URL(app.url("sftp").replace("sftp:", "http:"));
    for (const type of ["rsa", "ecdsa"]) {
      const { text } = await run("ssh-keyscan", ["-p", port, "-t", type, "127.0.0.1"]);
      expect(text.trim().split(" ").slice(1, 3)).toEqual(
        readFileSync(at(`${type}.pub`), "utf8")
          .split(" ")
          .slice(0, 2),
      );
    }
    // SHA-1 signatures are what the oldest clients know; RFC 8332 has SHA-2 for the same key.
    for (const algorithm of ["rsa-sha2-512", "rsa-sha2-256"]) {
      const { stderr } = await run(
        "ssh",
        [
          "-v",
          "-F",
          "none",
          "-p",
          port,
          "-o",
          "BatchMode=yes",
          "-o",
          `HostKeyAlgorithms=${algorithm}`,
          "-o",
          "StrictHostKeyChecking=no",
          "-o",
          `UserKnownHostsFile=${at("known")}`,
          "ann@127.0.0.1",
        ],
        { env: { HOME: folder.path } },
      );
      expect(stderr).toContain(`host key algorithm: ${algorithm}`);
      expect(stderr).toContain("Authentications that can continue");
    }
    const refused = await run(
      process.execPath,
      [
        "--import",
        "tsx",
        "--conditions=@socketscope/source",
        "apps/file-transfer/src/main.ts",
        `--host-key=${at("rsa.pub")}`,
        "--port=0",
        "--implicit-port=off",
        "--sftp-port=off",
        `--state=${at("state")}`,
      ],
      { cwd: workspaceRoot },
    );
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("that is no private key")]);
  });

  it("serves standard input and output, as OpenSSH's own server does", async () => {
    using folder = new TemporaryFolder("sftp-stdio");
    const at = (name: string): string => join(folder.path, name);
    const tree = makeTree(at("tree"));
    const program = `exec ${process.execPath} ${join(workspaceRoot, "apps/file-transfer/dist/main.js")} --stdio`;
    // sftp parts the command at blanks and knows no quotes: a script has them
    const sftp = async (options: string, ...commands: readonly string[]) => {
      writeFileSync(at("serve"), `#!/bin/sh\n${program} ${options}\n`);
      chmodSync(at("serve"), 0o700);
      return run("sftp", ["-b", "-", "-D", at("serve")], {
        input: `${commands.join("\n")}\n`,
        cwd: folder.path,
      });
    };
    const { code, stderr } = await sftp(`--home '${at("home")}'`, "put -r tree", "get -r tree back", "df");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(treeOf(at("back"))).toEqual(tree);
    expect(treeOf(at("home/tree"))).toEqual(tree);
    const refused = await sftp(`--home '${at("home")}' --user ann:x --read-only ann`, "put serve");
    expect(refused.stderr).toContain("Permission denied");
    expect(existsSync(at("home/serve"))).toBe(false);
    expect((await sftp("", "pwd")).code).not.toBe(0);
  });
});
