import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Listener, listenTcp } from "@socketscope/socket-core";
import { describe, expect, it } from "vitest";
import { createLog, listenOn, Secrets } from "../src/index.ts";

const lines: string[] = [];
const log = createLog({
  app: "x",
  format: "text",
  secrets: new Secrets(),
  write: (line) => lines.push(line),
});
const listen = (host: string, port: number): Promise<Listener> =>
  listenTcp({ host, port, protocol: "x" }, (stream) => stream.destroy("we-ended"));
const close = (listeners: readonly Listener[]) => Promise.all(listeners.map((listener) => listener.drain(0)));

const without = (host: string, port: number): Promise<Listener> =>
  host === "::1"
    ? Promise.reject(
        new TypeError("wrapped", { cause: Object.assign(new Error("no"), { code: "EADDRNOTAVAIL" }) }),
      )
    : listen(host, port);

describe("one listener on several addresses", () => {
  it("has one port on all of them, also a free one", async () => {
    const listeners = await listenOn(
      { hosts: ["127.0.0.1", "::1"], port: 0, option: "--port N", log },
      listen,
    );
    expect(listeners.map(({ address }) => address.host)).toEqual(["127.0.0.1", "::1"]);
    expect(new Set(listeners.map(({ address }) => address.port)).size).toBe(1);
    await close(listeners);
  });

  it("tries another free port where the second address has the first's taken", async () => {
    let taken = 2;
    const listeners = await listenOn(
      { hosts: ["127.0.0.1", "::1"], port: 0, option: "--port N", log },
      (host, port) => {
        if (host === "::1" && taken > 0) {
          taken -= 1;
          return Promise.reject(Object.assign(new Error("taken"), { code: "EADDRINUSE" }));
        }
        return listen(host, port);
      },
    );
    expect(listeners).toHaveLength(2);
    await close(listeners);
  });

  it("is opened on all or none, and says who is in the way", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const opened: Listener[] = [];
    const options = { hosts: ["::1", "127.0.0.1"], port, option: "--https-port N", log };
    await expect(
      listenOn(options, async (host, port) => {
        const listener = await listen(host, port);
        opened.push(listener);
        return listener;
      }),
    ).rejects.toMatchObject({
      code: "LISTEN_IN_USE",
      message: expect.stringMatching(
        `^port ${port} on 127.0.0.1 is in use.*: choose another with --https-port N$`,
      ),
    });
    expect(opened).toHaveLength(1);
    // free again: nothing was left open
    await close([await listen("::1", port)]);
    holder.close();
  });

  it("does without ::1 on a machine without IPv6, unless it is all that was asked", async () => {
    const listeners = await listenOn(
      { hosts: ["127.0.0.1", "::1"], port: 0, option: "--port N", log },
      without,
    );
    expect(listeners).toHaveLength(1);
    expect(lines.join("")).toMatch(/no IPv6: listening without ::1/);
    await close(listeners);
    await expect(
      listenOn({ hosts: ["::1"], port: 0, option: "--port N", log }, without),
    ).rejects.toMatchObject({
      code: "LISTEN_NO_SUCH_ADDRESS",
    });
  });
});
