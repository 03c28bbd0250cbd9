/** Negotiation and media types. Sections are of RFC 9110. */
import { describe, expect, it } from "vitest";
import {
  addVary,
  chooseEncoding,
  chooseMediaType,
  formatMediaType,
  namesMediaType,
  parseMediaType,
} from "../src/index.ts";

describe("RFC 9110 §12.5.3: Accept-Encoding, offered br, zstd, gzip", () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, "identity"],
    ["", "identity"],
    ["gzip", "gzip"],
    ["x-gzip", "gzip"],
    ["GZIP", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["gzip ; q=0.9 , br; q=0.95", "br"],
    ["gzip;q=0", "identity"],
    ["gzip;q=0.000, br;q=0", "identity"],
    ["*", "br"],
    ["*;q=0.1, gzip;q=0.2", "gzip"],
    ["*, br;q=0", "zstd"],
    ["deflate", "identity"],
    ["identity", "identity"],
    ["identity;q=0.5, gzip;q=0.4", "identity"],
    ["identity;q=0.5, gzip;q=0.6", "gzip"],
    ["identity;q=0.5, gzip;q=0.5", "gzip"],
    ["gzip;q=0.001", "gzip"],
    ["identity;q=0", undefined],
    ["*;q=0", undefined],
    ["*;q=0, identity", "identity"],
    ["*;q=0, gzip", "gzip"],
    ["identity;q=0, gzip", "gzip"],
    ["gzip;q=2", "identity"],
    ["gzip;q=0.1234", "identity"],
    ["gzip;q=", "identity"],
    ["gzip;q=-1, br", "br"],
    ["constructor, __proto__", "identity"],
  ];
  it.each(table)("%j → %j", (value, expected) => {
    expect(chooseEncoding(value, ["br", "zstd", "gzip"])).toBe(expected);
  });
});

describe("RFC 9110 §12.5.1: Accept, offered text/html, application/json, text/plain", () => {
  const table: [string | undefined, string | undefined][] = [
    [undefined, "text/html"],
    ["*/*", "text/html"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"],
    ["application/json", "application/json"],
    ["APPLICATION/JSON", "application/json"],
    ["text/*", "text/html"],
    ["text/*;q=0.3, text/plain", "text/plain"],
    ["text/html;q=0, */*", "application/json"],
    ["text/html;q=0.1, */*;q=0.2", "application/json"],
    ["text/plain;q=0.9, application/json;q=0.9", "application/json"],
    ["image/png", undefined],
    ["", undefined],
    ["*/json", undefined],
    ["text/html;level=1", undefined],
    ['text/plain;x="a,b", application/json;q=0.1', "application/json"],
  ];
  it.each(table)("%j → %j", (value, expected) => {
    expect(chooseMediaType(value, ["text/html", "application/json", "text/plain"])).toBe(expected);
  });

  it("weighs parameters by specificity", () => {
    const accept = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, text/html;level=2;q=0.4, */*;q=0.5";
    // RFC 9110 §12.5.1, table 5: quality 1 against 0.4, then 0.7 against 0.3.
    expect(chooseMediaType(accept, ["text/html;level=2", "text/html;level=1"])).toBe("text/html;level=1");
    expect(chooseMediaType(accept, ["text/plain", "image/jpeg"])).toBe("image/jpeg");
    expect(chooseMediaType(accept, ["image/jpeg", "text/html;level=3"])).toBe("text/html;level=3");
  });

  it("tells a type named from a type covered", () => {
    expect(namesMediaType("text/html, */*;q=0.8", "text/html")).toBe(true);
    expect(namesMediaType("*/*", "text/html")).toBe(false);
    expect(namesMediaType("text/html;q=0, */*", "text/html")).toBe(false);
    expect(namesMediaType(undefined, "text/html")).toBe(false);
  });
});

describe("RFC 9110 §12.5.5: Vary", () => {
  it.each([
    [undefined, "Accept-Encoding", "Accept-Encoding"],
    ["Origin", "Accept-Encoding", "Origin, Accept-Encoding"],
    ["accept-encoding", "Accept-Encoding", "accept-encoding"],
    ["*", "Accept-Encoding", "*"],
    ["Origin", "*", "*"],
  ])("%j and %j", (vary, name, expected) => {
    expect(addVary(vary, name)).toBe(expected);
  });
});

describe("RFC 9110 §8.3.1: media types", () => {
  it.each([
    ["text/html", "text/html"],
    ["Text/HTML;Charset=utf-8", "text/html; charset=utf-8"],
    ['text/html; charset="utf-8"', "text/html; charset=utf-8"],
    ['multipart/form-data; boundary="a;b, \\"c"', 'multipart/form-data; boundary="a;b, \\"c"'],
    ["text/plain;", "text/plain"],
    ['a/b; c=""', 'a/b; c=""'],
  ])("%s", (text, canonical) => {
    const media = parseMediaType(text)!;
    expect(formatMediaType(media)).toBe(canonical);
    expect(parseMediaType(canonical)).toEqual(media);
  });

  it.each([
    "",
    "text",
    "text/",
    "/html",
    "text/html/x",
    "te xt/html",
    "a/b; c",
    "a/b; =d",
    "a/b; c=d e",
    'a/b; c="d',
    'a/b; c="d"e',
    "a/b; c=1; C=2",
    'a/b; c="d\\',
  ])("refuses %j", (text) => {
    expect(parseMediaType(text)).toBeUndefined();
  });
});
