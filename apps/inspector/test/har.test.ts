/** HTTP as a HAR file: one entry for each request that was answered, with sizes as they travelled and without secrets. */
import type { FlowRecord } from "@socketscope/recording";
import { describe, expect, it } from "vitest";
import { harOf } from "../src/exchange/har.ts";
import type { Store } from "../src/store/store.ts";
import { opens, says, speaks, storeWith, WEB_SERVER } from "./support/stores.ts";

type Turn = readonly [direction: "in" | "out", text: string, at: number];

function storeOf(turns: readonly Turn[], more: readonly FlowRecord[] = []): Store {
  const { store, take } = storeWith({}, WEB_SERVER);
  take(opens(1, 8080, 0), speaks(1, "http", 0), ...more);
  take(...turns.map(([direction, text, at]) => says(1, direction, text, at)));
  return store;
}

const har = (store: Store, showSecrets = false): { log: { entries: Record<string, unknown>[] } } =>
  harOf(store, { version: "0.1.0", showSecrets }) as never;

const GET = "GET /a?key=hunter2&x=1 HTTP/1.1\r\nHost: a.test\r\nAuthorization: Basic YTpi\r\n\r\n";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKS = "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";

describe("HTTP as a HAR file", () => {
  it("has heads, sizes and times of each exchange, with secrets masked", () => {
    const store = storeOf([
      ["in", GET, 1000],
      ["out", HEAD, 1010],
      ["out", CHUNKS, 1025],
    ]);
    expect(harOf(store, { version: "0.1.0", showSecrets: false })).toEqual({
      log: {
        version: "1.2",
        creator: { name: "Socketscope inspector", version: "0.1.0" },
        entries: [
          {
            startedDateTime: "1970-01-01T00:00:01.000Z",
            time: 25,
            request: {
              method: "GET",
              url: "http://a.test/a?key=*******&x=1",
              httpVersion: "HTTP/1.1",
              cookies: [],
              headers: [
                { name: "Host", value: "a.test" },
                { name: "Authorization", value: "**********" },
              ],
              queryString: [
                { name: "key", value: "*******" },
                { name: "x", value: "1" },
              ],
              headersSize: GET.length,
              bodySize: 0,
            },
            response: {
              status: 200,
              statusText: "OK",
              httpVersion: "HTTP/1.1",
              cookies: [],
              headers: [
                { name: "Content-Type", value: "text/plain" },
                { name: "Transfer-Encoding", value: "chunked" },
              ],
              content: { size: 8, mimeType: "text/plain" },
              redirectURL: "",
              headersSize: HEAD.length,
              bodySize: CHUNKS.length,
            },
            cache: {},
            timings: { send: 0, wait: 10, receive: 15 },
            serverIPAddress: "127.0.0.1",
            connection: "1",
          },
        ],
      },
    });
    expect(JSON.stringify(har(store, true))).toContain("/a?key=hunter2");
  });

  it("takes the final answer, in the order of the questions, and leaves out what has none", () => {
    const { log } = har(
      storeOf([
        ["in", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", 1],
        ["out", "HTTP/1.1 100 Continue\r\n\r\n", 2],
        ["in", "abcGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n", 4],
        ["out", "HTTP/1.1 302 Found\r\nLocation: /d\r\nContent-Length: 0\r\n\r\n", 9],
        ["out", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", 10],
      ]),
    );
    expect(log.entries).toMatchObject([
      {
        request: { method: "POST", url: "http://a/a", bodySize: 3 },
        response: { status: 302, statusText: "Found", redirectURL: "/d", bodySize: 0 },
        timings: { send: 3, wait: 5, receive: 0 },
      },
      { request: { url: "http://a/b" }, response: { status: 404, content: { size: 2 } } },
    ]);
    expect(log.entries).toHaveLength(2);
  });

  it("says https under TLS, and that a socket was upgraded", () => {
    const secured = { type: "secured", at: 0, flow: 1, protocol: "TLSv1.3", cipher: "AES" } as const;
    const { log } = har(
      storeOf(
        [
          ["in", "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 1],
          ["out", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 2],
        ],
        [secured],
      ),
    );
    expect(log.entries).toMatchObject([{ request: { url: "https://a/chat" }, response: { status: 101 } }]);
  });
});
