/// <reference lib="esnext.disposable" />
/** The load of the file transfer rows moves files both ways, and says so when it does not. */
import { tmpdir } from "node:os";
import { missingForSshd, missingForVsftpd, needing } from "@socketscope/testkit";
import { expect, it } from "vitest";
import { transfer } from "../src/file-load.ts";
import { startFileServer } from "../src/file-servers.ts";

const amount = { files: 3, octets: 5000, connections: 2 } as const;

needing(missingForVsftpd() ?? missingForSshd()).describe("a file server of the bench", () => {
  it.each([
    ["vsftpd", "ftp"],
    ["sshd", "sftp"],
  ] as const)("%s gives and takes files over %s", async (name, protocol) => {
    await using server = await startFileServer(name, protocol, tmpdir());
    const put = await transfer(server, { ...amount, protocol, direction: "put" });
    const get = await transfer(server, { ...amount, protocol, direction: "get" });
    expect(put.seconds).toBeGreaterThan(0);
    expect(get.seconds).toBeGreaterThan(0);
    const nowhere = { ...server, path: "/nowhere" };
    await expect(transfer(nowhere, { ...amount, protocol, direction: "get" })).rejects.toMatchObject({
      code: "LOAD",
    });
  });
});
