/** SIGHUP: certificate, passwords and rules are read again, all or nothing, and nobody who is connected notices. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { hashSync } from "bcryptjs";
import { makeCertificates, realClient, type Certificate } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENGINE_NAMES, start, type Started } from "./support/started.ts";

const basic = (name: string): string => `Basic ${Buffer.from(`${name}:word`).toString("base64")}`;

describe.each(ENGINE_NAMES)("engine %s", (engine) => {
  realClient("openssl").describe("SIGHUP", () => {
    const { ca, certificates } = makeCertificates(["localhost", "old.test"], ["localhost", "new.test"]);
    let base = "";
    let site: Started;
    const write = (name: string, text: string): void => writeFileSync(join(base, name), text);
    const present = (certificate: Certificate | undefined): void => {
      write("cert.pem", certificate?.cert ?? "");
      write("key.pem", certificate?.key ?? "");
    };
    const users = (...names: readonly string[]): void =>
      write("users", names.map((name) => `${name}:${hashSync("word", 4)}\n`).join(""));
    beforeAll(async () => {
      const files = ["--tls-cert", "BASE/cert.pem", "--tls-key", "BASE/key.pem", "--auth", "BASE/users"];
      site = await start(engine, [...files, "--firewall", "BASE/rules", "--login-delay", "off"], {
        prepare: (_root, folder) => {
          base = folder;
          present(certificates[0]);
          users("ann");
          write("rules", "# nobody is refused\n");
        },
      });
    });
    afterAll(() => site?.[Symbol.asyncDispose]());

    /** A TLS connection that stays, and the names of the certificate it was shown. */
    async function dial(): Promise<{ socket: TLSSocket; names: string | undefined }> {
      const { port } = new URL(site.url("https"));
      const socket = connect({ host: "127.0.0.1", port: Number(port), servername: "localhost", ca });
      await once(socket, "secureConnect");
      return { socket, names: socket.getPeerCertificate().subjectaltname };
    }
    /** The status of the next answer on this connection. */
    async function asked(socket: TLSSocket, name: string): Promise<number> {
      socket.write(`HEAD /data.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic(name)}\r\n\r\n`);
      const [octets]: unknown[] = await once(socket, "data");
      return Number(String(octets).split(" ")[1]);
    }
    const hangUp = async (said: RegExp): Promise<void> => {
      site.app.process.kill("SIGHUP");
      await site.app.process.logged(said);
    };

    it("what cannot be read changes nothing, the rules that could be read included", async () => {
      const before = await dial();
      write("rules", "reject 127.0.0.1\n");
      users("bob");
      write("key.pem", certificates[1]?.key ?? "");
      await hangUp(/not the key of the first certificate/);
      const after = await dial();
      expect([before.names, after.names]).toEqual(Array(2).fill("DNS:localhost, DNS:old.test"));
      expect([await asked(after.socket, "ann"), await asked(after.socket, "bob")]).toEqual([200, 401]);
      for (const { socket } of [before, after]) socket.destroy();
    });

    it("the new ones hold for new connections, and who is connected stays", async () => {
      const before = await dial();
      expect(await asked(before.socket, "ann")).toBe(200);
      present(certificates[1]);
      users("bob");
      write("rules", "reject 127.0.0.9\n");
      await hangUp(/info\s+reloaded/);
      const after = await dial();
      expect([before.names, after.names]).toEqual([
        "DNS:localhost, DNS:old.test",
        "DNS:localhost, DNS:new.test",
      ]);
      // The password counts with the next request, on the old connection too.
      expect([await asked(before.socket, "ann"), await asked(after.socket, "bob")]).toEqual([401, 200]);
      const { port } = new URL(site.url("https"));
      const refused = connectTcp({ host: "127.0.0.1", port: Number(port), localAddress: "127.0.0.9" });
      expect(await once(refused, "error")).toMatchObject([{ code: "ECONNRESET" }]);
      for (const { socket } of [before, after]) socket.destroy();
    });
  });
});
