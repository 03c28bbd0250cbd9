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

/**
 * Seven of those ports are known to tshark 4.0 as another protocol's, EtherNet/IP's 44818 for one: a TLS of ours that
 * is given such a port is read as that, one run in some two hundred.
 */
async function takenFor(): Promise<readonly string[]> {
  const { text } = await run("tshark", ["-G", "decodes"]);
  const known = text.split("\n").map((line) => line.split("\t"));
  return [
    ...new Set(
      known.flatMap(([table, port, protocol = ""]) =>
        table === "tcp.port" && Number(port) >= FIRST_FREE ? [protocol] : [],
      ),
    ),
  ];
}
