/** The other engine: the same users and files behind the ftp-srv library, by what its clients can do with it. */
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { realClient, run, spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namesIn, octets, sha256 } from "./tree.ts";

describe("--engine ftp-srv", () => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  const home = (name: string): string => join(folder.path, "home", name);
  const local = (name: string): string => join(folder.path, name);
  const big = octets(3_000_000);

  beforeAll(async () => {
    folder = new TemporaryFolder("ftp-srv");
    mkdirSync(home(""));
    writeFileSync(local("big"), big);
    app = await spawnApp("file-transfer", [
      "--engine=ftp-srv",
      "--user=ann:s e:cret",
      `--home=${home("")}`,
      "--login-delay=off",
    ]);
  }, 60_000);
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const portOf = (name: string): number => Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);
  const url = (path: string, scheme = "ftp"): string => `${scheme}://127.0.0.1:${portOf(scheme)}/${path}`;

  realClient("curl").describe("curl", () => {
    const curl = async (...args: readonly string[]): Promise<Buffer> => {
      const result = await run("curl", ["-sS", "--max-time", "25", "-u", "ann:s e:cret", ...args]);
      expect(result.stderr).toBe("");
      return Buffer.from(result.stdout);
    };

    it.each([
      ["EPSV", "ftp", []],
      ["PASV", "ftp", ["--disable-epsv"]],
      ["EPRT", "ftp", ["-P", "-"]],
      ["PORT", "ftp", ["-P", "-", "--disable-eprt"]],
      ["AUTH TLS", "ftp", ["--ssl-reqd"]],
      ["TLS from the first octet", "ftps", []],
    ])(
      "fetches and stores by %s",
      async (_, scheme, how) => {
        const all = ["--cacert", app.ready.ca ?? "", ...how];
        await curl(...all, "-T", local("big"), url("up%20%e2%98%83", scheme));
        expect(sha256(readFileSync(home("up ☃")))).toBe(sha256(big));
        expect(sha256(await curl(...all, url("up%20%e2%98%83", scheme)))).toBe(sha256(big));
      },
      60_000,
    );

    it("resumes both ways", async () => {
      writeFileSync(home("half"), big.subarray(0, 2_000_001));
      await curl("-C", "-", "-T", local("big"), url("half"));
      expect(sha256(readFileSync(home("half")))).toBe(sha256(big));
      writeFileSync(local("half"), big.subarray(0, 1_234_567));
      await curl("-C", "-", "-o", local("half"), url("half"));
      expect(sha256(readFileSync(local("half")))).toBe(sha256(big));
    }, 60_000);

    it("is turned away with a wrong password", async () => {
      expect((await run("curl", ["-sS", "-u", "ann:x", url("")])).code).toBe(67);
    });
  });

  realClient("ncftpput").describe("ncftp", () => {
    it("stores a folder", async () => {
      mkdirSync(local("d/e"), { recursive: true });
      writeFileSync(local("d/e/f"), big);
      const login = ["-u", "ann", "-p", "s e:cret", "-P", `${portOf("ftp")}`];
      expect((await run("ncftpput", ["-R", ...login, "127.0.0.1", "/", local("d")])).code).toBe(0);
      expect(sha256(readFileSync(home("d/e/f")))).toBe(sha256(big));
    });
  });

  it("keeps a broken upload for its user, and puts nothing half in its place", async () => {
    const control = await login();
    const data = await passive(control);
    control.socket.write("STOR broken\r\n");
    await control.until(/^150 /m);
    data.write(big.subarray(0, 100_000));
    await expect.poll(() => partials()).toHaveLength(1);
    data.resetAndDestroy();
    await control.until(/^550 /m);
    control.socket.destroy();
    expect(namesIn(home(""))).not.toContain("broken");
    expect(partials()).toHaveLength(1);
  });

  it("goes on where the library throws: PORT without an argument", async () => {
    const control = await login();
    control.socket.write("PORT\r\nNOOP\r\n");
    expect(await control.until(/^451 .*\r\n200 /m)).toHaveLength(1);
    control.socket.destroy();
  });

  const partials = (): readonly string[] => namesIn(home(".socketscope-partials"));

  async function login(): Promise<Control> {
    const control = new Control(connect({ port: portOf("ftp"), host: "127.0.0.1" }));
    control.socket.write("USER ann\r\n");
    await control.until(/^331 /m);
    control.socket.write("PASS s e:cret\r\n");
    await control.until(/^230 /m);
    return control;
  }

  async function passive(control: Control): Promise<Socket> {
    control.socket.write("PASV\r\n");
    const [, high, low] = await control.until(/^227 .*,(\d+),(\d+)\)/m);
    const data = connect({ port: Number(high) * 256 + Number(low), host: "127.0.0.1" });
    await once(data, "connect");
    return data;
  }
});

class Control {
  readonly socket: Socket;
  #text = "";
  #wake = (): void => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (octets) => {
      this.#text += octets.toString("latin1");
      this.#wake();
    });
  }

  /** Forgets what came before it, and it. */
  async until(pattern: RegExp): Promise<readonly string[]> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) {
        this.#text = "";
        return found;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
