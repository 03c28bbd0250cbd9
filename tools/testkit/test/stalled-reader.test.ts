import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { realClient } from "../src/real-client.ts";
import { stallReader } from "../src/stalled-reader.ts";

const octets = 32 * 1024 * 1024;

realClient("python3").describe("stallReader", () => {
  it("asks and reads nothing, so that the sender is held back, then reads on", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, "connection");
    await using reader = await stallReader({ host: "127.0.0.1", port }, "GET");
    const [socket] = await accepted;
    const [request] = await once(socket, "data");
    expect(String(request)).toBe("GET");
    let taken = false;
    socket.end(new Uint8Array(octets), () => (taken = true));
    // The kernel has taken what it will: the same number of octets is left at two looks.
    let left = -1;
    await expect
      .poll(
        () => {
          const before = left;
          left = socket.writableLength;
          return left === before;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(taken).toBe(false);
    expect(left).toBeGreaterThan(0);
    expect(await reader.resume()).toEqual({ how: "end", octets });
    server.close();
  });
});
