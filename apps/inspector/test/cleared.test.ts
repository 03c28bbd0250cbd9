/** TLS that ended before its connection did (FTP's CCC): what follows is shown as what it is, and stays so in files. */
import { formatRecorded, recordingHead, type FlowRecord } from "@socketscope/recording";
import { describe, expect, it } from "vitest";
import { loadOctets } from "../src/exchange/load.ts";
import { captureOf } from "../src/exchange/pcapng.ts";
import { recordedOf } from "../src/exchange/recorded.ts";
import { Store } from "../src/store/store.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

const records = [
  opens(1, 2121),
  speaks(1, "ftp"),
  says(1, "out", "220 a\r\n"),
  says(1, "in", "AUTH TLS\r\n"),
  says(1, "out", "234 go\r\n"),
  { type: "secured", at: 3, flow: 1, protocol: "TLSv1.3", cipher: "x" },
  says(1, "in", "CCC\r\n", 4),
  says(1, "out", "200 in clear\r\n", 5),
  { type: "cleared", at: 6, flow: 1 },
  says(1, "in", "PASV\r\n", 7),
  says(1, "out", "227 Entering Passive Mode (127,0,0,1,243,123)\r\n", 8),
] satisfies readonly FlowRecord[];

const wanted = [
  "220 a",
  "AUTH TLS",
  "234 go",
  "TLS 1.3 · x",
  "CCC",
  "200 in clear",
  "TLS ended, the connection goes on",
  "PASV",
  "227 Entering Passive Mode (127,0,0,1,243,123)",
];

function saidIn(store: Store): readonly string[] {
  const [socket] = store.sockets.values();
  return (
    socket?.kept.map(({ view }) => view.said).filter((said) => !/^Connected|^open before/.test(said)) ?? []
  );
}

function told(): Store {
  const { store, take } = storeWith(
    {},
    { app: "file-transfer", listeners: [{ name: "ftp", url: "ftp://127.0.0.1:2121" }] },
  );
  take(...records);
  return store;
}

describe("a connection that left TLS", () => {
  it("is told as one, where it happened", () => {
    const store = told();
    expect(saidIn(store)).toEqual(wanted);
    expect([...store.sockets.values()].map(({ view }) => [view.cleared, view.faults])).toEqual([[true, 0]]);
  });

  it.each([false, true])(
    "is so in a capture, which is read again with the same words; with keys: %s",
    async (tlsKeys) => {
      const capture = Buffer.concat([
        ...captureOf(told(), { tlsKeys, showSecrets: true, ports: "well-known" }),
      ]);
      expect(capture.toString("latin1")).toContain("The same connection goes on in clear");
      const again = new Store();
      await loadOctets(again, oneBy(capture));
      expect(saidIn(again)).toEqual(wanted);
    },
  );

  it("is so in a recording", async () => {
    const lines = [...recordedOf(told(), true)].map((one) => formatRecorded(one));
    const again = new Store();
    await loadOctets(again, oneBy(Buffer.from([recordingHead(0), ...lines].join(""))));
    expect(saidIn(again)).toEqual(wanted);
  });
});

async function* oneBy(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
