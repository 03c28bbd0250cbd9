import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import * as tls from "node:tls";
import {
  freePort,
  makeCertificates,
  programPath,
  realClient,
  Spawned,
  TemporaryFolder,
} from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  CidrError,
  Firewall,
  formatProxyV1,
  formatProxyV2,
  listenTcp,
  TapPoint,
  type Listener,
  type ListenOptions,
} from "../src/index.ts";
import { now, sweepAll } from "../src/sweep.ts";
import { Peer, serveLines, turns } from "./support/peer.ts";

const client = { host: "203.0.113.7", port: 4711 };
const front = { host: "198.51.100.1", port: 443 };
const ends = { source: client, destination: front };

/** A listener that answers each line with whom it takes the peer for, and what its tap saw. */
async function serveNames(options: Partial<ListenOptions>) {
  const log: string[] = [];
  const tap = new TapPoint({
    opened: ({ remote }) => void log.push(`opened ${remote.host}`),
    refused: (remote, _, rule) => void log.push(`refused ${remote.host} ${rule}`),
    speaks: () => {},
    bytes: (_, direction, octets) => void log.push(`${direction} ${Buffer.from(octets).toString("latin1")}`),
    secured: (flow) => void log.push(`secured ${flow.remote.host}`),
    closed: (_, reason) => void log.push(`closed ${reason}`),
  });
  const served = await serveLines(
    (line, link) => {
      const { host, port } = link.stream.flow.remote;
      link.send(`${line.text} from ${host} ${port}`);
    },
    { ...options, tap },
  );
  return { ...served, log };
}

/** Writes `octets` and the peer's FIN, and reads to the end; a reset shows as undefined. */
async function say(
  listener: Listener,
  ...octets: readonly (Uint8Array | string)[]
): Promise<string | undefined> {
  const peer = await Peer.to(listener);
  for (const each of octets) peer.socket.write(each);
  peer.socket.end();
  try {
    return await peer.until((_, ended) => ended);
  } catch {
    return undefined;
  } finally {
    peer.socket.destroy();
  }
}

