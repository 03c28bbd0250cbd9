import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { explainListenError, holderOfPort, ListenError } from "../src/index.ts";

describe.runIf(process.platform === "linux")("who holds a port", () => {
  it.each([
    ["127.0.0.1", ["127.0.0.1", "0.0.0.0"], "127.0.0.2"],
    ["::1", ["::1", "::"], "127.0.0.1"],
  ])("is found at %s", async (host, asked, elsewhere) => {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const address of asked) expect(holderOfPort(address, port)).toMatchObject({ pid: process.pid });
    expect(holderOfPort(elsewhere, port)).toBeUndefined();
    server.close();
    await once(server, "close");
    expect(holderOfPort(host, port)).toBeUndefined();
  });
});

const failed = (code: string): Error => Object.assign(new Error(code), { code });

describe("why a listener could not be opened", () => {
  const wanted = { host: "127.0.0.1", port: 80, option: "--port N" };

  it.each([
    [
      "EACCES",
      "LISTEN_NOT_ALLOWED",
      /port 80 on 127\.0\.0\.1 needs more rights.*from 1024 on with --port N$/,
    ],
    ["EADDRNOTAVAIL", "LISTEN_NO_SUCH_ADDRESS", /no address 127\.0\.0\.1: choose another with --host A$/],
  ])("%s is said in words", (system, code, message) => {
    expect(explainListenError(failed(system), wanted)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("is left as it is where there are no better words", () => {
    const error = failed("EMFILE");
    expect(explainListenError(error, wanted)).toBe(error);
    expect(explainListenError(error, wanted)).not.toBeInstanceOf(ListenError);
  });
});
