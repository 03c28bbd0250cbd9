import { describe, expect, it } from "vitest";
import { guard } from "../src/index.ts";
import { makeRequest } from "./requests.ts";

const page = guard(() => ({ status: 200, content: "done" }), {
  names: ["files.example", ".test"],
  origins: ["https://admin.example:8443"],
});
const status = async (method: string, lines: readonly string[], more = {}) =>
  (await page(makeRequest(method, "/act", lines, more))).status;

describe("Host (DNS rebinding; RFC 9110 §15.5.20)", () => {
  const table: [string, number][] = [
    ["localhost", 200],
    ["localhost:8080", 200],
    ["LOCALHOST:8080", 200],
    ["localhost.:8080", 200],
    ["app.localhost:8080", 200],
    ["127.0.0.1:8080", 200],
    ["127.3.2.1", 200],
    ["[::1]:8080", 200],
    ["[::1]", 200],
    ["192.168.1.20:8080", 200],
    ["[fe80::1]:80", 200],
    ["files.example:8080", 200],
    ["Files.Example", 200],
    ["a.b.test", 200],
    ["evil.example", 421],
    ["evil.example:8080", 421],
    ["localhost.evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["127.0.0.1.nip.io", 421],
    ["notlocalhost", 421],
    ["xfiles.example", 421],
    ["sub.files.example", 421],
    ["test", 421],
    ["evil.example#localhost", 421],
    ["localhost@evil.example", 421],
    ["localhost, evil.example", 421],
    ["256.0.0.1", 421],
    ["1.2.3", 421],
    ["0x7f000001", 421],
    ["2130706433", 421],
    ["[::1", 421],
    ["", 421],
  ];
  it.each(table)("%j → %i", async (host, expected) => {
    expect(await status("GET", ["Host", host])).toBe(expected);
  });

  it("RFC 9112 §3.2.2: an absolute-form target overrules Host", async () => {
    expect(await status("GET", ["Host", "localhost"], { target: "http://evil.example/act" })).toBe(421);
    expect(await status("GET", ["Host", "evil.example"], { target: "http://localhost:8080/act" })).toBe(200);
    expect(await status("GET", ["Host", "localhost"], { target: "http://localhost@evil.example/act" })).toBe(
      421,
    );
  });

  it("RFC 9112 §3.2: only HTTP/1.0 may go without", async () => {
    expect(await status("GET", [])).toBe(421);
    expect(await status("GET", [], { version: "1.0" })).toBe(200);
  });

  it("says what to do, and repeats nothing that could break the page", async () => {
    const { content, fields } = await page(makeRequest("GET", "/", ["Host", "evil\u00e9\u0007.example"]));
    expect(content).toMatch(/"evil\?\?\.example".*--server-name adds a name/);
    expect(fields).toEqual(["Content-Type", "text/plain; charset=utf-8"]);
  });
});

describe("Origin and Sec-Fetch-Site (cross-site requests)", () => {
  const ORIGIN = "http://localhost:8080";
  const table: [string, string, string[], number][] = [
    ["no browser", "POST", [], 200],
    ["own page", "POST", ["Origin", ORIGIN, "Sec-Fetch-Site", "same-origin"], 200],
    ["own page, older browser", "POST", ["Origin", ORIGIN], 200],
    ["own page behind TLS made elsewhere", "POST", ["Origin", "https://localhost:8080"], 200],
    ["typed by the reader", "POST", ["Sec-Fetch-Site", "none"], 200],
    ["other site", "POST", ["Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"], 403],
    ["other site, older browser", "POST", ["Origin", "https://evil.example"], 403],
    ["other site without Origin", "POST", ["Sec-Fetch-Site", "cross-site"], 403],
    [
      "other port of this host",
      "POST",
      ["Origin", "http://localhost:9000", "Sec-Fetch-Site", "same-site"],
      403,
    ],
    ["other port, older browser", "POST", ["Origin", "http://localhost:9000"], 403],
    ["other name of this host", "POST", ["Origin", "http://127.0.0.1:8080"], 403],
    ["sandboxed frame", "POST", ["Origin", "null"], 403],
    ["rubbish", "POST", ["Origin", "localhost:8080"], 403],
    ["rubbish for a site", "POST", ["Origin", ORIGIN, "Sec-Fetch-Site", "same_origin"], 403],
    ["longer name", "POST", ["Origin", "http://localhost:8080.evil.example"], 403],
    [
      "trusted by option",
      "POST",
      ["Origin", "https://admin.example:8443", "Sec-Fetch-Site", "cross-site"],
      200,
    ],
    ["DELETE", "DELETE", ["Origin", "https://evil.example"], 403],
    ["unknown method", "BREW", ["Origin", "https://evil.example"], 403],
    ["lower case is another method", "get", ["Origin", "https://evil.example"], 403],
    // RFC 9110 §9.2.1: what only reads needs no guard
    ["link from another site", "GET", ["Sec-Fetch-Site", "cross-site"], 200],
    ["read from another site", "GET", ["Origin", "https://evil.example"], 200],
    ["HEAD", "HEAD", ["Origin", "https://evil.example"], 200],
    ["preflight", "OPTIONS", ["Origin", "https://evil.example"], 200],
    ["WebSocket from another site", "GET", ["Upgrade", "websocket", "Origin", "https://evil.example"], 403],
    ["WebSocket of ours", "GET", ["Upgrade", "websocket", "Origin", ORIGIN], 200],
    ["WebSocket of a program", "GET", ["Upgrade", "websocket"], 200],
  ];
  it.each(table)("%s: %s %j → %i", async (_name, method, lines, expected) => {
    expect(await status(method, ["Host", "localhost:8080", ...lines])).toBe(expected);
  });
});
