/** Groups and broadcasts on a cable between two network namespaces: our endpoint here, python3 there. */
import { fileURLToPath } from "node:url";
import {
  namespaces,
  NetworkPair,
  programPath,
  type NetworkNamespace,
  type Spawned,
} from "@socketscope/testkit";
import { expect, it, onTestFinished } from "vitest";
import type { Orders } from "./support/udp-program.ts";

/** Prints each datagram with its sender and TTL: `python.py HOST PORT [GROUP]`. */
const LISTEN = `
import socket, struct, sys
host, port, group = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None
six = ":" in host
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
if six: s.setsockopt(socket.IPPROTO_IPV6, 51, 1)
else: s.setsockopt(socket.IPPROTO_IP, 12, 1)
s.bind((host, port))
if group and six:
    s.setsockopt(41, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack("I", socket.if_nametoindex("cable")))
elif group:
    s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton("10.77.0.2")))
print("ready", flush=True)
while True:
    text, control, _, sender = s.recvmsg(2000, 1000)
    print(sender[0], text.decode(), "ttl", struct.unpack("i", control[0][2][:4])[0], flush=True)
`;

/** Sends each text to one address: `python.py FROM TO PORT TEXT…`. */
const SEND = `
import socket, sys
source, to, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
six = ":" in to
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.bind((source, 0))
if six: s.setsockopt(41, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("cable"))
else: s.setsockopt(0, socket.IP_MULTICAST_IF, socket.inet_aton("10.77.0.2"))
for text in sys.argv[4:]: s.sendto(text.encode(), (to, port))
`;

const PORT = 5004;
const program = fileURLToPath(new URL("support/udp-program.ts", import.meta.url));
const python = programPath("python3");

function pair(): NetworkPair {
  const made = new NetworkPair();
  onTestFinished(() => made[Symbol.dispose]());
  return made;
}

function stopped(running: Spawned): Spawned {
  onTestFinished(async () => void (await running.stop()));
  return running;
}

/** Our endpoint, once it is ready. */
async function ours(where: NetworkNamespace, orders: Orders): Promise<Spawned> {
  const args = ["--import", "tsx", "--conditions=@socketscope/source", program, JSON.stringify(orders)];
  const running = stopped(where.spawn(process.execPath, args));
  await running.line((line) => line === "ready");
  return running;
}

async function theirs(where: NetworkNamespace, host: string, group?: string): Promise<Spawned> {
  const running = stopped(where.spawn(python, ["-c", LISTEN, host, String(PORT), ...(group ? [group] : [])]));
  await running.line((line) => line === "ready");
  return running;
}

async function say(
  from: NetworkNamespace,
  source: string,
  to: string,
  ...texts: readonly string[]
): Promise<void> {
  const { code, stderr } = await from.run(python, ["-c", SEND, source, to, String(PORT), ...texts]);
  expect([code, stderr]).toEqual([0, ""]);
}

const heard = (running: Spawned): string[] =>
  running.stdout.split("\n").filter((line) => line !== "" && line !== "ready");

namespaces.describe("two machines on a cable", () => {
  it("nothing leaves by default; with an interface and a TTL it goes there, with that TTL", async () => {
    const { here, there } = pair();
    const group = { host: "239.77.1.1", port: PORT };
    const listener = await theirs(there, "0.0.0.0", group.host);
    const direct = { host: there.ipv4, port: PORT, text: "direct" };
    await ours(here, { host: "0.0.0.0", port: 0, send: [{ ...group, text: "default" }, direct] });
    await listener.line((line) => line.includes("direct"));
    const groups = { interface: here.ipv4, ttl: 5 };
    await ours(here, { host: "0.0.0.0", port: 0, groups, send: [{ ...group, text: "outside" }] });
    await listener.line((line) => line.includes("outside"));
    const byName = { interface: "cable" };
    await ours(here, { host: "0.0.0.0", port: 0, groups: byName, send: [{ ...group, text: "named" }] });
    await listener.line((line) => line.includes("named"));
    expect(heard(listener)).toEqual([
      "10.77.0.1 > direct ttl 64",
      "10.77.0.1 > outside ttl 5",
      "10.77.0.1 > named ttl 1",
    ]);
  });

  it("hears a group on the interface it joined, until it leaves", async () => {
    const { here, there } = pair();
    const join = { group: "239.77.1.1", options: { interface: "cable" } };
    const endpoint = await ours(here, { host: "0.0.0.0", port: PORT, join, leaveAfter: "two" });
    await say(there, there.ipv4, join.group, "one", "two");
    await endpoint.line((line) => line === "left");
    await say(there, there.ipv4, join.group, "three");
    await say(there, there.ipv4, here.ipv4, "direct");
    await endpoint.line((line) => line.includes("direct"));
    expect(heard(endpoint)).toEqual(["10.77.0.2 one", "10.77.0.2 two", "left", "10.77.0.2 direct"]);
  });

  it("hears of a group only the source it asked for (RFC 4607)", async () => {
    const { here, there } = pair();
    const options = { interface: "cable", source: there.ipv4 };
    const endpoint = await ours(here, {
      host: "0.0.0.0",
      port: PORT,
      join: { group: "232.77.1.1", options },
    });
    await there.run("ip", ["addr", "add", "10.77.0.3/24", "dev", "cable"]);
    await say(there, "10.77.0.3", "232.77.1.1", "other");
    await say(there, there.ipv4, "232.77.1.1", "source");
    await endpoint.line((line) => line.includes("source"));
    expect(heard(endpoint)).toEqual(["10.77.0.2 source"]);
  });

  it("does the same over IPv6", async () => {
    const { here, there } = pair();
    const group = "ff15::77:1";
    const listener = await theirs(there, "::", group);
    const groups = { interface: "cable", ttl: 3 };
    await ours(here, { host: "::", port: 0, groups, send: [{ host: group, port: PORT, text: "six" }] });
    expect(await listener.line((line) => line.includes("six"))).toBe("fd77::1 > six ttl 3");
    const endpoint = await ours(here, {
      host: "::",
      port: PORT,
      join: { group, options: { interface: "cable" } },
    });
    await say(there, there.ipv6, group, "back");
    expect(await endpoint.line((line) => line.includes("back"))).toBe("fd77::2 back");
  });

  it("broadcasts once that is turned on, and hears broadcasts", async () => {
    const { here, there } = pair();
    const all = "10.77.0.255";
    const listener = await theirs(there, "0.0.0.0");
    const send = (text: string) => [
      { host: all, port: PORT, text },
      { host: there.ipv4, port: PORT, text: `${text} direct` },
    ];
    await ours(here, { host: "0.0.0.0", port: 0, send: send("off") });
    await listener.line((line) => line.includes("off direct"));
    await ours(here, { host: "0.0.0.0", port: 0, broadcast: true, send: send("on") });
    await listener.line((line) => line.includes("on direct"));
    expect(heard(listener).map((line) => line.slice(10, -7))).toEqual([
      "> off direct",
      "> on",
      "> on direct",
    ]);
    const endpoint = await ours(here, { host: "0.0.0.0", port: PORT });
    await say(there, there.ipv4, all, "to all");
    expect(await endpoint.line((line) => line.includes("to all"))).toBe("10.77.0.2 to all");
  });
});
