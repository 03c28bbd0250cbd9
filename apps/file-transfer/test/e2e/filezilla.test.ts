/** FileZilla, as somebody uses it: a tree goes up and another comes down, over FTP with TLS and over SFTP. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import {
  FileZilla,
  missingForFileZilla,
  needing,
  spawnApp,
  TemporaryFolder,
  type FileZillaFile,
  type FileZillaSite,
} from "@socketscope/testkit";
import { expect, it } from "vitest";
import { makeTree, treeOf } from "./tree.ts";

/** Starting it takes a busy machine a minute. */
const TIMEOUT = 180_000;

needing(missingForFileZilla()).describe("FileZilla", () => {
  it.each<readonly [FileZillaSite["protocol"], listener: string]>([
    ["ftp with TLS", "ftp"],
    ["sftp", "sftp"],
  ])(
    "carries a tree up and down, %s",
    async (protocol, listener) => {
      using folder = new TemporaryFolder("filezilla-trees");
      const [home, local, tree] = ["home", "local", "tree"].map((name) => join(folder.path, name)) as [
        string,
        string,
        string,
      ];
      for (const path of [home, local]) mkdirSync(path);
      makeTree(tree, 20);
      makeTree(join(home, "there"), 20);
      await using app = await spawnApp(
        "file-transfer",
        // Its data connections resume the session of their own control connection, or get nothing.
        ["--user=ann:s e:cret", `--home=${home}`, "--require-tls", "--require-session-reuse"],
        { readyTimeout: TIMEOUT / 3 },
      );
      const port = (name: string): number => Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);
      const files = Object.entries(treeOf(tree)).filter(([name]) => !name.endsWith("/"));
      const queue = files.flatMap(([name]): readonly FileZillaFile[] => {
        const { size } = statSync(join(tree, name));
        return [
          { direction: "up", local: join(tree, name), remote: `/up/${name}`, size },
          { direction: "down", local: join(local, name), remote: `/there/${name}`, size },
        ];
      });
      await using filezilla = await FileZilla.start(
        {
          protocol,
          host: "127.0.0.1",
          port: port(listener),
          user: "ann",
          password: "s e:cret",
          certificate: await certificateOf(port("ftps")),
        },
        queue,
      );
      const wanted = Object.fromEntries(files);
      const filesIn = (path: string): Record<string, string> =>
        Object.fromEntries(Object.entries(treeOf(path)).filter(([name]) => !name.endsWith("/")));
      const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
      await filezilla.carry(
        () =>
          queue.every(({ direction, local: here, remote }) =>
            isThere(direction === "up" ? join(home, remote) : here),
          ) && filezilla.log.split("File transfer successful").length > queue.length,
        TIMEOUT / 2,
      );
      expect([filesIn(join(home, "up")), filesIn(local)]).toEqual([wanted, wanted]);
      expect(filezilla.log).not.toMatch(/Insecure|^.*Error:(?! (?:Directory|mkdir) )/im);
    },
    TIMEOUT,
  );
});

async function certificateOf(port: number): Promise<Uint8Array> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  try {
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return socket.getPeerCertificate().raw;
  } finally {
    socket.destroy();
  }
}
