/// <reference lib="esnext.disposable" />
/** Who a server was is remembered: a changed host key ends it before anything is said. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingForSshd, needing, Sshd, TemporaryFolder } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { asked } from "./asked.ts";

needing(missingForSshd()).describe("host keys of a real sshd", () => {
  it("are remembered at first sight, known the next time, refused when they change, wanted by --strict", async () => {
    await using server = await Sshd.start();
    using state = new TemporaryFolder("state");
    const ask = (...options: readonly string[]) =>
      asked([
        "ls",
        "--state",
        state.path,
        "--identity",
        server.identity,
        ...options,
        `sftp://root@127.0.0.1:${server.port}${server.files}/`,
      ]);
    const file = join(state.path, "known_hosts");

    const strict = await ask("--strict");
    expect([strict.code, strict.errors]).toEqual([
      10,
      expect.stringMatching(/is not known; its host key is ssh-/),
    ]);
    const first = await ask();
    expect([first.code, first.errors]).toEqual([
      0,
      expect.stringMatching(/first time here.*SHA256:\S{43}, remem/),
    ]);
    const [host, type, key] = readFileSync(file, "utf8").trim().split(" ");
    expect([host, type]).toEqual([`[127.0.0.1]:${server.port}`, "ssh-ed25519"]);
    expect(readFileSync(join(server.identity, "../host.pub"), "utf8").split(" ")[1]).toBe(key);
    const again = await ask("--strict");
    expect([again.code, again.errors]).toEqual([0, ""]);

    const other = readFileSync(`${server.identity}.pub`, "utf8").split(" ")[1] ?? "";
    writeFileSync(file, `${host} ${type} ${other}\n`);
    const changed = await ask();
    expect([changed.code, changed.errors]).toEqual([
      10,
      expect.stringMatching(/another host key than before/),
    ]);
    // What was remembered stays: only a person may change it.
    expect(readFileSync(file, "utf8")).toBe(`${host} ${type} ${other}\n`);
  });
});
