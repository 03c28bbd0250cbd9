/** Channels by datagrams: what leaves, when, and what comes in. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  formatBye,
  formatReceiverReport,
  looksLikeRtcp,
  parseSdp,
  readSenderReport,
  RtpReceiver,
  scanRtp,
  TS_NULL_PACKET,
  TsDemultiplexer,
  type TsEvent,
} from "@socketscope/media";
import { TapPoint } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CastsOptions } from "../src/udp/casts.ts";
import { Audience } from "../src/udp/audience.ts";
import { Datagrams } from "../src/udp/datagrams.ts";
import { checkRoute, parseTarget, type UdpTarget } from "../src/udp/target.ts";
import { heardBySomebody } from "./heard.ts";
import { serving } from "./serving.ts";

const ROUTE = { interface: "127.0.0.1", ttl: 1, broadcast: false };
const NOTHING: CastsOptions = { targets: [], sources: [], route: ROUTE, sdpFolder: undefined };

describe("where datagrams go", () => {
  it.each([
    ["demo=udp://239.255.0.1:5004", { name: "demo", scheme: "udp", host: "239.255.0.1", port: 5004 }],
    ["demo=rtp://[ff15::1]:5004", { name: "demo", scheme: "rtp", host: "ff15::1", port: 5004 }],
    ["a-b_1=udp://127.0.0.1:1/", { name: "a-b_1", scheme: "udp", host: "127.0.0.1", port: 1 }],
    [
      "demo=rtp://127.0.0.1:65535?rtcpport=7",
      { name: "demo", scheme: "rtp", host: "127.0.0.1", port: 65_535, reports: 7 },
    ],
    ["demo=rtp://127.0.0.1:5004?rtcpport=0", undefined],
    ["demo=rtp://127.0.0.1:5004?rtcpport=65536", undefined],
    ["demo=udp://127.0.0.1:5004?rtcpport=7", undefined],
    ["demo=udp://localhost:5004", undefined],
    ["demo=udp://239.255.0.1", undefined],
    ["demo=udp://239.255.0.1:0", undefined],
    ["demo=rtp://239.255.0.1:65535", undefined],
    ["demo=http://127.0.0.1:80", undefined],
    ["=udp://127.0.0.1:80", undefined],
    ["demo=udp://1.2.3:80", undefined],
  ])("%s", (text, expected) => {
    expect(parseTarget(text, ["udp", "rtp"])).toEqual(expected);
  });

  it.each([
    ["udp://127.0.0.1:5000", {}, undefined],
    ["udp://239.255.0.1:5000", {}, undefined],
    ["udp://127.255.255.255:5000", {}, "--broadcast"],
    ["udp://127.255.255.255:5000", { broadcast: true }, undefined],
    ["udp://192.0.2.1:5000", {}, "--interface"],
    ["udp://192.0.2.1:5000", { interface: "192.0.2.7" }, undefined],
    ["udp://[ff02::1]:5000", {}, "--interface"],
  ])("%s with %o", (url, route, refusal) => {
    const target = parseTarget(`demo=${url}`, ["udp"]);
    if (target === undefined) throw new Error(url);
    const check = (): void => checkRoute(target, { ...ROUTE, ...route });
    if (refusal === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });
});

it("datagrams carry every packet in order, seven each, none early and none held for long", () => {
  const burst = fc.record({
    count: fc.integer({ min: 0, max: 30 }),
    after: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(burst, { maxLength: 5 }), { maxLength: 8 }), (pushes) => {
      let due = 0;
      let number = 0;
      const sent: { due: number; number: number }[] = [];
      const datagrams = new Datagrams();
      const out = pushes.flatMap((bursts) =>
        datagrams.push(
          bursts.map(({ count, after }) => {
            due += after / 1000;
            const octets = new Uint8Array(count * 188);
            for (let i = 0; i < count; i++) {
              octets.set([0x47, 0, 0, 0x10, number >> 8, number & 0xff], i * 188);
              sent.push({ due, number: number++ });
            }
            return { due, octets };
          }),
        ),
      );
      out.push(...datagrams.flush());
      const got: number[] = [];
      for (const { due: at, octets } of out) {
        expect(octets.length).toBe(1316);
        for (let i = 0; i < 7; i++) {
          const packet = Buffer.from(octets.subarray(i * 188, i * 188 + 188));
          if (packet.equals(TS_NULL_PACKET)) continue;
          const seen = packet.readUInt16BE(4);
          got.push(seen);
          const planned = sent[seen]?.due ?? Number.NaN;
          expect(at).toBeGreaterThan(planned - 0.0601);
          expect(at).toBeLessThanOrEqual(planned + 0.2001);
        }
      }
      expect(got).toEqual(sent.map((one) => one.number));
      expect(out.every(({ due: at }, i) => i === 0 || at >= (out[i - 1]?.due ?? 0))).toBe(true);
    }),
  );
});

/** Room for what is sent all at once by a program that was kept from running for a while. */
const UDP = { type: "udp4", recvBufferSize: 4 * 1024 * 1024 } as const;

