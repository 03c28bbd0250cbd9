import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { bindDatagrams, castOf } from "../src/index.ts";

it.each([
  ["127.0.0.1", "unicast"],
  ["223.255.255.255", "unicast"],
  ["224.0.0.1", "multicast"],
  ["239.1.2.3", "multicast"],
  ["240.0.0.1", "unicast"],
  ["ff02::1", "multicast"],
  ["::1", "unicast"],
  ["127.255.255.255", "broadcast"],
  ["255.255.255.255", "broadcast"],
  ["198.51.100.7", "unicast"],
])("%s is %s", (host, cast) => {
  expect(castOf(host)).toBe(cast);
});

it("datagrams are handed on as they are, with who sent them", async () => {
  const heard: string[] = [];
  const one = await bindDatagrams({ host: "127.0.0.1", port: 0, protocol: "raw" }, (octets, from) => {
    heard.push(`${Buffer.from(octets).toString()} from ${from.port}`);
  });
  onTestFinished(() => one[Symbol.asyncDispose]());
  const other = await bindDatagrams({ host: "127.0.0.1", port: 0, protocol: "raw" }, () => undefined);
  onTestFinished(() => other[Symbol.asyncDispose]());
  other.send(one.address, [Buffer.from("in "), Buffer.from("pieces")]);
  other.send(one.address, Buffer.from("whole"));
  const { port } = other.address;
  await expect.poll(() => heard, { interval: 5 }).toEqual([`in pieces from ${port}`, `whole from ${port}`]);
});

it("a receive buffer that is asked for holds what comes while we are busy", async () => {
  // Linux takes some 2.3 KB for each of these: its own buffer of 208 KiB holds 92 of them.
  const burst = 150;
  let came = 0;
  const options = { host: "127.0.0.1", port: 0, protocol: "raw", receiveBuffer: 4 * 1024 * 1024 };
  const endpoint = await bindDatagrams(options, () => came++);
  onTestFinished(() => endpoint[Symbol.asyncDispose]());
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  socket.connect(endpoint.address.port, "127.0.0.1");
  await once(socket, "connect");
  // Node hands each to the system at once: nobody reads until this turn is over.
  for (let i = 0; i < burst; i++) socket.send(new Uint8Array(1316));
  await expect.poll(() => came, { interval: 5 }).toBe(burst);
});
