import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { LocalError } from "@socketscope/wire";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  bindUdp,
  Firewall,
  TapPoint,
  type Address,
  type UdpEndpoint,
  type UdpOptions,
} from "../src/index.ts";
import { now, sweepAll } from "../src/sweep.ts";
import { DatagramCore, type Said } from "./support/datagram-core.ts";

/** An endpoint that answers each datagram with "> TEXT" (or not), and what its tap saw. */
async function echo(options: Partial<UdpOptions> & { readonly answers?: boolean } = {}) {
  const log: string[] = [];
  const heard: string[] = [];
  const tap = new TapPoint({
    opened: (flow) => void log.push(`opened ${flow.transport} ${flow.remote.host}`),
    refused: (remote, _, rule) => void log.push(`refused ${remote.host} ${rule}`),
    speaks: (_, protocol) => void log.push(`speaks ${protocol}`),
    bytes: (_, direction, octets) => void log.push(`${direction} ${Buffer.from(octets).toString("latin1")}`),
    secured: () => {},
    closed: (_, reason) => void log.push(`closed ${reason}`),
  });
  const endpoint: UdpEndpoint<string> = await bindUdp(
    { host: "127.0.0.1", port: 0, protocol: "echo", idleMs: 1_000, maxPeers: 10, tap, ...options },
    () => new DatagramCore(),
    ({ text }, from) => {
      heard.push(text);
      if (text === "crash") throw new TypeError("a bug of ours");
      if (text !== "(timeout)" && options.answers !== false) endpoint.send(from, text);
    },
  );
  onTestFinished(() => endpoint[Symbol.asyncDispose]());
  return { endpoint, log, heard };
}

/** A plain socket of Node's own. `ask` sends one datagram and waits for one. */
async function plain(host = "127.0.0.1") {
  const socket: Socket = createSocket({ type: host.includes(":") ? "udp6" : "udp4" });
  socket.bind(0, host);
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  const send = (to: Address, text: string) =>
    new Promise<void>((resolve, reject) => {
      socket.send(text, to.port, to.host, (error) => (error ? reject(error) : resolve()));
    });
  const receive = async () => String((await once(socket, "message"))[0]);
  return {
    send,
    receive,
    address: { host, port: socket.address().port },
    ask: async (to: Address, text: string) => {
      const answer = receive();
      await send(to, text);
      return answer;
    },
  };
}

