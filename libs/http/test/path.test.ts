import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePath, encodePath, PathError, removeDotSegments } from "../src/index.ts";

describe("decoding a path", () => {
  it.each([
    ["/", "/"],
    ["/a/b", "/a/b"],
    ["/a%20b", "/a b"],
    ["/caf%C3%A9", "/café"],
    ["/%F0%9F%8D%8E", "/🍎"],
    ["/a+b", "/a+b"],
    ["/%25", "/%"],
    ["/%252e%252e/x", "/%2e%2e/x"],
    ["/%252f", "/%2f"],
    ["/a//b/", "/a//b/"],
    ["/%3Fa%23", "/?a#"],
    ["/...", "/..."],
    ["/..a/.b", "/..a/.b"],
  ])("%s → %s", (path, decoded) => {
    expect(decodePath(path)).toBe(decoded);
  });

  // RFC 3986 §5.2.4 and the merging examples of §5.4 that start at a root.
  it.each([
    ["/a/b/c/./../../g", "/a/g"],
    ["/a/b/..", "/a/"],
    ["/a/b/.", "/a/b/"],
    ["/..", "/"],
    ["/../../../etc/passwd", "/etc/passwd"],
    ["/a/../../../b", "/b"],
    ["/./a", "/a"],
    ["/a/./b/../c", "/a/c"],
    ["/%2e%2e/%2E%2E/etc/passwd", "/etc/passwd"],
    ["/a/%2e", "/a/"],
    ["/.%2e/x", "/x"],
    ["/a//../b", "/a/b"],
    ["/a/.../b", "/a/.../b"],
  ])("removes dot segments: %s → %s", (path, decoded) => {
    expect(decodePath(path)).toBe(decoded);
  });

  it.each([
    ["", "HTTP_PATH_FORM"],
    ["a", "HTTP_PATH_FORM"],
    ["*", "HTTP_PATH_FORM"],
    ["/caf\u00e9", "HTTP_PATH_FORM"],
    ["/\u0100", "HTTP_PATH_FORM"],
    ["/%", "HTTP_PATH_ESCAPE"],
    ["/%4", "HTTP_PATH_ESCAPE"],
    ["/%zz", "HTTP_PATH_ESCAPE"],
    ["/%u0041", "HTTP_PATH_ESCAPE"],
    ["/%C3", "HTTP_PATH_ESCAPE"],
    ["/%C3/%A9", "HTTP_PATH_ESCAPE"],
    ["/%FF", "HTTP_PATH_ESCAPE"],
    ["/%C0%AF", "HTTP_PATH_ESCAPE"],
    ["/%C0%AE%C0%AE/x", "HTTP_PATH_ESCAPE"],
    ["/%ED%A0%80", "HTTP_PATH_ESCAPE"],
    ["/%F4%90%80%80", "HTTP_PATH_ESCAPE"],
    ["/a%2fb", "HTTP_PATH_SEPARATOR"],
    ["/..%2f..%2Fetc", "HTTP_PATH_SEPARATOR"],
    ["/a%5cb", "HTTP_PATH_SEPARATOR"],
    ["/..\\..\\etc", "HTTP_PATH_SEPARATOR"],
    ["/a%00.html", "HTTP_PATH_CONTROL"],
    ["/a%0d%0aSet-Cookie:x", "HTTP_PATH_CONTROL"],
    ["/%7f", "HTTP_PATH_CONTROL"],
  ])("refuses %j: %s", (path, code) => {
    expect(() => decodePath(path)).toThrow(expect.objectContaining({ name: "PathError", code }));
  });

  it("never leaves the root, whatever comes", () => {
    const piece = fc.constantFrom(
      "/",
      ".",
      "..",
      "%2e",
      "%2E.",
      "a",
      "%2f",
      "%5c",
      "%",
      "é",
      "%00",
      "%25",
      "%C3%A9",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const decoded = decodedOrRoot(`/${pieces.join("")}`);
        expect(decoded.startsWith("/")).toBe(true);
        expect(decoded.split("/").filter((name) => name === "." || name === "..")).toEqual([]);
        expect(removeDotSegments(decoded)).toBe(decoded);
      }),
    );
  });
});

function decodedOrRoot(path: string): string {
  try {
    return decodePath(path);
  } catch (error) {
    if (error instanceof PathError) return "/";
    throw error;
  }
}

describe("encoding a path", () => {
  it.each([
    ["/a b", "/a%20b"],
    ["/ü?#%", "/%C3%BC%3F%23%25"],
    ["/a;b=c&d@e:f,g+h!$'()*~", "/a;b=c&d@e:f,g+h!$'()*~"],
    ["/[x]", "/%5Bx%5D"],
    ["/\ud800", "/%EF%BF%BD"],
  ])("%j → %s", (path, encoded) => {
    expect(encodePath(path)).toBe(encoded);
  });

  it("is undone by decoding", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => !/[\p{Cc}\\/]|^\.\.?$/u.test(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const path = `/${names.join("/")}`;
        expect(decodePath(encodePath(path))).toBe(path);
      }),
    );
  });
});
