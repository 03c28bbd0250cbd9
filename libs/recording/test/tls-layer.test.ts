/** TLS taken off by its keys: real talks, in every suite that is read, wherever they are cut; and what cannot be opened. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { KeyLog } from "../src/tls/key-log.ts";
import { TlsLayer, type TlsSaid } from "../src/tls/tls-layer.ts";
import { ANSWERED, ASKED, type Chunk, talk, type TlsTalk } from "./support/tls-talk.ts";
import { crypto } from "./support/tls-crypto.ts";

interface Read {
  in: string;
  out: string;
  /** In their order: what is told beside octets. */
  told: unknown[];
}

function read(chunks: readonly Chunk[], keys: readonly string[]): Read {
  const log = new KeyLog();
  log.push(keys.join("\n"));
  return readBy(new TlsLayer(crypto, log), chunks);
}

function readBy(layer: TlsLayer, chunks: readonly Chunk[]): Read {
  const found: Read = { in: "", out: "", told: [] };
  const take = (said: readonly TlsSaid[]): void => {
    for (const one of said) {
      if ("octets" in one) found[one.direction] += Buffer.from(one.octets).toString("latin1");
      else if ("secured" in one)
        found.told.push([one.secured.protocol, one.secured.cipher, one.secured.alpn]);
      else if ("gap" in one) found.told.push(`gap ${one.gap} ${one.direction}`);
      else if ("unopened" in one) found.told.push(one.unopened);
      else found.told.push("sealed" in one ? "sealed" : "cleared");
    }
  };
  for (const chunk of chunks) take(layer.feed({ at: 1, ...chunk }));
  take(layer.end(2));
  return found;
}

/** As it travelled. */
function raw(chunks: readonly Chunk[]): Pick<Read, "in" | "out"> {
  const of = (wanted: string): string =>
    Buffer.concat(
      chunks.filter(({ direction }) => direction === wanted).map(({ octets }) => octets),
    ).toString("latin1");
  return { in: of("in"), out: of("out") };
}

const from = (direction: Chunk["direction"], text: string): Chunk => ({
  direction,
  octets: Buffer.from(text, "latin1"),
});

const v13 = { minVersion: "TLSv1.3" } as const;
const v12 = { maxVersion: "TLSv1.2" } as const;

