/** A capture with the keys of its TLS: wherever the file is cut or changed, it is told, and nothing falls over. */
import { RemoteError } from "@socketscope/wire";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { secretsBlock } from "../src/capture/pcapng-blocks.ts";
import { FileImport, PcapngWriter, type Recorded } from "../src/index.ts";
import { KeyLog } from "../src/tls/key-log.ts";
import { crypto } from "./support/tls-crypto.ts";
import { ANSWERED, ASKED, talk, type TlsTalk } from "./support/tls-talk.ts";

const flow = {
  id: 1,
  transport: "tcp",
  local: { host: "127.0.0.1", port: 9443 },
  remote: { host: "127.0.0.1", port: 51_724 },
} as const;

interface Read {
  readonly records: readonly Recorded["record"][];
  readonly warnings: readonly string[];
}

/** Cut at these places. */
function read(octets: Uint8Array, cuts: readonly number[] = []): Read {
  const file = new FileImport({ tls: crypto });
  const recorded: Recorded[] = [];
  let from = 0;
  for (const to of [...cuts, octets.length]) {
    recorded.push(...file.push(Uint8Array.from(octets.subarray(from, to))));
    from = to;
  }
  const { records, warnings } = file.end();
  return { records: [...recorded, ...records].map(({ record }) => record), warnings };
}

function said({ records }: Read, direction: "in" | "out"): string {
  return records
    .map((one) => (one.type === "bytes" && one.direction === direction ? one.octets : new Uint8Array(0)))
    .map((octets) => Buffer.from(octets).toString("latin1"))
    .join("");
}

describe("a capture with the keys of its TLS", () => {
  let spoken: TlsTalk;
  let whole: Uint8Array;

  function captured(keys: readonly Uint8Array[], under: string): Uint8Array {
    const writer = new PcapngWriter({ ports: "real" });
    return Buffer.concat([
      ...writer.begin("test"),
      ...keys,
      ...writer.opened(flow, 1000, { protocol: "tls", client: "in", under }),
      ...spoken.chunks.flatMap(({ direction, octets }, at) =>
        writer.bytes(1, direction, 1001 + at, octets, ""),
      ),
      ...writer.closed(1, 2000, { first: "out", broken: false, reason: "", comment: "" }),
    ]);
  }

  beforeAll(async () => {
    spoken = await talk({ server: { minVersion: "TLSv1.3" } });
    whole = captured([secretsBlock(spoken.keys)], "ftp-data");
  });

  it("is told as a tap tells it: what it carries, how it is secured, what was said, its end", () => {
    const found = read(whole);
    const [protocol, cipher] = spoken.tls;
    expect(found.warnings).toEqual([]);
    expect(found.records.map(({ type }) => type)).toEqual([
      "source",
      "opened",
      "speaks",
      "secured",
      ...found.records.slice(4, -1).map(() => "bytes"),
      "closed",
    ]);
    expect(found.records[2]).toMatchObject({ protocol: "ftp-data" });
    expect(found.records[3]).toMatchObject({ protocol, cipher });
    expect([said(found, "in"), said(found, "out")]).toEqual([ASKED, ANSWERED]);
  });

  it("is the same wherever it is cut", () => {
    const { records } = read(whole);
    expect(read(whole, [...whole.keys()]).records).toEqual(records);
    for (let at = 0; at < whole.length; at += 151) expect(read(whole, [at]).records).toEqual(records);
  });

  it("is read as TLS's records by whom no crypto was given", () => {
    const file = new FileImport();
    const records = file.push(whole).map(({ record }) => record);
    expect(records).toContainEqual(expect.objectContaining({ type: "speaks", protocol: "tls" }));
    expect(records.map(({ type }) => type)).not.toContain("secured");
  });

  it("may have keys of other kinds, which are passed over", () => {
    const ssh = secretsBlock(spoken.keys);
    new DataView(ssh.buffer).setUint32(8, 0x5353484b, true);
    const { records } = read(captured([ssh], ""));
    expect(records).toContainEqual(expect.objectContaining({ type: "speaks", protocol: "tls" }));
    expect(records.map(({ type }) => type)).not.toContain("unopened");
  });

  it.each([
    ["longer than their block", 12, 0xffff, "secrets are longer than their block"],
    ["of no known length", 4, 16, "secrets are cut short"],
  ])("is refused at its octet where its secrets are %s", (_, place, value, why) => {
    const keys = secretsBlock(spoken.keys);
    const view = new DataView(keys.buffer);
    view.setUint32(place, value, true);
    // A block of sixteen octets has room for four of its secrets.
    if (place === 4) view.setUint32(12, 16, true);
    expect(() => read(captured([keys], ""))).toThrow(
      expect.objectContaining({ code: "CAPTURE_INVALID" }) as Error,
    );
    expect(() => read(captured([keys], ""))).toThrow(why);
  });

  it("has so many keys at most", () => {
    const log = new KeyLog({ maxSecrets: 3 });
    log.push(`# a comment\nno key\n\n${spoken.keys.slice(0, 3).join("\n")}`);
    expect(log.empty).toBe(false);
    expect(() => log.push(spoken.keys[3] ?? "")).toThrow(/^more than 3 keys in one capture$/);
  });

  it("never falls over, however it is changed or cut, and what was opened is what was said", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(), { freq: 3 }),
        (changes, cut) => {
          const octets = Uint8Array.from(whole.subarray(0, cut === null ? undefined : cut % whole.length));
          if (cut === null)
            for (const [place, mask] of changes) {
              const at = place % octets.length;
              octets[at] = (octets[at] ?? 0) ^ mask;
            }
          let found: Read;
          try {
            found = read(octets);
          } catch (error) {
            expect(error).toBeInstanceOf(RemoteError);
            return;
          }
          // A changed head of a packet takes it to another connection, where it is no beginning of TLS.
          const types = found.records.map(({ type }) => type);
          if (!types.includes("secured") || types.filter((type) => type === "opened").length > 1) return;
          expect(ASKED.startsWith(said(found, "in"))).toBe(true);
          expect(ANSWERED.startsWith(said(found, "out"))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
