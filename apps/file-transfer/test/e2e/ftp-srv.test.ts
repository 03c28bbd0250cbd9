/** The other engine: what holds behind the ftp-srv library whatever it does. What real programs can do with it: clients.test.ts. */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { spawnApp, TemporaryFolder, type RunningApp } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namesIn, octets } from "./tree.ts";

describe("--engine ftp-srv", () => {
  let folder: TemporaryFolder;
  let app: RunningApp;
  const home = (name: string): string => join(folder.path, "home", name);
  const big = octets(3_000_000);

  beforeAll(async () => {
    folder = new TemporaryFolder("ftp-srv");
    mkdirSync(home(""));
    app = await spawnApp("file-transfer", [
      "--engine=ftp-srv",
      "--user=ann:s e:cret",
      `--home=${home("")}`,
      "--login-delay=off",
    ]);
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const portOf = (name: string): number => Number(new URL(app.url(name).replace(/^\w+:/, "http:")).port);

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