async function bound(): Promise<{ socket: Socket; port: number; came: Uint8Array[] }> {
  const socket = createSocket(UDP);
  const came: Uint8Array[] = [];
  socket.on("message", (octets) => came.push(octets));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { socket, port: socket.address().port, came };
}

/** Two sockets whose ports follow each other: RTP, and its reports. */
async function boundPair(): Promise<{
  rtp: Awaited<ReturnType<typeof bound>>;
  reports: { readonly octets: Uint8Array; readonly from: RemoteInfo }[];
  close: () => void;
}> {
  for (;;) {
    const rtp = await bound();
    const socket = createSocket(UDP);
    const reports: { octets: Uint8Array; from: RemoteInfo }[] = [];
    socket.on("message", (octets, from) => reports.push({ octets, from }));
    try {
      socket.bind(rtp.port + 1, "127.0.0.1");
      await once(socket, "listening");
      return { rtp, reports, close: () => void [socket.close(), rtp.socket.close()] };
    } catch {
      rtp.socket.close();
    }
  }
}

function faultsOf(events: readonly TsEvent[]): readonly TsEvent[] {
  return events.filter(({ type }) => type === "fault" || type === "jump");
}

function demultiplex(chunks: readonly Uint8Array[]): TsEvent[] {
  const demux = new TsDemultiplexer();
  // Who stops listening does so in the middle of a picture: the end is not looked at.
  return chunks.flatMap((chunk) => [...demux.push(chunk)]);
}

it("a channel is sent over UDP and RTP at once: whole datagrams, right counters, reports, a farewell, a description", async () => {
  using folder = new TemporaryFolder();
  await using site = await serving({ partMs: 200 });
  const [plain, pair] = [await bound(), await boundPair()];
  const target = (scheme: "udp" | "rtp", port: number): UdpTarget => ({
    name: "demo",
    scheme,
    host: "127.0.0.1",
    port,
  });
  const targets = [target("udp", plain.port), target("rtp", pair.rtp.port)];
  const troubles: string[] = [];
  const casts = await site.studio.cast(
    { ...NOTHING, targets, sdpFolder: folder.path },
    new TapPoint(),
    (why) => troubles.push(why),
  );
  expect(casts.urls).toEqual([
    { name: "udp", url: `udp://127.0.0.1:${plain.port}` },
    { name: "rtp", url: `rtp://127.0.0.1:${pair.rtp.port}` },
  ]);
  await expect
    .poll(() => Math.min(plain.came.length, pair.rtp.came.length), { interval: 20 })
    .toBeGreaterThan(30);
  await casts.close();
  // The farewell, and not only a second report.
  const last = (): Uint8Array => pair.reports.at(-1)?.octets ?? new Uint8Array();
  await expect
    .poll(() => looksLikeRtcp(last()) && readSenderReport(last()) === undefined, { interval: 5 })
    .toBe(true);
  expect(new Set(plain.came.map(({ length }) => length))).toEqual(new Set([1316]));
  expect(new Set(pair.rtp.came.map(({ length }) => length))).toEqual(new Set([1328]));
  const events = demultiplex(plain.came);
  expect(faultsOf(events)).toEqual([]);
  const samples = events.flatMap((event) => (event.type === "sample" ? [event.kind] : []));
  expect(new Set(samples)).toEqual(new Set(["video", "audio"]));
  const receiver = new RtpReceiver(90_000);
  const payloads = pair.rtp.came.flatMap((datagram, i) => receiver.receive(datagram, i));
  expect(faultsOf(demultiplex(payloads.map(({ payload }) => payload)))).toEqual([]);
  expect(receiver.statistics).toMatchObject({ lost: 0, reordered: 0, discarded: 0 });
  const [first, ...others] = pair.rtp.came.map((datagram) => scanRtp(datagram));
  expect([first?.marker, first?.payloadType]).toEqual([true, 33]);
  expect(others.every(({ marker, ssrc }) => !marker && ssrc === first?.ssrc)).toBe(true);
  const report = pair.reports[0]?.octets ?? new Uint8Array();
  expect(readSenderReport(report)).toMatchObject({ ssrc: first?.ssrc, packets: 1, octets: 1316 });
  const response = await fetch(`${site.origin}/sdp/demo.sdp`);
  const sdp = await response.text();
  expect(response.headers.get("content-type")).toBe("application/sdp");
  expect(sdp).toContain(`m=video ${pair.rtp.port} RTP/AVP 33`);
  expect(readFileSync(join(folder.path, "demo.sdp"), "utf8")).toBe(sdp);
  expect((await fetch(`${site.origin}/sdp/other.sdp`)).status).toBe(404);
  expect([troubles, site.errors]).toEqual([[], []]);
  plain.socket.close();
  pair.close();
});