describe("a listener behind a trusted proxy", () => {
  it.each([
    ["version 1", formatProxyV1(ends)],
    ["version 2", formatProxyV2({ ends, checksum: true })],
  ])("serves and shows the client that the header names, %s", async (_, header) => {
    const { listener, log } = await serveNames({ proxyFrom: ["127.0.0.0/8"] });
    expect(await say(listener, Buffer.concat([header, Buffer.from("hello\n")]))).toBe(
      "hello from 203.0.113.7 4711\n",
    );
    // the header itself is no octet of the flow: it was spoken by the proxy, not by the client
    expect(log.slice(0, 3)).toEqual([
      "opened 203.0.113.7",
      "in hello\n",
      "out hello from 203.0.113.7 4711\n",
    ]);
  });

  it("puts the header together from single octets", async () => {
    const { listener } = await serveNames({ proxyFrom: ["127.0.0.1"] });
    const peer = await Peer.to(listener);
    for (const octet of Buffer.concat([formatProxyV2({ ends }), Buffer.from("hello\n")])) {
      await new Promise((resolve) => peer.socket.write(Uint8Array.of(octet), resolve));
      await turns(1);
    }
    expect(await peer.until((text) => text.includes("\n"))).toBe("hello from 203.0.113.7 4711\n");
    peer.socket.destroy();
  });

  it("serves a proxy that speaks for itself (LOCAL, UNKNOWN) as itself", async () => {
    const { listener } = await serveNames({ proxyFrom: ["127.0.0.1"] });
    for (const header of [formatProxyV1("unknown"), formatProxyV2({ ends: "local" })]) {
      expect(await say(listener, Buffer.concat([header, Buffer.from("check\n")]))).toMatch(
        /^check from 127\.0\.0\.1 /,
      );
    }
  });

  it("serves an untrusted peer as itself: its header is octets like any other", async () => {
    const { listener, log } = await serveNames({ proxyFrom: ["10.0.0.0/8", "::1"] });
    expect(await say(listener, formatProxyV1(ends))).toMatch(
      /^PROXY TCP4 203\.0\.113\.7 [^]* from 127\.0\.0\.1 /,
    );
    expect(log[0]).toBe("opened 127.0.0.1");
  });

  it("refuses a trusted peer without a header, and shows why", async () => {
    const { listener, log } = await serveNames({ proxyFrom: ["127.0.0.1"] });
    expect(await say(listener, "hello\n")).toBeUndefined();
    expect(await say(listener, "PROXY TCP4 1.2.3.4")).toBeUndefined();
    expect(await say(listener)).toBeUndefined();
    expect(log).toEqual([
      "refused 127.0.0.1 protocol: does not begin as a PROXY header (PROXY_NO_HEADER)",
      "refused 127.0.0.1 protocol: the peer ended before its PROXY header was whole (PROXY_ENDED)",
      "refused 127.0.0.1 protocol: the peer ended before its PROXY header was whole (PROXY_ENDED)",
    ]);
  });

  it("does not wait for a header for ever", async () => {
    const { listener, log } = await serveNames({ proxyFrom: ["127.0.0.1"], proxyHeaderMs: 5_000 });
    const slow = await Peer.to(listener);
    slow.socket.write("PROXY ");
    const other = await say(listener, formatProxyV1(ends), "hello\n");
    expect(other).toContain("hello");
    sweepAll(now() + 4_000);
    expect(log.join()).not.toContain("PROXY_TIMEOUT");
    sweepAll(now() + 5_000);
    expect(log.at(-1)).toContain("PROXY_TIMEOUT");
    await slow.closed;
  });

  it("lets the firewall judge the client, not the proxy, and counts him", async () => {
    const firewall = new Firewall({
      now,
      rules: ["reject 203.0.113.0/24", "reject 127.0.0.0/8"],
      limits: { connectionsPerAddress: 1 },
    });
    const { listener, log, next } = await serveNames({ proxyFrom: ["127.0.0.1"], admission: firewall });
    expect(await say(listener, formatProxyV1(ends), "hello\n")).toBeUndefined();
    expect(log).toEqual(["refused 203.0.113.7 reject 203.0.113.0/24"]);
    const allowed = { ...ends, source: { host: "2001:db8::1", port: 1 } };
    expect(await say(listener, formatProxyV2({ ends: allowed }), "hello\n")).toBe(
      "hello from 2001:db8::1 1\n",
    );
    await (
      await next()
    ).over;
    expect(firewall.status().counts.open).toBe(0);
  });

  it("drains: who has not said his header is cut without being called untrue", async () => {
    const { listener, log } = await serveNames({ proxyFrom: ["127.0.0.1"] });
    const peer = await Peer.to(listener);
    expect(await say(listener, formatProxyV1(ends), "hello\n")).toContain("hello");
    await listener.drain(1_000);
    await peer.until((_, ended) => ended);
    peer.socket.destroy();
    expect(log.join()).not.toContain("refused");
  });

  it("refuses to listen with a network that it cannot read", async () => {
    const broken = listenTcp(
      { host: "127.0.0.1", port: 0, protocol: "x", proxyFrom: ["10.0.0.0/33"] },
      () => {},
    );
    await expect(broken).rejects.toBeInstanceOf(CidrError);
  });

  it("reads the header before the ClientHello, also when both come in one segment", async () => {
    const { ca, certificates } = makeCertificates(["localhost"]);
    const [certificate] = certificates;
    if (certificate === undefined) throw new Error("no certificate");
    const { listener, log } = await serveNames({ proxyFrom: ["127.0.0.1"], tls: certificate });
    for (const together of [true, false]) {
      const raw = connect(listener.address.port, "127.0.0.1");
      await once(raw, "connect");
      if (together) raw.cork();
      raw.write(formatProxyV2({ ends }));
      const secured = tls.connect({ socket: raw, servername: "localhost", ca });
      if (together) setImmediate(() => raw.uncork());
      await once(secured, "secureConnect");
      secured.end("hello\n");
      expect(String((await once(secured, "data"))[0])).toBe("hello from 203.0.113.7 4711\n");
    }
    expect(log.filter((each) => each.startsWith("secured"))).toEqual([
      "secured 203.0.113.7",
      "secured 203.0.113.7",
    ]);
  });
});

