/// <reference lib="esnext.disposable" />
/** A transfer that is broken off: the connection goes on, as ABOR has it, with servers that we did not write. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeCertificates,
  missingForPyftpdlib,
  missingForVsftpd,
  needing,
  Pyftpdlib,
  Vsftpd,
} from "@socketscope/testkit";
import { expect, it } from "vitest";
import { connectFtp } from "../src/ftp/connect.ts";

const { ca, certificates } = makeCertificates(["127.0.0.1"]);
const [certificate] = certificates;
if (certificate === undefined) throw new TypeError("one certificate for one list of names");

type Tls = { readonly tls?: typeof certificate & object };

const servers = [
  {
    name: "vsftpd",
    missing: missingForVsftpd(),
    start: (tls: Tls) => Vsftpd.start(tls),
    user: "anonymous",
    folder: "/files",
  },
  {
    name: "pyftpdlib",
    missing: missingForPyftpdlib(),
    start: (tls: Tls) => Pyftpdlib.start(tls),
    user: "me",
    folder: "",
  },
] as const;

for (const { name, missing, start, user, folder } of servers) {
  needing(missing).describe(`with ${name}`, () => {
    it.each(["off", "explicit"] as const)(
      "TLS %s: a download that has had enough, an upload whose source fails",
      async (tls) => {
        await using server = await start(tls === "off" ? {} : { tls: certificate });
        writeFileSync(join(server.files, "big"), "");
        truncateSync(join(server.files, "big"), 300 * 1024 * 1024);
        const files = await connectFtp({
          host: "127.0.0.1",
          port: server.port,
          user,
          password: "secret",
          allowClear: true,
          tls,
          trust: { servername: "127.0.0.1", ca },
          active: false,
          timeout: 60_000,
          say: undefined,
        });
        let octets = 0;
        for await (const piece of files.read(`${folder}/big`, 1000)) {
          octets += piece.length;
          if (octets > 100_000) break;
        }
        expect([octets > 100_000, files.usable]).toEqual([true, true]);
        expect((await files.list(folder === "" ? "/" : folder)).map((entry) => entry.name)).toEqual(["big"]);

        async function* failing() {
          yield new Uint8Array(100_000);
          await Promise.resolve();
          throw new RangeError("the disk is gone");
        }
        await expect(files.write(`${folder}/up`, 0, failing())).rejects.toThrow("the disk is gone");
        expect(files.usable).toBe(true);
        expect((await files.stat(`${folder}/big`))?.size).toBe(300 * 1024 * 1024);
        await files.close();
      },
    );
  });
}
