/** A WebSocket of a real browser, in clear and under TLS: what it sends comes back as it was. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificates, realClient, TemporaryFolder } from "@socketscope/testkit";
import { openChromium, openFirefox } from "@socketscope/testkit/browsers";
import { expect, it, onTestFinished } from "vitest";
import { acceptWebSocket, guard, type Handler, type WebSocketClosed } from "../src/index.ts";
import { serveForTest } from "./serving.ts";

const PAGE = '<!doctype html><title>sockets</title><link rel="icon" href="data:,">';

/** In the page: text, a megabyte of octets, and a close that names its reason; what the page saw of it. */
const conversation = (url: string): string => `new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(url)}, ["other", "echo"]);
  socket.binaryType = "arraybuffer";
  const octets = Uint8Array.from({ length: 1_000_000 }, (_, at) => (at * 7) % 251);
  const seen = [];
  socket.onopen = () => { seen.push(socket.protocol); socket.send("Grüße, 港 🚢"); socket.send(octets); socket.send(""); };
  socket.onmessage = ({ data }) => {
    seen.push(typeof data === "string" ? data : new Uint8Array(data).every((octet, at) => octet === octets[at]) && data.byteLength);
    if (data === "") socket.close(4001, "enough");
  };
  socket.onclose = ({ code, reason, wasClean }) => resolve([...seen, code, reason, wasClean]);
})`;

for (const [program, open] of [
  ["chromium", openChromium],
  ["firefox-esr", openFirefox],
] as const) {
  realClient(program, "certutil", "openssl").describe(program, () => {
    it("talks over ws: and wss:, and no page of another origin does", async () => {
      const closed: WebSocketClosed[] = [];
      const socket: Handler = (request) =>
        acceptWebSocket(
          request,
          {
            onOpen: (one) => void one.closed.then((how) => closed.push(how)),
            onMessage: (content, one) => void one.send(content),
          },
          { protocols: ["echo"] },
        );
      const handler = guard((request) =>
        request.path === "/socket"
          ? socket(request)
          : { status: 200, fields: ["Content-Type", "text/html"], content: PAGE },
      );
      const { ca, certificates } = makeCertificates(["localhost", "127.0.0.1"]);
      const folder = new TemporaryFolder("websocket");
      onTestFinished(() => folder[Symbol.dispose]());
      const authority = join(folder.path, "ca.pem");
      writeFileSync(authority, ca);
      const [tls] = certificates;
      const clear = await serveForTest(handler);
      const secure = await serveForTest(handler, tls === undefined ? {} : { tls });
      const browser = await open({ ca: authority });
      onTestFinished(() => browser[Symbol.asyncDispose]());
      const page = await browser.newPage();
      for (const [scheme, { listener }] of [
        ["http", clear],
        ["https", secure],
      ] as const) {
        const at = `${scheme.replace("http", "ws")}://127.0.0.1:${listener.address.port}/socket`;
        await page.goto(`${scheme}://127.0.0.1:${listener.address.port}/`);
        expect([scheme, await page.evaluate(conversation(at))]).toEqual([
          scheme,
          // RFC 6455 §5.5.1: our Close echoes the code; the reason was for us.
          ["echo", "Grüße, 港 🚢", 1_000_000, "", 4001, "", true],
        ]);
        // The page may hear of it before we do.
        await expect.poll(() => closed).toHaveLength(1);
        expect(closed.splice(0)).toMatchObject([{ code: 4001, reason: "enough" }]);
      }
      expect(page.problems).toEqual([]);
      // RFC 6455 §10.2: the same address asked by another origin's page.
      await page.goto(`http://localhost:${clear.listener.address.port}/`);
      const stranger = `ws://127.0.0.1:${clear.listener.address.port}/socket`;
      expect(await page.evaluate(conversation(stranger))).toEqual([1006, "", false]);
      expect(closed).toEqual([]);
    });
  });
}
