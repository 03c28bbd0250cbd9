/// <reference lib="esnext.disposable" />
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { findProgram, freePort, SmtpSink } from "../src/index.ts";

async function greeting(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const [octets]: unknown[] = await once(socket, "data");
  socket.destroy();
  return String(octets);
}

describe.skipIf(findProgram("smtp-sink") === undefined)("smtp-sink", () => {
  it("greets, each on a port of its own, until it is put away", async () => {
    const first = await SmtpSink.start();
    await using second = await SmtpSink.start();
    expect(first.port).not.toBe(second.port);
    expect(await greeting(first.port)).toMatch(/^220 /);
    await first[Symbol.asyncDispose]();
    await expect(greeting(first.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await greeting(second.port)).toMatch(/^220 /);
  });

  it("that cannot start says why", async () => {
    await expect(SmtpSink.start(["-Y"])).rejects.toMatchObject({ code: "NOT_READY" });
  });
});

describe("a free port", () => {
  it("is none that a connection or a listener on port 0 could be given meanwhile", async () => {
    const range = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
    const port = await freePort();
    expect(port).toBeLessThan(Number(range.split(/\s/)[0]));
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  });

  it("on an address that is not ours there is none", async () => {
    await expect(freePort("192.0.2.1")).rejects.toMatchObject({ code: "NOT_READY" });
  });
});
