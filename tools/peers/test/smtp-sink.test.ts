/// <reference lib="esnext.disposable" />
import { connect } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { findProgram, SmtpSink } from "../src/index.ts";

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