describe("a talk under TLS whose keys are there", () => {
  it.each([
    ["TLS 1.3, AES-128-GCM", { server: v13, client: { ciphers: "TLS_AES_128_GCM_SHA256" } }],
    ["TLS 1.3, AES-256-GCM", { server: v13, client: { ciphers: "TLS_AES_256_GCM_SHA384" } }],
    ["TLS 1.3, ChaCha20-Poly1305", { server: v13, client: { ciphers: "TLS_CHACHA20_POLY1305_SHA256" } }],
    [
      "TLS 1.3 with a name of ALPN",
      { server: { ...v13, ALPNProtocols: ["ftp"] }, client: { ALPNProtocols: ["ftp"] } },
    ],
    [
      "TLS 1.3 after HelloRetryRequest",
      { server: { ...v13, ecdhCurve: "P-384" }, client: { ecdhCurve: "X25519:P-384" } },
    ],
    ["TLS 1.3, resumed", { server: v13, resumed: true }],
    ["TLS 1.2, AES-128-GCM", { server: v12, client: { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" } }],
    ["TLS 1.2, AES-256-GCM", { server: v12, client: { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" } }],
    ["TLS 1.2, ChaCha20-Poly1305", { server: v12, client: { ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305" } }],
    [
      "TLS 1.2 with a name of ALPN",
      { server: { ...v12, ALPNProtocols: ["ftp"] }, client: { ALPNProtocols: ["ftp"] } },
    ],
    ["TLS 1.2, resumed", { server: v12, resumed: true }],
  ])("is read as the server read it: %s", async (_, options) => {
    const { chunks, keys, tls } = await talk(options);
    expect(read(chunks, keys)).toEqual({ in: ASKED, out: ANSWERED, told: [tls] });
  });

  it("goes on by new keys after KeyUpdate, which openssl says and asks for", async () => {
    const { chunks, keys, tls } = await talk({
      server: v13,
      openssl: { words: [], typed: "one\nK\ntwo\nk\nbye\n" },
    });
    expect(read(chunks, keys)).toEqual({ in: "one\ntwo\nbye\n", out: ANSWERED, told: [tls] });
  });
});

describe("octets of TLS, however they come", () => {
  const talks: TlsTalk[] = [];
  beforeAll(async () => {
    for (const server of [v13, v12]) talks.push(await talk({ server }));
  });
  const each = (check: (talk: TlsTalk) => void): void => {
    for (const one of talks) check(one);
    expect(talks.length).toBe(2);
  };

  it("are read the same octet by octet, and cut in two wherever it may be", () => {
    each(({ chunks, keys, tls }) => {
      const whole = { in: ASKED, out: ANSWERED, told: [tls] };
      const cut = ({ direction, octets }: Chunk, points: readonly number[]): readonly Chunk[] =>
        [0, ...points].map((at, index) => ({ direction, octets: octets.slice(at, points[index]) }));
      expect(
        read(
          chunks.flatMap((chunk) => cut(chunk, [...chunk.octets.keys()].slice(1))),
          keys,
        ),
      ).toEqual(whole);
      for (const [index, chunk] of chunks.entries())
        for (let at = 1; at < chunk.octets.length; at += 3)
          expect(read(chunks.toSpliced(index, 1, ...cut(chunk, [at])), keys)).toEqual(whole);
    });
  });

  it("are read behind what was said in clear, as after STARTTLS", () => {
    each(({ chunks, keys, tls }) => {
      const before = [from("out", "220 hello\r\n"), from("in", "STARTTLS\r\n"), from("out", "220 go\r\n")];
      expect(read([...before, ...chunks], keys)).toEqual({
        in: `STARTTLS\r\n${ASKED}`,
        out: `220 hello\r\n220 go\r\n${ANSWERED}`,
        told: [tls],
      });
    });
  });

  it("end, and what comes behind is in clear again, as after CCC", () => {
    each(({ chunks, keys, tls }) => {
      const {
        in: asked,
        out,
        told,
      } = read([...chunks, from("in", "NOOP\r\n"), from("out", "200\r\n")], keys);
      expect({ asked, out, told }).toEqual({
        asked: `${ASKED}NOOP\r\n`,
        out: `${ANSWERED}200\r\n`,
        told: [tls, "cleared"],
      });
    });
  });

  it("are told as they came where the keys are of another connection, do not fit, or are not there", () => {
    each(({ chunks, keys }) => {
      const changed = keys.map((key) => key.replace(/..$/, (two) => (two === "00" ? "11" : "00")));
      const others = keys.map((key) => key.replace(/ [\da-f]{64} /, ` ${"ab".repeat(32)} `));
      expect(read(chunks, changed)).toEqual({
        ...raw(chunks),
        told: ["sealed", "the keys in this file do not open it"],
      });
      expect(read(chunks, others)).toEqual({
        ...raw(chunks),
        told: ["sealed", "this file has no keys of this connection"],
      });
      expect(read(chunks, [])).toEqual({ ...raw(chunks), told: ["sealed"] });
    });
  });

  it("are opened by keys that come late, as in a capture that is made while a server writes its key log", () => {
    each(({ chunks, keys, tls }) => {
      const log = new KeyLog();
      const layer = new TlsLayer(crypto, log);
      // TLS 1.2 is logged with the server's Finished, TLS 1.3 with its hello.
      const first = tls[0] === "TLSv1.3" ? 0 : 2;
      const late = chunks.findIndex(({ direction }, at) => direction === "out" && at >= first);
      const said = chunks.slice(0, late).flatMap((chunk) => layer.feed({ at: 1, ...chunk }));
      expect(said).toEqual([]);
      log.push(keys.join("\r\n"));
      expect(readBy(layer, chunks.slice(late))).toEqual({ in: ASKED, out: ANSWERED, told: [tls] });
    });
  });

  it("end for a direction where octets of it are missing, and the other goes on", () => {
    each(({ chunks, keys, tls }) => {
      const log = new KeyLog();
      log.push(keys.join("\n"));
      const layer = new TlsLayer(crypto, log);
      const answer = chunks.findLastIndex(
        ({ direction, octets }) => direction === "out" && octets.length > 200,
      );
      for (const chunk of chunks.slice(0, answer)) layer.feed({ at: 1, ...chunk });
      expect(layer.gap({ at: 1, direction: "out", gap: 5 })).toEqual([
        { at: 1, unopened: "octets of the server are missing here, and no record after them opens" },
        { at: 1, direction: "out", gap: 0 },
      ]);
      expect(readBy(layer, chunks.slice(answer)).out).toBe("");
      expect(tls[0]).toMatch(/^TLSv1/);
    });
  });

  it.each([
    [
      "CBC",
      { server: v12, client: { ciphers: "ECDHE-ECDSA-AES128-SHA256" } },
      "the cipher suite 0xc023 is not read: ",
    ],
    [
      "TLS 1.1",
      {
        server: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" },
        client: { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" },
      },
      "TLS of version 0x0302 is not read",
    ],
  ] as const)("are told as they came where nothing here opens them: %s", async (_, options, why) => {
    const { chunks, keys } = await talk(options);
    expect(read(chunks, keys)).toEqual({
      ...raw(chunks),
      told: ["sealed", expect.stringContaining(why) as string],
    });
  });

  it("say why a handshake came to nothing", async () => {
    const { chunks, keys } = await talk({
      server: v13,
      openssl: { words: ["-verify_return_error"], typed: "" },
    });
    const { told } = read(chunks, keys);
    expect(told).toEqual(["TLS was not agreed, the client said: unknown CA (alert 48)"]);
  });

  it("are held within bounds", () => {
    const [first] = talks;
    const log = new KeyLog();
    log.push((first?.keys ?? []).join("\n"));
    const layer = new TlsLayer(crypto, log, { maxHeld: 200 });
    const { told } = readBy(layer, first?.chunks ?? []);
    expect(told).toEqual(["sealed", "its handshake is longer than 200 octets"]);
  });

  it("are told as they came where they only look like TLS", () => {
    const odd = [
      from("in", "\x16"),
      from("out", "hm"),
      from("in", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00, no"),
    ];
    expect(read(odd, [])).toEqual({ ...raw(odd), told: [] });
  });

  it("never throw, whatever is changed in them, lost or cut, and nothing false is told", () => {
    each(({ chunks, keys }) => {
      fc.assert(
        fc.property(
          fc.nat(chunks.length - 1),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          fc.constantFrom("change", "cut", "lose"),
          (index, place, mask, what) => {
            const changed = chunks.flatMap((chunk, at): readonly Chunk[] => {
              if (at !== index) return [chunk];
              if (what === "lose") return [];
              const octets = chunk.octets.slice(0, what === "cut" ? place % chunk.octets.length : undefined);
              if (what === "change")
                octets[place % octets.length] = (octets[place % octets.length] ?? 0) ^ mask;
              return [{ direction: chunk.direction, octets }];
            });
            const found = read(changed, keys);
            if (found.told.includes("sealed") || found.told.length === 0) return;
            // What was opened is a beginning of what was said: nothing in it is made up.
            expect(ASKED.startsWith(found.in)).toBe(true);
            expect(ANSWERED.startsWith(found.out)).toBe(true);
          },
        ),
        { numRuns: 150 },
      );
    });
  });
});
