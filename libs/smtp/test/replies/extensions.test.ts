/** What a server offers, from its reply to EHLO. */
import { describe, expect, it } from "vitest";
import { noExtensions, parseExtensions } from "../../src/index.ts";

const offered = (...lines: readonly string[]) =>
  parseExtensions({ code: 250, lines: ["a.test hi", ...lines] });

describe("parseExtensions", () => {
  it("reads what Postfix says", () => {
    const found = offered(
      "PIPELINING",
      "SIZE 10240000",
      "VRFY",
      "ETRN",
      "STARTTLS",
      "AUTH PLAIN LOGIN",
      "ENHANCEDSTATUSCODES",
      "8BITMIME",
      "DSN",
      "SMTPUTF8",
      "CHUNKING",
    );
    expect(found).toMatchObject({
      domain: "a.test",
      pipelining: true,
      size: 10_240_000,
      eightBitMime: true,
      smtpUtf8: true,
      chunking: true,
      enhancedStatusCodes: true,
      dsn: true,
      startTls: true,
      auth: ["PLAIN", "LOGIN"],
      unreadable: [],
    });
    expect([...found.keywords.keys()]).toContain("ETRN");
  });

  it("reads keywords in any case (RFC 5321 §4.1.1.1)", () => {
    expect(offered("pipelining", "Auth plain")).toMatchObject({ pipelining: true, auth: ["PLAIN"] });
  });

  it.each([
    [[], undefined],
    [["SIZE"], Infinity],
    [["SIZE 0"], Infinity],
    [["SIZE many"], Infinity],
    [["SIZE 1000"], 1000],
    [["SIZE 1000", "SIZE 5"], 1000],
  ])("RFC 1870 §4: %j makes %s", (lines, size) => {
    expect(offered(...lines).size).toBe(size);
  });

  it("keeps lines that are no keyword apart", () => {
    expect(offered("XXXXXXXA", "-x", "AUTH=LOGIN", "")).toMatchObject({
      unreadable: ["-x", "AUTH=LOGIN"],
      auth: [],
    });
  });

  it("takes only names of mechanisms (RFC 4422 §3.1)", () => {
    expect(offered("AUTH PLAIN x!y SCRAM-SHA-256 ABCDEFGHIJKLMNOPQRSTU").auth).toEqual([
      "PLAIN",
      "SCRAM-SHA-256",
    ]);
  });

  it("finds nothing where nothing is said", () => {
    expect(noExtensions).toMatchObject({ domain: "", pipelining: false, size: undefined, auth: [] });
  });
});
