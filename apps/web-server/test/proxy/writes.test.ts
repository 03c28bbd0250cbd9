/** How a proxied answer leaves: what came in one piece goes on in one write. */
import { expect, it } from "vitest";
import { ENGINES } from "../serving.ts";
import { get, kept, proxyBefore } from "./bench.ts";
import { rawUpstream } from "./upstream.ts";

const hand = ENGINES.find(([name]) => name === "hand")?.[1];

it.each([
  ["with its length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
  ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
  ["without content", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
])("a small answer %s leaves in one write", async (_, answer) => {
  if (hand === undefined) throw new RangeError("there is no engine of our own");
  const upstream = kept(await rawUpstream((socket) => void socket.write(answer)));
  const server = await proxyBefore(hand, upstream.url);
  const writes: string[] = [];
  server.tap.attach({
    opened() {},
    refused() {},
    speaks() {},
    bytes(_flow, direction, octets) {
      if (direction === "out") writes.push(Buffer.from(octets).toString("latin1"));
    },
    secured() {},
    closed() {},
  });
  expect((await get(server.origin)).status).toBe(200);
  expect(writes).toEqual([expect.stringMatching(/^HTTP\/1\.1 200 /)]);
});
