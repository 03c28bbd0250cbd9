/** What the system's table says: of connections, of listeners, of the process at the other end. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { kernelKey, listenerKey } from "../src/kernel-table.ts";
import { KernelWatch } from "../src/kernel-watch.ts";
import { Store } from "../src/store/store.ts";
import type { Change } from "../src/views.ts";

describe("the system's table of sockets", () => {
  it.each([
    ["smtp://127.0.0.1:2525", "0100007F:09DD 00000000:0000"],
    ["http://[::1]:80", "00000000000000000000000001000000:0050 00000000000000000000000000000000:0000"],
    ["https://0.0.0.0:443/path", "00000000:01BB 00000000:0000"],
    ["udp://127.0.0.1:5004", undefined],
    ["http://localhost:80", undefined],
  ])("names the listener %s", (url, key) => {
    expect(listenerKey(url)).toBe(key);
  });

  it("names a connection by both ends", () => {
    const [a, b] = [
      { host: "127.0.0.1", port: 80 },
      { host: "::ffff:a00:1", port: 1 },
    ];
    expect(kernelKey(a, b)).toBe("0100007F:0050 0000000000000000FFFF00000100000A:0001");
  });
});

describe.skipIf(!existsSync("/proc/net/tcp"))("while somebody looks", () => {
  it("tells states of connections and listeners, and who is at the other end", async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const local = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${local.port}`;
    const client = connect(local.port, "127.0.0.1");
    const [accepted] = (await once(server, "connection")) as [Socket];
    const store = new Store();
    const told: Change[] = [];
    const source = store.addSource(
      {
        type: "source",
        app: "web-server",
        version: "1",
        engine: "hand",
        pid: process.pid,
        listeners: [{ name: "http", url }],
      },
      true,
    );
    const watch = new KernelWatch(store, (change) => told.push(change));
    watch.start();
    const remote = { host: "127.0.0.1", port: accepted.remotePort ?? 0 };
    const flow = { id: 1, transport: "tcp", local: { host: "127.0.0.1", port: local.port }, remote } as const;
    store.take(source, { type: "opened", at: 0, flow });
    watch.touched(1);
    try {
      await expect.poll(() => told.length).toBeGreaterThanOrEqual(2);
      expect(told).toContainEqual({ type: "states", states: [[1, "ESTABLISHED"]] });
      expect(told).toContainEqual({ type: "listening", listening: [[source, url, "LISTEN"]] });
      expect(store.sockets.get(1)?.view.process).toMatch(new RegExp(`^\\S.* \\(${process.pid}\\)$`));
      client.end();
      server.close();
      await expect.poll(() => told.length).toBeGreaterThanOrEqual(4);
      expect(told).toContainEqual({ type: "states", states: [[1, "CLOSE_WAIT"]] });
      expect(told).toContainEqual({ type: "listening", listening: [[source, url, ""]] });
    } finally {
      watch.stop();
      accepted.destroy();
    }
  });
});
