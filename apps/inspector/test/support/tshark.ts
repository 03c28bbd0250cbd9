/** Wireshark for a terminal, as a reader of captures whose ports nobody has chosen. */
import { run } from "@socketscope/testkit";
import { expect } from "vitest";

/** Where Linux takes the ports from that nobody asks for by number. */
const FIRST_FREE = 32_768;

let strange: Promise<readonly string[]> | undefined;

/** What it says of the capture. No error, and no warning. */
export async function tshark(path: string, ...words: readonly string[]): Promise<string> {
  strange ??= takenFor();
  const not = (await strange).flatMap((protocol) => ["--disable-protocol", protocol]);
  const { code, stdout, stderr } = await run("tshark", ["-r", path, ...not, ...words]);
  expect([code, stderr.replace(/^Running as user.*\n/, "")]).toEqual([0, ""]);
  return Buffer.from(stdout).toString();
}

/** What is spoken in our captures, and known by its first octets. */
const OURS = new Set(["tls", "http", "websocket", "rtmpt"]);

/**
 * Seven of those ports are known to tshark 4.0 as another protocol's, EtherNet/IP's 44818 for one: a TLS of ours that
 * is given such a port is read as that, one run in some two hundred. Of a port that it does not know it asks some eighty
 * protocols whether the first octets are theirs; a ClientHello's are random, and there are some that take a few for enough.
 */
async function takenFor(): Promise<readonly string[]> {
  const tables = await Promise.all(
    ["decodes", "heuristic-decodes"].map((what) => run("tshark", ["-G", what])),
  );
  const [ports = [], heuristics = []] = tables.map(({ text }) =>
    text.split("\n").map((line) => line.split("\t")),
  );
  const byPort = ports.flatMap(([table, port, protocol = ""]) =>
    table === "tcp.port" && Number(port) >= FIRST_FREE ? [protocol] : [],
  );
  const byOctets = heuristics.flatMap(([table, protocol = ""]) => (table === "tcp" ? [protocol] : []));
  return [...new Set([...byPort, ...byOctets])].filter((protocol) => !OURS.has(protocol));
}