it("reports go where they are asked to go, and the description says so", async () => {
  await using site = await serving({ partMs: 200 });
  const [packets, reports] = [await bound(), await bound()];
  const target = parseTarget(`demo=rtp://127.0.0.1:${packets.port}?rtcpport=${reports.port}`, ["rtp"]);
  if (target === undefined) throw new Error("no target");
  const casts = await site.studio.cast({ ...NOTHING, targets: [target] }, new TapPoint(), () => undefined);
  await expect.poll(() => reports.came.length, { interval: 10 }).toBe(1);
  expect(readSenderReport(reports.came[0] ?? new Uint8Array())).toBeDefined();
  const url = `rtp://127.0.0.1:${packets.port}?rtcpport=${reports.port}`;
  expect(casts.urls).toEqual([{ name: "rtp", url }]);
  const sdp = await (await fetch(`${site.origin}/sdp/demo.sdp`)).text();
  expect(parseSdp(sdp)).toMatchObject({ port: packets.port, reports: reports.port });
  packets.socket.close();
  reports.socket.close();
});

interface Reports {
  readonly casts: readonly { url: string; receivers?: readonly object[] }[];
}

async function casts(origin: string): Promise<Reports["casts"]> {
  const answer: Reports = JSON.parse(await (await fetch(`${origin}/api/viewers`)).text());
  return answer.casts;
}

it("who hears a channel by RTP and reports it is shown, until he leaves; nobody else's word counts", async () => {
  await using site = await serving({ partMs: 200 });
  const pair = await boundPair();
  const target = { name: "demo", scheme: "rtp", host: "127.0.0.1", port: pair.rtp.port } as const;
  const plain = { ...target, scheme: "udp", host: "239.255.77.9" } as const;
  await site.studio.cast({ ...NOTHING, targets: [target, plain] }, new TapPoint(), () => undefined);
  await expect.poll(() => pair.reports.length, { interval: 20 }).toBeGreaterThan(0);
  const sent = readSenderReport(pair.reports[0]?.octets ?? new Uint8Array());
  const { ssrc = 0, stamp = 0 } = sent ?? {};
  const block = { ssrc, fraction: 64, lost: 3, highest: 9, jitter: 450, lastReport: stamp, delay: 0 };
  const to = pair.reports[0]?.from.port ?? 0;
  const tell = (octets: Uint8Array): void => pair.rtp.socket.send(octets, to, "127.0.0.1");
  tell(Buffer.from("garbage"));
  tell(formatReceiverReport(5, [{ ...block, ssrc: ssrc ^ 1 }], "somebody else's"));
  tell(formatReceiverReport(6, [block], "it".repeat(99)));
  const receivers = async (): Promise<unknown> => (await casts(site.origin))[0]?.receivers;
  await expect.poll(receivers, { interval: 10 }).toMatchObject([
    {
      remote: `127.0.0.1:${pair.rtp.port}`,
      name: "it".repeat(32),
      lost: 3,
      losing: 0.25,
      jitter: 5,
      roundTrip: expect.any(Number),
    },
  ]);
  expect(await casts(site.origin)).toMatchObject([
    { channel: "demo", url: `rtp://127.0.0.1:${pair.rtp.port}`, cast: "unicast" },
    { channel: "demo", url: `udp://239.255.77.9:${pair.rtp.port}`, cast: "multicast" },
  ]);
  expect((await casts(site.origin))[1]).not.toHaveProperty("receivers");
  tell(formatBye(6, "it", [block]));
  await expect.poll(receivers, { interval: 10 }).toEqual([]);
  expect(site.errors).toEqual([]);
  pair.close();
});

