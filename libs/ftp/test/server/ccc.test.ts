/** CCC (RFC 2228 §3): where it is obeyed, which refusal says why not, and what goes on behind it. */
import { describe, expect, it } from "vitest";
import type { FtpServerOptions } from "../../src/index.ts";
import { codes, converse, LOGIN } from "./support.ts";

describe("CCC", () => {
  const secure = { tls: false, secure: true, afterTls: true, ccc: true };
  const lines = (options: Partial<FtpServerOptions>, ...said: readonly string[]) =>
    converse([LOGIN, ...said.map((line) => `${line}\r\n`)], options);
  const after = (options: Partial<FtpServerOptions>, ...said: readonly string[]) =>
    codes(lines(options, ...said), options.afterTls === true ? 0 : 1).slice(2);

  it.each<[string, Partial<FtpServerOptions>, readonly string[], readonly number[]]>([
    ["is 200 under TLS, and 533 behind that", secure, ["CCC", "CCC", "NOOP"], [200, 533, 200]],
    ["is 534 where it is not wanted", { ...secure, ccc: false }, ["CCC", "CCC"], [534, 534]],
    ["is 503 where there never was TLS", { ccc: true }, ["CCC"], [503]],
    ["stands alone", secure, ["CCC now"], [501]],
    [
      "leaves the protection of data as it is",
      secure,
      ["PBSZ 0", "CCC", "PROT P", "PROT C"],
      [200, 200, 200, 200],
    ],
    ["lets that be agreed behind it, too", secure, ["CCC", "PBSZ 0", "PROT P"], [200, 200, 200]],
    ["is no way to a second TLS", secure, ["CCC", "AUTH TLS"], [200, 503]],
    [
      "stays in force over REIN",
      secure,
      ["CCC", "REIN", "USER ann", "PASS x", "CCC"],
      [200, 220, 331, 230, 533],
    ],
  ])("%s (RFC 2228 §3)", (_, options, said, wanted) => {
    expect(after(options, ...said)).toEqual(wanted);
  });

  it("comes behind the login, so that no password need be said in clear", () => {
    expect(codes(converse(["CCC\r\n"], secure), 0)).toEqual([530]);
  });

  it("is told to the session once, at every split", () => {
    for (const cut of [1, 2, 3, 4]) {
      const heard = converse([LOGIN, "CCC\r\n".slice(0, cut), "CCC\r\n".slice(cut)], secure);
      expect(heard.events.filter(({ type }) => type === "clear")).toHaveLength(1);
    }
  });

  it("waits for a transfer's end", () => {
    const heard = converse([LOGIN, "EPSV\r\nLIST\r\nCCC\r\n"], secure);
    expect(heard.rest).toBe("paused");
    expect(codes(converse([LOGIN, "EPSV\r\nLIST\r\nCCC\r\n", "<finish>"], secure), 0).slice(3)).toEqual([
      150, 226, 200,
    ]);
  });

  it("is in FEAT where it would be obeyed, and what is no more is not", () => {
    const features = (options: Partial<FtpServerOptions>, ...said: readonly string[]) =>
      ["AUTH TLS", "PBSZ", "PROT", "CCC"].filter((feature) =>
        lines(options, ...said, "FEAT").said.includes(`\r\n ${feature}\r\n`),
      );
    expect(features(secure)).toEqual(["AUTH TLS", "PBSZ", "PROT", "CCC"]);
    expect(features({ tls: true, ccc: true })).toEqual(["AUTH TLS", "PBSZ", "PROT", "CCC"]);
    expect(features({ tls: true })).toEqual(["AUTH TLS", "PBSZ", "PROT"]);
    expect(features({ tls: false, ccc: true })).toEqual([]);
    expect(features(secure, "CCC")).toEqual(["PBSZ", "PROT"]);
  });

  it("is in STAT", () => {
    expect(lines(secure, "STAT").said).toContain("Control connection: TLS;");
    expect(lines(secure, "CCC", "STAT").said).toContain("Control connection: in clear;");
  });
});
