/** The client hears datagrams: from a sender that loses what the test says, and from ffmpeg. */
import { createSocket, type Socket } from "node:dgram";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import {
  formatSdp,
  readByes,
  readReportBlocks,
  RtpSender,
  TS_NULL_PACKET,
  TS_PACKET,
} from "@socketscope/media";
import { realClient, run, TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asked, begun } from "./asked.ts";
import { pictures, SAMPLE, told } from "./films.ts";

/** Octets of a datagram: seven packets. */
const PAYLOAD = 7 * TS_PACKET;

function localOrigin(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/`;
}

const SILENCE = ["--silence", "0.5"];

realClient("ffmpeg", "ffprobe").describe("a film in datagrams", () => {
  const folder = new TemporaryFolder();
  const file = (name: string): string => join(folder.path, name);
  let socket: Socket;
  let film: Buffer;

  beforeAll(async () => {
    await run("ffmpeg", ["-v", "error", "-i", SAMPLE, "-c", "copy", "-f", "mpegts", file("film.ts")]);
    film = readFileSync(file("film.ts"));
    socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  });
  afterAll(() => {
    socket.close();
    folder[Symbol.dispose]();
  });

  /** The film's datagrams, some left out. */
  function payloads(): Buffer[] {
    return Array.from({ length: Math.ceil(film.length / PAYLOAD) }, (_, i) =>
      film.subarray(i * PAYLOAD, (i + 1) * PAYLOAD),
    );
  }

  /** Whose counters go on: those of the service's name (PID 17) are not looked at. */
  function pidsIn(payload: Buffer): Set<number> {
    const pids = new Set<number>();
    for (let at = 0; at < payload.length; at += TS_PACKET) pids.add(payload.readUInt16BE(at + 1) & 0x1fff);
    pids.delete(17);
    return pids;
  }

  /** Sent one after the other, each when the system has taken the one before. */
  async function send(datagrams: readonly Uint8Array[], url: string, port?: number): Promise<void> {
    const to = new URL(url);
    for (const datagram of datagrams)
      await new Promise((resolve) => socket.send(datagram, port ?? Number(to.port), to.hostname, resolve));
  }

  function inRtp(): { packets: Buffer[]; bye: Uint8Array } {
    const sender = new RtpSender({ ssrc: 7, sequence: 0xfff0, timestamp: 0, cname: "test" });
    const packets = payloads().map((payload, i) => Buffer.concat(sender.packet(payload, i / 100, i === 0)));
    return { packets, bye: sender.bye() };
  }

  it("by UDP: octet for octet, its times known, over when nothing more comes", async () => {
    const out = file("plain.ts");
    const client = begun("--json", "-o", out, ...SILENCE, "udp://127.0.0.1:0");
    await send(payloads(), await client.listening);
    const { code, output } = await client.ended;
    expect(code).toBe(0);
    expect(readFileSync(out).equals(film)).toBe(true);
    expect(told(output).at(-1)).toMatchObject({ continuity: 0, damage: 0, foreign: 0, dropped: 0 });
    expect(told(output).at(-1)).not.toHaveProperty("lost");
    expect(told(output).at(-1)?.buffer).toBeGreaterThan(20);
  });

  it("by UDP, two datagrams lost: the gaps are counted, and told in the last line", async () => {
    const client = begun(...SILENCE, "udp://127.0.0.1:0");
    const lost = (i: number): boolean => i === 20 || i === 40;
    const kept = payloads().filter((_payload, i) => !lost(i));
    const gaps = payloads().flatMap((payload, i) => (lost(i) ? [...pidsIn(payload)] : [])).length;
    expect(gaps).toBeGreaterThan(1);
    await send(kept, await client.listening);
    const { code, errors } = await client.ended;
    expect(code).toBe(0);
    expect(errors).toMatch(new RegExp(` ${gaps} gaps in the stream\\n$`));
  });

  it("by RTP: in order again, what is lost, late and twice is counted; over with the farewell", async () => {
    const out = file("rtp.ts");
    const client = begun("--json", "-o", out, "rtp://127.0.0.1:0");
    const url = await client.listening;
    const { packets, bye } = inRtp();
    const [one, other] = [packets.slice(10, 11), packets.slice(11, 12)];
    const sent = [...packets.slice(0, 10), ...other, ...one, ...one, ...packets.slice(12)];
    await send(sent, url);
    await send([bye], url, Number(new URL(url).port) + 1);
    const { code, output } = await client.ended;
    expect(code).toBe(0);
    const last = told(output).at(-1);
    expect(last).toMatchObject({ lost: 0, reordered: 1, discarded: 1, continuity: 0, foreign: 0 });
    expect(last?.jitter).toBeGreaterThan(0);
    expect(readFileSync(out).equals(film)).toBe(true);
  });

  it("by RTP, one packet of fifty lost: as many are counted, and the rest is written", async () => {
    const out = file("lossy.ts");
    const client = begun("--json", "-o", out, ...SILENCE, "rtp://127.0.0.1:0");
    const url = await client.listening;
    const { packets } = inRtp();
    const lost = (i: number): boolean => i % 50 === 25;
    await send(
      packets.filter((_packet, i) => !lost(i)),
      url,
    );
    const { output } = await client.ended;
    const count = packets.filter((_packet, i) => lost(i) && i < packets.length - 1).length;
    expect(count).toBeGreaterThan(1);
    expect(told(output).at(-1)).toMatchObject({ lost: count, reordered: 0 });
    const kept = payloads().filter((_payload, i) => !lost(i));
    expect(readFileSync(out).equals(Buffer.concat(kept))).toBe(true);
  });

  it.each([[], ["--no-reports"]])(
    "by RTP: the sender is told what is lost, unless %j",
    async (...options) => {
      const sender = new RtpSender({ ssrc: 7, sequence: 0xfff0, timestamp: 0, cname: "test" });
      const packets = payloads().map((payload, i) => Buffer.concat(sender.packet(payload, i / 100, i === 0)));
      const out = file("told.ts");
      const client = begun("-o", out, ...options, "rtp://127.0.0.1:0");
      const url = await client.listening;
      const heard: Buffer[] = [];
      const listen = (octets: Buffer): void => void heard.push(octets);
      socket.on("message", listen);
      await send([sender.report(Date.now(), 0)], url, Number(new URL(url).port) + 1);
      // Two of them, and enough behind them that they are no longer waited for.
      const sent = packets.slice(0, 150).filter((_packet, i) => i !== 20 && i !== 40);
      await send(sent, url);
      await expect.poll(() => statSync(out).size, { interval: 10 }).toBe(148 * PAYLOAD);
      client.interrupt();
      expect((await client.ended).code).toBe(0);
      if (options.length === 0) await expect.poll(() => heard.length, { interval: 5 }).toBe(1);
      socket.off("message", listen);
      expect(heard.flatMap((octets) => readReportBlocks(octets))).toMatchObject(
        options.length > 0 ? [] : [{ ssrc: 7, lost: 2, fraction: 3, highest: 0xfff0 + 149 }],
      );
      expect(heard.flatMap((octets) => readByes(octets))).toHaveLength(heard.length);
    },
  );

  it.each(["a file", "an address"])("described by %s", async (kind) => {
    const group = `239.255.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const port = 5004;
    const reports = 6000;
    const session = { name: "film", from: "127.0.0.1", to: group, port, reports, ttl: 1, id: 1 };
    const text = `${formatSdp(session)}m=audio 4000 RTP/AVP 0\r\n`;
    writeFileSync(file("film.sdp"), text);
    const http = createServer((_request, response) => response.end(text)).listen(0, "127.0.0.1");
    await once(http, "listening");
    const origin = localOrigin(http);
    const client = begun("-o", "-", "--silence", "60", kind === "a file" ? file("film.sdp") : origin);
    expect(await client.listening).toBe(`rtp://${group}:${port}`);
    socket.setMulticastInterface("127.0.0.1");
    const { packets, bye } = inRtp();
    await send(packets.slice(0, 30), `rtp://${group}:${port}`);
    // Over when the farewell comes to where the description says.
    await send([bye], `rtp://${group}:${reports}`);
    const { code, output, errors } = await client.ended;
    http.close();
    expect([code, output.equals(film.subarray(0, 30 * PAYLOAD))]).toEqual([0, true]);
    expect(errors).toContain("the description also has: audio 4000 RTP/AVP 0\n");
  });

  it("to a group, into a pipe, by several viewers", async () => {
    const clients = begun("--viewers", "2", "--json", ...SILENCE, "udp://@239.255.77.1:0");
    const one = begun("-o", "-", ...SILENCE, "udp://127.0.0.1@239.255.77.1:0?localaddr=127.0.0.1");
    socket.setMulticastInterface("127.0.0.1");
    await send(payloads().slice(0, 30), await one.listening);
    const { output } = await one.ended;
    expect(output.equals(film.subarray(0, 30 * PAYLOAD))).toBe(true);
    // Nobody has sent to the others' ports.
    const silent = await clients.ended;
    expect([silent.code, silent.errors.match(/no stream came for 0.5 s/g)?.length]).toEqual([1, 2]);
  });

  /** Faster than it is played, but not all at once: what a system keeps for a receiver is bounded. */
  const FAST = ["-v", "error", "-readrate", "20", "-i", SAMPLE, "-map", "0", "-c", "copy"];

  it("ffmpeg sends it by UDP: octet for octet", async () => {
    const [out, copy] = [file("heard.ts"), file("sent.ts")];
    const client = begun("--json", "-o", out, "udp://127.0.0.1:0");
    const url = `${await client.listening}?pkt_size=1316`;
    await run("ffmpeg", [...FAST, "-f", "tee", `[f=mpegts]${copy}|[f=mpegts]${url}`]);
    await expect.poll(() => statSync(out).size, { interval: 20 }).toBe(statSync(copy).size);
    client.interrupt();
    const { code, output } = await client.ended;
    expect(code).toBe(0);
    expect(told(output).at(-1)).toMatchObject({ continuity: 0, damage: 0, foreign: 0, dropped: 0 });
    expect(readFileSync(out).equals(readFileSync(copy))).toBe(true);
  });

  it("ffmpeg sends it by RTP: every picture, nothing lost, until it says farewell", async () => {
    const out = file("heard-rtp.ts");
    const client = begun("--json", "-o", out, "rtp://127.0.0.1:0");
    const farewell = ["-f", "rtp_mpegts", "-rtp_muxer_options", "rtpflags=+send_bye"];
    await run("ffmpeg", [...FAST, ...farewell, await client.listening]);
    const { code, output } = await client.ended;
    expect(code).toBe(0);
    const whole = { lost: 0, reordered: 0, discarded: 0, continuity: 0, damage: 0, foreign: 0, dropped: 0 };
    expect(told(output).at(-1)).toMatchObject(whole);
    expect(await pictures(out)).toBe(await pictures(SAMPLE));
  });
});

