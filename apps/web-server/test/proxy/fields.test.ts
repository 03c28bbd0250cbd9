/** What a gateway takes off and puts on, and whose path is whose. */
import { Fields, type FieldLines, type Version } from "@socketscope/http";
import { describe, expect, it } from "vitest";
import { hasPassed, requestFields, responseFields } from "../../src/proxy/fields.ts";
import { locationHere, targetOf } from "../../src/proxy/place.ts";
import { asked } from "../asked.ts";

const put = (...lines: string[]): FieldLines => requestFields(asked("GET", "/", lines), "us");
const OURS = [
  ["Forwarded", 'for=127.0.0.1;host="127.0.0.1";proto=http'],
  ["X-Forwarded-For", "127.0.0.1"],
  ["X-Forwarded-Host", "127.0.0.1"],
  ["X-Forwarded-Proto", "http"],
  ["Via", "1.1 us"],
].flat();
const passed = (...lines: string[]): FieldLines => ["Host", "127.0.0.1", ...lines, ...OURS];

describe("a request's fields", () => {
  it.each<readonly [section: string, what: string, lines: string[], kept: string[]]>([
    [
      "RFC 9110 §7.6.1",
      "end to end fields stay, in order and as often",
      ["A", "1", "B", "2", "A", "3"],
      ["A", "1", "B", "2", "A", "3"],
    ],
    [
      "RFC 9110 §7.6.1",
      "what Connection lists goes",
      ["Connection", "x-a, close", "X-A", "1", "X-B", "2"],
      ["X-B", "2"],
    ],
    [
      "RFC 9110 §7.6.1",
      "hop by hop fields go unlisted too",
      ["Keep-Alive", "1", "Proxy-Connection", "x", "TE", "gzip", "Upgrade", "h2c"],
      [],
    ],
    [
      "RFC 9110 §10.1.4",
      "trailers are still taken",
      ["TE", "gzip;q=0.5, Trailers", "Connection", "te"],
      ["TE", "trailers"],
    ],
    [
      "RFC 9110 §7.8",
      "a WebSocket goes on",
      ["Connection", "keep-alive, Upgrade", "Upgrade", "WebSocket"],
      ["Upgrade", "websocket"],
    ],
    ["RFC 9110 §7.8", "Upgrade that Connection does not list goes", ["Upgrade", "websocket"], []],
    [
      "RFC 9112 §6",
      "framing is written anew",
      ["Content-Length", "3", "Transfer-Encoding", "chunked", "Expect", "100-continue"],
      [],
    ],
    [
      "RFC 7239 §8.1",
      "what the client says of itself is replaced",
      [
        "Forwarded",
        "for=x",
        "X-Forwarded-For",
        "1.2.3.4",
        "x-forwarded-host",
        "evil",
        "X-FORWARDED-PROTO",
        "https",
      ],
      [],
    ],
    ["RFC 9110 §7.6.3", "Via grows", ["Via", "1.0 a, 1.1 b"], ["Via", "1.0 a, 1.1 b"]],
  ])("%s: %s", (_section, _what, lines, kept) => expect(put(...lines)).toEqual(passed(...kept)));

  it("RFC 7239 §6: an IPv6 client stands in quotes, and TLS is told", () => {
    const flow = asked("GET", "/").flow;
    const request = asked("GET", "/", [], {
      secure: true,
      host: "[::1]:8443",
      flow: { ...flow, remote: { host: "::1", port: 5 } },
    });
    expect(new Fields(requestFields(request, "us")).get("forwarded")).toBe(
      'for="[::1]";host="[::1]:8443";proto=https',
    );
  });

  it("RFC 9110 §7.6.2: an OPTIONS has one hop less, another method as many", () => {
    const left = (method: string): string | undefined =>
      new Fields(requestFields(asked(method, "/", ["Max-Forwards", "5"]), "us")).get("max-forwards");
    expect([left("OPTIONS"), left("GET")]).toEqual(["4", "5"]);
  });

  it("RFC 9112 §3.2.2: an absolute-form overrules Host", () => {
    const fields = requestFields(asked("GET", "http://real:81/a", [], { host: "other" }), "us");
    expect(new Fields(fields).get("host")).toBe("real:81");
    expect(new Fields(fields).get("x-forwarded-host")).toBe("real:81");
  });

  it("RFC 9110 §7.6.3: a circle is seen", () => {
    expect(hasPassed(asked("GET", "/", ["Via", "1.1 a, 1.1 us (x)"]), "us")).toBe(true);
    expect(hasPassed(asked("GET", "/", ["Via", "1.1 a, 1.1 usual"]), "us")).toBe(false);
  });
});

