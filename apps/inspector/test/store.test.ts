/** What the store makes of records: sockets, messages, bounds. */
import type { FlowRecord } from "@socketscope/recording";
import { describe, expect, it } from "vitest";
import { maskOctets, maskText, maskUnread } from "../src/secrets.ts";
import { recordedOf } from "../src/exchange/recorded.ts";
import { Store } from "../src/store/store.ts";
import { opens, says, speaks, storeWith, WEB_SERVER } from "./support/stores.ts";

let at = 1000;
function talk(
  flow: number,
  protocol: string,
  turns: readonly (readonly ["in" | "out", string])[],
  port = 2525,
): FlowRecord[] {
  return [
    opens(flow, port, at++),
    speaks(flow, protocol, at++),
    ...turns.map(([direction, text]) => says(flow, direction, text, at++)),
    { type: "closed", at: at++, flow, reason: "peer-ended" },
  ];
}

const letter = talk(1, "smtp", [
  ["out", "220 mail.test ESMTP\r\n"],
  ["in", "EHLO me\r\n"],
  ["out", "250 mail.test\r\n"],
  ["in", "RCPT TO:<nobody@x.test>\r\n"],
  ["out", "550 5.1.1 No such user\r\n"],
]);

describe("the store", () => {
  it("says that TLS was not agreed where it had to come first, and nowhere else", () => {
    const listeners = [
      { name: "https", url: "https://127.0.0.1:8443" },
      { name: "http", url: "http://127.0.0.1:8080" },
    ];
    const { store, take } = storeWith({}, { app: "web-server", listeners });
    const closed = (flow: number): FlowRecord => ({ type: "closed", at: 9, flow, reason: "io" });
    take(opens(1, 8443), closed(1), opens(2, 8080), closed(2));
    const secured: FlowRecord = { type: "secured", at: 5, flow: 3, protocol: "TLSv1.3", cipher: "x" };
    take(opens(3, 8443), secured, closed(3), { ...opens(4, 8443), joined: true } as FlowRecord, closed(4));
    const told = [...store.sockets.values()].map(({ kept, view }) => [
      kept.some(({ view: row }) => row.said === "TLS was not agreed" && row.fault),
      view.faults,
    ]);
    expect(told).toEqual([
      [true, 1],
      [false, 0],
      [false, 0],
      [false, 0],
    ]);
  });

  it("makes messages of octets, and links answers to what they answer", () => {
    const { store, source } = storeWith();
    for (const record of letter) store.take(source, record);
    const views = store.sockets.get(1)?.kept.map(({ view }) => view) ?? [];
    expect(views.map(({ who, said }) => `${who}: ${said}`)).toEqual([
      "both: Connected",
      "server: 220 mail.test ESMTP",
      "client: EHLO me",
      "server: 250 mail.test",
      "client: RCPT TO:<nobody@x.test>",
      "server: 550 5.1.1 No such user",
      "both: Closed: peer-ended",
    ]);
    expect(views[5]).toMatchObject({ answers: 4, code: 550, fault: true });
    expect(store.sockets.get(1)?.view).toMatchObject({
      protocol: "smtp",
      messages: 7,
      faults: 1,
      reason: "peer-ended",
      octets: { in: 34, out: 60 },
    });
  });

  it("takes a socket that is no listener's for one our program opened: there the server's words come in", () => {
    const { store, source } = storeWith();
    for (const record of talk(
      2,
      "smtp",
      [
        ["in", "220 hop ESMTP\r\n"],
        ["out", "QUIT\r\n"],
      ],
      51_000,
    ))
      store.take(source, record);
    expect(store.sockets.get(1)?.kept.map(({ view }) => view.who)).toEqual([
      "both",
      "server",
      "client",
      "both",
    ]);
  });

  it("says nothing of a protocol that it does not read", () => {
    const { store, source } = storeWith();
    for (const record of talk(3, "gopher", [["in", "0/\r\n"]])) store.take(source, record);
    const [, message] = store.sockets.get(1)?.kept ?? [];
    expect(message?.view).toMatchObject({ said: "4 octets", protocol: "gopher" });
    expect(message?.view.means).toContain("Not known");
  });

  it("reads SFTP inside the channel of SSH, and a status by its code", () => {
    const { store, source } = storeWith();
    const init = "\0\0\0\x05\x01\0\0\0\x03";
    const stat = "\0\0\0\x0b\x11\0\0\0\x07\0\0\0\x02/x";
    const status = "\0\0\0\x15\x65\0\0\0\x07\0\0\0\x02\0\0\0\x04gone\0\0\0\0";
    for (const record of talk(6, "sftp", [
      ["in", init],
      ["out", "\0\0\0\x05\x02\0\0\0\x03"],
      ["in", stat],
      ["out", status],
    ]))
      store.take(source, record);
    const views = store.sockets.get(1)?.kept.map(({ view }) => view) ?? [];
    expect(views.map(({ kind }) => kind)).toEqual([
      "event",
      "opening",
      "opening",
      "request",
      "answer",
      "event",
    ]);
    expect(views[4]).toMatchObject({ code: 2, fault: true, answers: 3 });
    expect(views.filter(({ means }) => means.includes("ot known"))).toEqual([]);
  });

  it("keeps the octets it may keep, and says of the others that they are gone", () => {
    const { store, source } = storeWith({ maxOctets: 40 });
    for (const record of letter) store.take(source, record);
    expect(store.held.octets).toBeLessThanOrEqual(40);
    expect(store.held.octets + store.held.forgotten).toBe(94);
    const kept = store.sockets.get(1)?.octets.out;
    expect(kept?.read(0, 10).octets).toHaveLength(0);
    expect(Buffer.from(kept?.read(36, 60).octets ?? []).toString()).toBe("550 5.1.1 No such user\r\n");
  });

  it("lets the oldest ended sockets go when there are too many, and tells", () => {
    const { store, source } = storeWith({ maxSockets: 10 });
    const gone: number[] = [];
    store.watch((change) => change.type === "forgotten" && gone.push(...change.sockets));
    for (let flow = 1; flow <= 25; flow++)
      for (const record of talk(flow, "smtp", [["out", "220 x\r\n"]])) store.take(source, record);
    expect(store.sockets.size).toBeLessThanOrEqual(10);
    expect(gone.slice(0, 3)).toEqual([1, 2, 3]);
    expect(store.held.messages).toBe(
      [...store.sockets.values()].reduce((sum, { kept }) => sum + kept.length, 0),
    );
  });

  it("reads on after octets that were not carried", () => {
    const { store, source } = storeWith();
    const records = talk(4, "http", [["in", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]], 8025);
    records.splice(3, 0, { type: "gap", at, flow: 4, direction: "out", octets: 5000 });
    for (const record of records) store.take(source, record);
    expect(store.sockets.get(1)?.view).toMatchObject({ missed: 5000, octets: { out: 5000 } });
  });

  it.each([
    ["within a message", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"],
    ["between two", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["at the end, and no message behind it", ""],
  ])("records what was not carried once, in its place: %s", (_, head) => {
    const { store, source } = storeWith();
    const answer = head === "" ? [] : [["out", head] as const];
    const behind = head === "" ? [] : [["out", "HTTP/1.1 204 No Content\r\n\r\n"] as const];
    const records = talk(
      4,
      "http",
      [["in", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"], ...answer, ...behind],
      8025,
    );
    records.splice(3 + answer.length, 0, { type: "gap", at, flow: 4, direction: "out", octets: 5000 });
    for (const record of records) store.take(source, record);
    const again = new Store();
    for (const { record } of recordedOf(store, true))
      if (record.type === "source") again.addSource(record);
      else again.take(0, record);
    const rows = (of: Store): unknown =>
      of.sockets.get(1)?.kept.map(({ view }) => [view.said, view.from, view.to]);
    expect(rows(again)).toEqual(rows(store));
    expect(again.sockets.get(1)?.view).toMatchObject({ missed: 5000 });
  });

  it("shows what was not carried: in its place in the talk, and in all at its program", () => {
    const { store, source } = storeWith();
    const records = talk(4, "http", [["in", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]], 8025);
    records.splice(3, 0, { type: "gap", at, flow: 4, direction: "out", octets: 5000 });
    const told: string[] = [];
    store.watch((change) => told.push(change.type));
    for (const record of records) store.take(source, record);
    store.take(source, { type: "unseen", at, flows: 7, octets: 100 });
    const rows = store.sockets.get(1)?.kept.map(({ view }) => view) ?? [];
    expect(rows.find(({ derived }) => derived === "a count")).toMatchObject({
      said: "5000 octets of the server are missing",
      kind: "event",
      who: "both",
    });
    expect(store.sources).toMatchObject([{ missed: { octets: 5100, flows: 7 } }]);
    expect(told.filter((type) => type === "counted")).toHaveLength(2);
  });
});

describe("secrets", () => {
  it.each([
    ["GET /ingest/x?key=abc123&n=1 HTTP/1.1", "GET /ingest/x?key=******&n=1 HTTP/1.1"],
    ["GET http://u:pass@h/ HTTP/1.1", "GET http://u:****@h/ HTTP/1.1"],
    ["RCPT TO:<key=a@x.test>", "RCPT TO:<key=a@x.test>"],
  ])("masks %s at its length", (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it("masks the credentials in a head and leaves the rest as it is", () => {
    const head =
      "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic Zm9v\r\nCookie:a=b\r\nReferer: http://h/?key=abc\r\n\r\n";
    const { store, source } = storeWith();
    for (const record of talk(5, "http", [["in", head]], 8025)) store.take(source, record);
    const message = store.sockets.get(1)?.kept[1]?.message;
    const masked = message && Buffer.from(maskOctets(message, 0, Buffer.from(head))).toString();
    expect(masked).toBe(
      "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: **********\r\nCookie:***\r\nReferer: http://h/?key=***\r\n\r\n",
    );
  });

  it("is not shown while its line is not whole yet", () => {
    const { store, source } = storeWith();
    const said = "USER ann\r\nPASS secr";
    const records = talk(6, "ftp", [
      ["out", "220 here\r\n"],
      ["in", said],
      ["out", "331 password\r\n"],
    ]);
    for (const record of records.slice(0, -1)) store.take(source, record);
    const kept = store.sockets.get(1)?.kept ?? [];
    const shown = (from: number): string =>
      Buffer.from(maskUnread(kept, "in", from, Buffer.from(said).subarray(from))).toString();
    expect([shown(0), shown(5), shown(12)]).toEqual(["USER ann\r\n*********", "ann\r\n*********", "*******"]);
  });

  it("is not shown by asking for octets from the middle of it, or up to its middle", () => {
    const head =
      "GET http://ann:pass@h/?key=abc HTTP/1.1\r\nAuthorization: Basic c2VjcmV0:x\r\nCookie: a=b:c\r\n\r\n";
    const { store, take } = storeWith({}, WEB_SERVER);
    take(...talk(1, "http", [["in", head]], 8080));
    const message = store.sockets.get(1)?.kept.find(({ view }) => view.kind === "request")?.message;
    if (message === undefined) throw new Error("no request");
    const hidden = ["pass", "abc", "Basic c2VjcmV0:x", "a=b:c"].flatMap((secret) => {
      const at = head.indexOf(secret);
      return Array.from(secret, (_, index) => at + index);
    });
    const seen = new Set<string>();
    for (let from = 0; from < head.length; from++)
      for (let to = from + 1; to <= head.length; to++) {
        const shown = maskOctets(message, from, Buffer.from(head.slice(from, to)));
        for (const at of hidden)
          if (at >= from && at < to && shown[at - from] !== 0x2a) seen.add(`${at} of [${from}, ${to})`);
      }
    expect([...seen]).toEqual([]);
  });
});
