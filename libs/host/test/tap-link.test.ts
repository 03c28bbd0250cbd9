/** A server's line to its inspector: whoever starts first, whoever is slow, nothing is told wrong. */
import { join } from "node:path";
import { LinkReader, type TapRecord } from "@socketscope/recording";
import { type Flow, listenTcp, type Listener, type Stream, TapPoint } from "@socketscope/socket-core";
import { TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { INSPECTOR_SOCKET, openTapLink, type Ready, type TapLink } from "../src/index.ts";

const flow: Flow = {
  id: 7,
  transport: "tcp",
  local: { host: "127.0.0.1", port: 2525 },
  remote: { host: "127.0.0.1", port: 50_000 },
};

function folder(): string {
  const made = new TemporaryFolder("tap-link");
  onTestFinished(() => made[Symbol.dispose]());
  return made.path;
}

function readyIn(state: string): Ready {
  return { app: "a-server", version: "1", engine: "hand", state, listeners: [{ name: "x", url: "x://h:1" }] };
}

/** Listens as an inspector does. */
async function inspector(state: string): Promise<{
  readonly records: TapRecord[];
  readonly streams: Stream[];
  readonly listener: Listener;
}> {
  const records: TapRecord[] = [];
  const streams: Stream[] = [];
  const listener = await listenTcp(
    { path: join(state, INSPECTOR_SOCKET), host: "", port: 0, protocol: "tap" },
    (stream) => {
      const reader = new LinkReader();
      streams.push(stream);
      stream.attach({
        data(octets) {
          reader.push(octets);
          for (let record = reader.next(); record !== undefined; record = reader.next()) records.push(record);
        },
        ended: () => stream.linger("peer-ended"),
        drain: () => undefined,
        late: () => undefined,
        finish: () => stream.destroy("drained"),
        closed: () => undefined,
      });
    },
  );
  onTestFinished(async () => void (await listener.drain(0)));
  return { records, streams, listener };
}

function link(state: string, tap: TapPoint, budget: number | "off" = "off", wire = false): TapLink {
  const opened = openTapLink({ target: { to: "auto" }, budget, wire, ready: readyIn(state), taps: [tap] });
  onTestFinished(() => opened.close());
  return opened;
}

describe("the tap link", () => {
  it("is there for who waited for its first try, and lets nobody wait where there is no inspector", async () => {
    const state = folder();
    const tap = new TapPoint();
    await link(state, tap).tried;
    expect(tap.listening).toBe(false);
    await inspector(state);
    const second = new TapPoint();
    await link(state, second).tried;
    expect(second.listening).toBe(true);
  });

  it("is waited for also where this program is kept from running meanwhile", async () => {
    const state = folder();
    await inspector(state);
    const tap = new TapPoint();
    const { tried } = link(state, tap);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    await tried;
    expect(tap.listening).toBe(true);
  });

  it("says who it is, and then what the tap is told", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap);
    await expect.poll(() => tap.listening).toBe(true);
    tap.opened(flow);
    tap.speaks(flow, "smtp");
    tap.bytes(flow, "in", Buffer.from("EHLO\r\n"));
    tap.secured(flow, "TLSv1.3", "TLS_X", undefined);
    tap.cleared(flow);
    tap.closed(flow, "peer-ended");
    tap.refused(flow.remote, flow.local, "drop all");
    await expect
      .poll(() => records.map(({ type }) => type))
      .toEqual(["source", "opened", "speaks", "bytes", "secured", "cleared", "closed", "refused"]);
    expect(records[0]).toMatchObject({ app: "a-server", pid: process.pid });
    expect(records[3]).toMatchObject({ flow: 7, direction: "in" });
    expect(records[3]?.type === "bytes" && Buffer.from(records[3].octets).toString()).toBe("EHLO\r\n");
  });

  it("waits for an inspector that starts later, and for one that comes again", async () => {
    const state = folder();
    const tap = new TapPoint();
    link(state, tap);
    expect(tap.listening).toBe(false);
    const first = await inspector(state);
    await expect.poll(() => tap.listening).toBe(true);
    await first.listener.drain(0);
    await expect.poll(() => tap.listening).toBe(false);
    const second = await inspector(state);
    await expect.poll(() => tap.listening).toBe(true);
    // A flow that was open before: its name is told first, and that its beginning is not known.
    tap.bytes(flow, "out", Buffer.from("x"));
    await expect.poll(() => second.records.at(-1)).toMatchObject({ type: "bytes" });
    expect(second.records[1]).toMatchObject({ type: "opened", joined: true, flow: { id: 7 } });
  });

  it("counts what a slow inspector could not be told, and says so in its place", async () => {
    const state = folder();
    const { records, streams } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap);
    await expect.poll(() => tap.listening).toBe(true);
    await expect.poll(() => records.length).toBe(1);
    streams[0]?.pause();
    tap.opened(flow);
    const octets = Buffer.alloc(1024 * 1024, "x");
    for (let i = 0; i < 32; i++) tap.bytes(flow, i % 2 === 0 ? "in" : "out", octets);
    streams[0]?.resume();
    tap.closed(flow, "peer-ended");
    await expect.poll(() => records.at(-1)?.type).toBe("closed");
    const carried = records.reduce(
      (sum, record) => sum + (record.type === "bytes" ? record.octets.length : 0),
      0,
    );
    const missed = records.reduce((sum, record) => sum + (record.type === "gap" ? record.octets : 0), 0);
    expect(carried + missed).toBe(32 * octets.length);
    expect(missed).toBeGreaterThan(0);
    expect(records.findIndex(({ type }) => type === "gap")).toBeLessThan(records.length - 1);
  });

  it("counts what is beyond its budget, also of who then says nothing more, and hears the quiet", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap, 100);
    await expect.poll(() => tap.listening).toBe(true);
    tap.opened(flow);
    const octets = Buffer.from("NOOP\r\n");
    for (let i = 0; i < 5000; i++) tap.bytes(flow, i % 2 === 0 ? "in" : "out", octets);
    const quiet: Flow = { ...flow, id: 8 };
    tap.opened(quiet);
    tap.bytes(quiet, "in", Buffer.from("QUIT\r\n"));
    const sum = (type: "bytes" | "gap"): number =>
      records.reduce((all, record) => {
        if (record.type !== type || record.flow !== flow.id) return all;
        return all + (record.type === "bytes" ? record.octets.length : record.octets);
      }, 0);
    await expect.poll(() => sum("bytes") + sum("gap")).toBe(5000 * octets.length);
    expect(sum("bytes")).toBeLessThan(1000 * octets.length);
    expect(records.filter((record) => record.type === "bytes" && record.flow === 8)).toHaveLength(1);
    // At a human pace all is carried again, behind what was counted.
    tap.bytes(quiet, "out", Buffer.from("221\r\n"));
    await expect.poll(() => records.at(-1)).toMatchObject({ type: "bytes", flow: 8, direction: "out" });
  });

  it("spends on what is in a connection, where that is told, and not on the connection as well", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap, 2000);
    await expect.poll(() => tap.listening).toBe(true);
    const within: Flow = { ...flow, id: flow.id + 1, parent: flow.id };
    const data: Flow = { ...within, id: flow.id + 2, remote: { ...flow.remote, port: 9 } };
    for (const one of [flow, data, within]) tap.opened(one);
    const octets = Buffer.alloc(256 * 1024);
    for (let n = 0; n < 40; n++) for (const one of [flow, within]) tap.bytes(one, "in", octets);
    tap.closed(flow, "peer-ended");
    await expect.poll(() => records.at(-1)?.type).toBe("closed");
    const carried = ({ id }: Flow): number =>
      records.reduce(
        (sum, record) => sum + (record.type === "bytes" && record.flow === id ? record.octets.length : 0),
        0,
      );
    expect(carried(flow)).toBeGreaterThan(0);
    expect(carried(within)).toBeGreaterThan(carried(flow));
  });

  it("counts connections that are too many to be named, and names one that stays", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap, 100);
    await expect.poll(() => tap.listening).toBe(true);
    for (let id = 100; id < 3100; id++) {
      const one: Flow = { ...flow, id };
      tap.opened(one);
      tap.speaks(one, "smtp");
      tap.bytes(one, "in", Buffer.from("QUIT\r\n"));
      if (id < 3099) tap.closed(one, "peer-ended");
    }
    const named = (): number => records.filter(({ type }) => type === "opened").length;
    const unseen = (): number =>
      records.reduce((all, record) => all + (record.type === "unseen" ? record.flows : 0), 0);
    await expect.poll(() => named() + unseen()).toBe(3000);
    expect(unseen()).toBeGreaterThan(2000);
    const late = records.findIndex((record) => record.type === "opened" && record.flow.id === 3099);
    expect(records.slice(late)).toMatchObject([
      { type: "opened", joined: true },
      { type: "speaks", protocol: "smtp" },
      { type: "gap", octets: 6 },
      { type: "unseen" },
    ]);
  });

  const key = `CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}`;
  /** A connection that goes on under TLS, on both layers. */
  function underTls(tap: TapPoint, id: number, octets: Uint8Array): void {
    const one: Flow = { ...flow, id };
    tap.opened(one);
    tap.wire?.opened(one);
    tap.wire?.bytes(one, "in", Buffer.from("STARTTLS\r\n"));
    tap.wire?.speaks(one, "tls");
    tap.wire?.bytes(one, "in", octets);
    tap.wire?.keys(one, key);
    tap.wire?.bytes(one, "out", octets);
    tap.wire?.closed(one, "peer-ended");
    tap.closed(one, "peer-ended");
  }

  it("tells nothing of the layer below TLS, and no key, where nobody asked for it", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap);
    await expect.poll(() => tap.listening).toBe(true);
    expect(tap.wire).toBe(undefined);
    underTls(tap, 7, Buffer.from("records"));
    await expect.poll(() => records.map(({ type }) => type)).toEqual(["source", "opened", "closed"]);
  });

  it("tells of the layer below TLS from the handshake on and of its keys, where it was asked to", async () => {
    const state = folder();
    const { records, listener } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap, "off", true);
    await expect.poll(() => tap.wire !== undefined).toBe(true);
    underTls(tap, 7, Buffer.from("records"));
    await expect
      .poll(() => records.slice(1))
      .toMatchObject([
        { type: "opened" },
        { type: "wire", flow: 7, direction: "in" },
        { type: "keys", flow: 7, line: key },
        { type: "wire", flow: 7, direction: "out" },
        { type: "closed" },
      ]);
    expect(records[2]?.type === "wire" && Buffer.from(records[2].octets).toString()).toBe("records");
    await listener.drain(0);
    await expect.poll(() => tap.wire).toBe(undefined);
  });

  it("tells that it goes no further where the layer below TLS is more than its budget", async () => {
    const state = folder();
    const { records } = await inspector(state);
    const tap = new TapPoint();
    link(state, tap, 10, true);
    await expect.poll(() => tap.wire !== undefined).toBe(true);
    underTls(tap, 7, Buffer.alloc(10 * 16 * 1024 + 1));
    await expect
      .poll(() => records.slice(1).map(({ type }) => type))
      .toEqual(["opened", "wire", "keys", "wire-lost", "closed"]);
  });

  it("is not tried at all when it is switched off", () => {
    const tap = new TapPoint();
    openTapLink({ target: { to: "off" }, ready: readyIn(folder()), taps: [tap] }).close();
    expect(tap.listening).toBe(false);
  });
});