describe("a response's fields", () => {
  const back = (status: number, version: Version, ...lines: string[]): FieldLines =>
    responseFields({ status, version, fields: new Fields(lines) }, "us");
  it.each<readonly [what: string, status: number, lines: string[], kept: string[]]>([
    [
      "Date, Server and repeated fields stay",
      200,
      ["Date", "x", "Server", "y", "Set-Cookie", "a", "Set-Cookie", "b"],
      ["Date", "x", "Server", "y", "Set-Cookie", "a", "Set-Cookie", "b"],
    ],
    [
      "framing and hops go",
      200,
      [
        "Content-Length",
        "3",
        "Transfer-Encoding",
        "chunked",
        "Connection",
        "close, x-h",
        "X-H",
        "1",
        "Keep-Alive",
        "2",
      ],
      [],
    ],
    ["Upgrade goes with 200", 200, ["Upgrade", "h2c"], []],
    [
      "Upgrade stays with 101",
      101,
      ["Connection", "upgrade", "Upgrade", "websocket"],
      ["Upgrade", "websocket"],
    ],
    [
      "Upgrade stays with 426",
      426,
      ["Connection", "upgrade", "Upgrade", "websocket"],
      ["Upgrade", "websocket"],
    ],
  ])("%s", (_what, status, lines, kept) =>
    expect(back(status, "1.1", ...lines)).toEqual([...kept, "Via", "1.1 us"]),
  );
  it("RFC 9110 §7.6.3: Via says what the other server speaks", () =>
    expect(back(200, "1.0")).toEqual(["Via", "1.0 us"]));
});

describe("paths", () => {
  const place = (path: string, target: string): { path: string; target: URL } => ({
    path,
    target: new URL(target),
  });
  it.each<readonly [url: string, path: string, there: string | undefined]>([
    ["http://h", "/api", "/"],
    ["http://h", "/api/", "/"],
    ["http://h/", "/api/a%20b?c=%2F", "/a%20b?c=%2F"],
    ["http://h/base", "/api", "/base"],
    ["http://h/base/", "/api/x/", "/base/x/"],
    ["http://h/base", "/api/../x", undefined],
    ["http://h/base", "/api/%2E%2e/x", undefined],
    ["http://h/base", "/api/a/.", undefined],
    ["http://h/base", "/api/.a/..b/...", "/base/.a/..b/..."],
  ])("below /api, %s is asked for %s as %s", (url, path, there) =>
    expect(targetOf(asked("GET", path), place("/api", url))).toBe(there),
  );
  it.each<readonly [url: string, location: string, here: string]>([
    ["http://h:3000", "/login?x", "/api/login?x"],
    ["http://h:3000", "http://h:3000/login", "/api/login"],
    ["http://h:3000", "http://us:80/login", "/api/login"],
    ["http://h:3000", "http://other/login", "http://other/login"],
    ["http://h:3000", "//h:3000/login", "//h:3000/login"],
    ["http://h:3000", "login", "login"],
    ["http://h:3000/base", "/base/a", "/api/a"],
    ["http://h:3000/base", "/base", "/api"],
    ["http://h:3000/base", "/other", "/other"],
    ["http://h:3000/base", "/basement", "/basement"],
  ])("RFC 9110 §10.2.2: behind %s, Location %s leads to %s", (url, location, here) =>
    expect(locationHere(location, place("/api", url), "us:80")).toBe(here),
  );
});