describe("a client of datagrams", () => {
  it("ends with 1 when nothing comes, also when it is sent away", async () => {
    const quiet = await asked("--silence", "0.2", "rtp://127.0.0.1:0");
    expect([quiet.code, quiet.errors]).toEqual([1, expect.stringContaining("no stream came for 0.2 s")]);
    const away = begun("udp://127.0.0.1:0");
    await away.listening;
    away.interrupt();
    expect((await away.ended).errors).toMatch(/udp:\/\/127\.0\.0\.1:\d+: no stream came\n/);
  });

  it("ends when what comes cannot be written", async () => {
    const client = begun("-o", "/dev/full", "udp://127.0.0.1:0");
    const { port } = new URL(await client.listening);
    const socket = createSocket("udp4");
    for (let i = 0; i < 100; i++) socket.send(TS_NULL_PACKET, Number(port), "127.0.0.1");
    const { code, errors } = await client.ended;
    socket.close();
    expect([code, errors]).toEqual([1, expect.stringContaining("cannot write /dev/full")]);
  });

  it("says which address cannot be had", async () => {
    const { code, errors } = await asked("udp://239.255.77.1:0?localaddr=192.0.2.1");
    expect([code, errors]).toEqual([1, expect.stringContaining("192.0.2.1")]);
  });

  it.each([
    ["udp://localhost:5004", "literal"],
    ["udp://239.255.0.1", "literal"],
    ["udp://me@239.255.0.1:5004", "literal"],
    ["rtp://239.255.0.1:65535", "65535"],
    ["rtsp://127.0.0.1:554/", "udp://"],
  ])("refuses %s", async (url, why) => {
    await expect(asked(url)).rejects.toThrow(why);
  });

  it("says why a description is of no use", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "film.sdp");
    const missing = await asked(path);
    expect([missing.code, missing.errors]).toEqual([
      1,
      expect.stringMatching(/cannot read file:.*film\.sdp: .*ENOENT/),
    ]);
    writeFileSync(path, "v=0\r\nm=video 5004 RTP/AVP 96\r\n");
    expect((await asked(path)).errors).toContain("no MPEG-TS over RTP");
    writeFileSync(path, "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 33\r\n");
    expect((await asked("--viewers", "2", path)).errors).toContain("heard by one");
  });

  it("refuses what cannot be: several viewers of one address", async () => {
    await expect(asked("--viewers", "2", "udp://127.0.0.1:5004")).rejects.toThrow("heard by one");
  });
});