describe("a UDP endpoint", () => {
  it.each(["127.0.0.1", "::1"])("takes and gives one datagram for one, on %s", async (host) => {
    const { endpoint, log } = await echo({ host });
    const peer = await plain(host);
    expect(await peer.ask(endpoint.address, "one")).toBe("> one");
    expect(await peer.ask(endpoint.address, "two")).toBe("> two");
    expect(log).toEqual([`opened udp ${host}`, "speaks echo", "in one", "out > one", "in two", "out > two"]);
    expect([...endpoint.open][0]).toMatchObject({ local: endpoint.address, remote: peer.address });
  });

  it("takes an empty datagram for a datagram", async () => {
    const { endpoint } = await echo();
    const peer = await plain();
    expect(await peer.ask(endpoint.address, "")).toBe("> ");
  });

  it("binds 127.0.0.1 and ::1 to one port number", async () => {
    const four = await echo();
    const six = await echo({ host: "::1", port: four.endpoint.address.port });
    expect(await (await plain("::1")).ask(six.endpoint.address, "six")).toBe("> six");
  });

  it("speaks first, and knows the answer's sender as the same peer", async () => {
    const { endpoint, heard } = await echo();
    const peer = await plain();
    const first = peer.receive();
    expect(endpoint.send(peer.address, "hello")).toBe(true);
    expect(await first).toBe("> hello");
    expect(await peer.ask(endpoint.address, "back")).toBe("> back");
    expect([endpoint.open.size, heard]).toEqual([1, ["back"]]);
  });

  it("keeps no more than maxPeers, counts what it drops, and goes on with those it has", async () => {
    const { endpoint, heard } = await echo({ maxPeers: 2 });
    const [one, two, three] = [await plain(), await plain(), await plain()];
    await one.ask(endpoint.address, "1");
    await two.ask(endpoint.address, "2");
    await three.send(endpoint.address, "3");
    await one.ask(endpoint.address, "4");
    expect([heard, endpoint.dropped, endpoint.open.size]).toEqual([["1", "2", "4"], 1, 2]);
    expect(endpoint.send(three.address, "no room")).toBe(false);
    expect(endpoint.dropped).toBe(2);
  });

  it("forgets a peer after idleMs of silence, tells its core, and takes another in its place", async () => {
    const { endpoint, heard, log } = await echo({ maxPeers: 1, idleMs: 1_000 });
    const [one, two] = [await plain(), await plain()];
    await one.ask(endpoint.address, "1");
    const seen = now();
    sweepAll(seen + 700);
    expect(endpoint.open.size).toBe(1);
    sweepAll(seen + 1_500);
    expect([endpoint.open.size, heard, log.at(-1)]).toEqual([0, ["1", "(timeout)"], "closed timeout"]);
    expect(await two.ask(endpoint.address, "2")).toBe("> 2");
  });

  it("forgets whoever ends, breaks the protocol or a limit, or meets a bug, and nobody else", async () => {
    const { endpoint, log } = await echo();
    const [other, peer] = [await plain(), await plain()];
    const warnings: string[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    await other.ask(endpoint.address, "here");
    expect(await peer.ask(endpoint.address, "end")).toBe("> end");
    expect(await peer.ask(endpoint.address, "bad")).toBe("> that was bad");
    await peer.send(endpoint.address, "huge");
    await peer.send(endpoint.address, "crash");
    expect(await other.ask(endpoint.address, "still here")).toBe("> still here");
    expect(log.filter((each) => each.startsWith("closed"))).toEqual([
      "closed we-ended",
      "closed protocol",
      "closed limit",
      "closed internal",
    ]);
    expect(endpoint.open.size).toBe(1);
    expect(warnings.join()).toContain("a bug of ours");
  });

  it("drops what the firewall drops, without a word, and gives back what was counted in", async () => {
    const firewall = new Firewall({ now, rules: ["drop ::1 port 1", "drop 127.0.0.0/8"] });
    const { endpoint, heard, log } = await echo({ admission: firewall });
    const peer = await plain();
    await peer.send(endpoint.address, "1");
    await peer.send(endpoint.address, "2");
    while (endpoint.dropped < 2) await new Promise((resolve) => setImmediate(resolve));
    firewall.replaceRules([]);
    expect(await peer.ask(endpoint.address, "3")).toBe("> 3");
    expect(heard).toEqual(["3"]);
    expect(log.slice(0, 2)).toEqual([
      "refused 127.0.0.1 drop 127.0.0.0/8",
      "refused 127.0.0.1 drop 127.0.0.0/8",
    ]);
    expect(firewall.status().counts.open).toBe(1);
    sweepAll(now() + 60_000);
    expect(firewall.status().counts.open).toBe(0);
    endpoint.send(peer.address, "ours");
    sweepAll(now() + 200_000);
    expect(firewall.status().counts.open).toBe(0);
  });

  it("refuses what can be no datagram: too long, a name, the other IP version", async () => {
    const { endpoint } = await echo();
    const peer = await plain();
    const received = peer.receive();
    endpoint.send(peer.address, "x".repeat(65_505));
    expect((await received).length).toBe(65_507);
    expect(() => endpoint.send(peer.address, "x".repeat(65_506))).toThrow(LocalError);
    expect(() => endpoint.send({ host: "localhost", port: 1 }, "x")).toThrow(LocalError);
    expect(() => endpoint.send({ host: "::1", port: 1 }, "x")).toThrow(LocalError);
    await expect(
      bindUdp(
        { host: "localhost", port: 0, protocol: "x", idleMs: 1, maxPeers: 1 },
        () => new DatagramCore(),
        () => {},
      ),
    ).rejects.toBeInstanceOf(LocalError);
  });

  it("drops and counts above maxQueuedOctets", async () => {
    const { endpoint } = await echo({ maxQueuedOctets: 10 });
    const peer = await plain();
    expect(endpoint.send(peer.address, "x".repeat(9))).toBe(false);
    expect(endpoint.dropped).toBe(1);
    const received = peer.receive();
    expect(endpoint.send(peer.address, "x".repeat(8))).toBe(true);
    expect(await received).toBe(`> ${"x".repeat(8)}`);
  });

  it("says the last words of its cores before it closes", async () => {
    const { endpoint, log } = await echo();
    const peer = await plain();
    await peer.ask(endpoint.address, "1");
    const last = peer.receive();
    await endpoint[Symbol.asyncDispose]();
    expect(await last).toBe("> (drain)");
    expect(log.at(-1)).toBe("closed drained");
    await endpoint[Symbol.asyncDispose]();
  });

  it("names the port that is in use, and shares it where asked", async () => {
    const { endpoint } = await echo();
    await expect(echo({ port: endpoint.address.port })).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
    const first = await echo({ reuseAddress: true });
    const second = await echo({ reuseAddress: true, port: first.endpoint.address.port });
    expect(second.endpoint.address).toEqual(first.endpoint.address);
  });

  it("leaves nothing open where it cannot bind", async () => {
    const { endpoint } = await echo();
    const descriptors = () => readdirSync("/dev/fd").length;
    const before = descriptors();
    for (let attempt = 0; attempt < 20; attempt++) {
      await expect(echo({ port: endpoint.address.port })).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(descriptors() - before).toBeLessThan(5);
  });

  it("survives a core that cannot be made, and gives back what was counted in", async () => {
    const firewall = new Firewall({ now });
    const heard: string[] = [];
    let broken = true;
    const endpoint = await bindUdp<Said, string>(
      { host: "127.0.0.1", port: 0, protocol: "echo", idleMs: 1_000, maxPeers: 10, admission: firewall },
      () => {
        if (broken) throw new TypeError("a bug of ours");
        return new DatagramCore();
      },
      ({ text }, from) => {
        heard.push(text);
        endpoint.send(from, text);
      },
    );
    onTestFinished(() => endpoint[Symbol.asyncDispose]());
    const warned = once(process, "warning");
    const peer = await plain();
    await peer.send(endpoint.address, "1");
    expect(String((await warned)[0])).toContain("a bug of ours");
    expect([endpoint.dropped, endpoint.open.size, firewall.status().counts.open]).toEqual([1, 0, 0]);
    broken = false;
    expect(await peer.ask(endpoint.address, "2")).toBe("> 2");
    expect(heard).toEqual(["2"]);
  });

  it("may be disposed of by an event's handler: that peer hears no further event", async () => {
    const heard: string[] = [];
    const gone: PromiseLike<void>[] = [];
    const endpoint = await bindUdp<Said, string>(
      { host: "127.0.0.1", port: 0, protocol: "echo", idleMs: 1_000, maxPeers: 10 },
      () => new DatagramCore(),
      ({ text }) => {
        heard.push(text);
        gone.push(endpoint[Symbol.asyncDispose]());
      },
    );
    await (await plain()).send(endpoint.address, "1");
    while (gone.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await gone[0];
    expect([heard, endpoint.open.size]).toEqual([["1", "(drain)"], 0]);
  });

  it("counts what the system does not take: broadcast is off until it is turned on", async () => {
    const { endpoint } = await echo();
    endpoint.send({ host: "127.255.255.255", port: 9 }, "x");
    while (endpoint.dropped === 0) await new Promise((resolve) => setImmediate(resolve));
    const { port } = (await plain()).address;
    endpoint.broadcast(true);
    expect(endpoint.send({ host: "127.255.255.255", port }, "x")).toBe(true);
  });
});

describe("multicast on the loopback interface, the default", () => {
  it("hears a group from its joining to its leaving", async () => {
    const { endpoint, heard } = await echo({ host: "0.0.0.0" });
    const sender = await echo({ answers: false });
    const group = "239.77.1.1";
    const { port } = endpoint.address;
    endpoint.join(group);
    sender.endpoint.send({ host: group, port }, "joined");
    while (heard.length < 1) await new Promise((resolve) => setImmediate(resolve));
    endpoint.leave(group);
    sender.endpoint.send({ host: group, port }, "left");
    await (await plain()).ask({ host: "127.0.0.1", port }, "direct");
    expect(heard).toEqual(["> joined", "direct"]);
  });

  it("lets no IPv6 group out either: where loopback carries none (Linux), the datagram is dropped and counted", async () => {
    const { endpoint } = await echo({ host: "::1" });
    const outside = await echo({ host: "::" });
    endpoint.send({ host: "ff15::77:1", port: outside.endpoint.address.port }, "x");
    while (endpoint.dropped === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(outside.heard).toEqual([]);
  });

  it("says what cannot be joined", async () => {
    const { endpoint } = await echo({ host: "0.0.0.0" });
    expect(() => endpoint.join("239.77.1.1", { interface: "nowhere0" })).toThrow(/no interface nowhere0/);
    expect(() => endpoint.join("127.0.0.1")).toThrow(/joining 127\.0\.0\.1/);
    expect(() => endpoint.leave("239.77.1.2")).toThrow(/leaving 239\.77\.1\.2/);
  });
});