realClient("haproxy").describe("real haproxy in front", () => {
  /** haproxy on `host`, passing TCP on to `listener` with a PROXY header; its port. */
  async function haproxy(listener: Listener, host: string, send: string): Promise<number> {
    const folder = new TemporaryFolder("haproxy");
    onTestFinished(() => folder[Symbol.dispose]());
    const port = await freePort(host);
    const at = ({ host, port }: { host: string; port: number }) =>
      host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const file = join(folder.path, "haproxy.cfg");
    writeFileSync(
      file,
      `global
  log stderr format raw local0 notice
defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend in
  bind ${at({ host, port })}
  default_backend out
backend out
  server one ${at(listener.address)} ${send}
`,
    );
    const running = new Spawned(programPath("haproxy"), ["-db", "-V", "-f", file]);
    // SIGTERM is haproxy's hard stop; it then ends with 143 and not with 0
    onTestFinished(async () => void (await running.stop()));
    for (let attempt = 0; ; attempt++) {
      const probe = connect(port, host);
      try {
        await once(probe, "connect");
        probe.destroy();
        return port;
      } catch (error) {
        if (attempt > 2400) throw new Error(`haproxy does not answer: ${running.stderr}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    }
  }

  for (const send of ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"]) {
    for (const host of ["127.0.0.1", "::1"]) {
      it(`${send}, ${host}`, async () => {
        const { listener } = await serveNames({ host, proxyFrom: ["127.0.0.0/8", "::1"] });
        const port = await haproxy(listener, host, send);
        const socket = connect({ host, port });
        await once(socket, "connect");
        const mine = socket.localPort;
        socket.write("hello\n");
        expect(String((await once(socket, "data"))[0])).toBe(`hello from ${host} ${mine}\n`);
        socket.destroy();
      });
    }
  }

  it("any number of machines stand behind one, each with its own name and its own cap", async () => {
    const firewall = new Firewall({ now, rules: ["drop 127.0.0.9"], limits: { connectionsPerAddress: 1 } });
    const { listener } = await serveNames({ proxyFrom: ["127.0.0.1"], admission: firewall });
    const port = await haproxy(listener, "127.0.0.1", "send-proxy-v2");
    const machines = Array.from({ length: 40 }, (_, at) => `127.0.0.${at + 10}`);
    const open = await Promise.all(
      machines.map(async (machine) => {
        const socket = connect({ host: "127.0.0.1", port, localAddress: machine });
        socket.write("hello\n");
        const [said] = await once(socket, "data");
        return { socket, said: String(said).replace(/ \d+\n$/, "") };
      }),
    );
    expect(open.map(({ said }) => said)).toEqual(machines.map((machine) => `hello from ${machine}`));
    expect(firewall.status().counts.open).toBe(40);
    // a second one of a machine, and one of a machine that is not wanted: the proxy is told no, its other clients stay
    for (const [localAddress, action] of [
      ["127.0.0.10", "reject"],
      ["127.0.0.9", "drop"],
    ] as const) {
      const before = firewall.status().decided[action];
      const refused = connect({ host: "127.0.0.1", port, localAddress });
      refused.on("error", () => {});
      while (firewall.status().decided[action] === before) await turns(1);
      refused.destroy();
    }
    expect([...listener.open].map(({ remote }) => remote.host).toSorted()).toEqual(machines.toSorted());
    for (const { socket } of open) socket.destroy();
  });

  it("passes TLS through: the certificate that the client verifies is ours", async () => {
    const { ca, certificates } = makeCertificates(["localhost"]);
    const [certificate] = certificates;
    if (certificate === undefined) throw new Error("no certificate");
    const { listener } = await serveNames({ proxyFrom: ["127.0.0.1"], tls: certificate });
    const port = await haproxy(listener, "127.0.0.1", "send-proxy-v2");
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ca });
    await once(socket, "secureConnect");
    const mine = socket.localPort;
    socket.write("hello\n");
    expect(String((await once(socket, "data"))[0])).toBe(`hello from 127.0.0.1 ${mine}\n`);
    socket.destroy();
  });
});