it("who has reported nothing for five times five seconds is gone, and so is the oldest of too many", () => {
  const audience = new Audience(7, { receivers: 2 });
  const block = { ssrc: 7, fraction: 0, lost: -2, highest: 9, jitter: 0, lastReport: 0, delay: 0 };
  const from = { host: "::1", port: 5005 };
  for (const [ssrc, at] of [
    [1, 0],
    [2, 10],
    [3, 20],
  ] as const)
    audience.receive(formatReceiverReport(ssrc, [block], `r${ssrc}`), from, at);
  expect(audience.list(25_010)).toMatchObject([
    { name: "r2", remote: "[::1]:5005", lost: 0, roundTrip: undefined },
    { name: "r3" },
  ]);
  expect(audience.list(25_011).map(({ name }) => name)).toEqual(["r3"]);
  expect(audience.list(25_021)).toEqual([]);
});

it("who is in a group tells the group, and is heard there", async () => {
  await using site = await serving({ partMs: 200 });
  const somebody = await heardBySomebody(site, "239.255.77.10");
  await expect
    .poll(async () => (await casts(site.origin))[0]?.receivers, { interval: 10 })
    .toMatchObject([{ name: "it", lost: 3 }]);
  // It had no report of the sender's to name.
  expect((await casts(site.origin))[0]?.receivers?.[0]).not.toHaveProperty("roundTrip");
  expect(site.errors).toEqual([]);
  somebody.close();
});

it.each(["udp", "rtp"] as const)(
  "a channel is fed by %s, from one studio to another",
  async (scheme) => {
    await using here = await serving({ partMs: 200 });
    await using there = await serving({ partMs: 200 });
    const troubles: string[] = [];
    const tell = (why: string): void => void troubles.push(why);
    const source: UdpTarget = { name: "fed", scheme, host: "127.0.0.1", port: 0 };
    const hears = await there.studio.cast({ ...NOTHING, sources: [source] }, new TapPoint(), tell);
    const port = Number(hears.urls[0]?.url.split(":").at(-1));
    const noise = createSocket("udp4");
    for (const octets of ["", "G", "nothing that anybody would watch"]) noise.send(octets, port, "127.0.0.1");
    const targets = [{ ...source, name: "demo", port }];
    await here.studio.cast({ ...NOTHING, targets }, new TapPoint(), tell);
    await expect
      .poll(() => there.studio.desk.list(), { interval: 50 })
      .toMatchObject([
        { name: "fed", going: true, by: `MPEG-TS by ${scheme.toUpperCase()}`, warning: undefined },
      ]);
    // It is there when its first segment is whole.
    const master = async (): Promise<string> => (await fetch(`${there.origin}/live/fed/master.m3u8`)).text();
    await expect.poll(master, { interval: 50 }).toContain("RESOLUTION=640x360");
    noise.close();
    expect([troubles, there.errors, here.errors]).toEqual([[], [], []]);
  },
  60_000,
);

it("what is fed by nobody who knows how is refused, and said", async () => {
  await using site = await serving();
  const troubles: string[] = [];
  const source: UdpTarget = { name: "demo", scheme: "udp", host: "127.0.0.1", port: 0 };
  const casts = await site.studio.cast({ ...NOTHING, sources: [source] }, new TapPoint(), (why) =>
    troubles.push(why),
  );
  const socket = createSocket("udp4");
  socket.send(TS_NULL_PACKET, Number(casts.urls[0]?.url.split(":").at(-1)), "127.0.0.1");
  // Its name is taken by a channel that plays films.
  await expect.poll(() => troubles, { interval: 5 }).toEqual(["The channel demo plays films (--live)."]);
  socket.close();
});
