/** A WebSocket through the proxy. */
import { randomBytes } from "node:crypto";
import { listenTcp } from "@socketscope/socket-core";
import { acceptWebSocket, connectWebSocket, serveHttp } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import type { ProxyOptions } from "../../src/proxy/proxy.ts";
import { ENGINES, type Serving } from "../serving.ts";
import { agent, kept, proxyBefore } from "./bench.ts";
import { nodeUpstream, rawUpstream, until, type Upstream } from "./upstream.ts";

describe.each(ENGINES)("the proxy on engine %s", (_name, engine) => {
  const behind = (target: string | URL, more?: Partial<ProxyOptions>): Promise<Serving> =>
    proxyBefore(engine, target, more);

  describe("WebSocket", () => {
    async function echo(): Promise<Upstream> {
      const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http" }, (stream) =>
        serveHttp(stream, (request) =>
          acceptWebSocket(
            request,
            {
              onOpen: (socket) => void socket.send("welcome"),
              onMessage: (content, socket) => void socket.send(content),
            },
            { protocols: ["chat"] },
          ),
        ),
      );
      return Object.assign(listener, {
        url: `http://127.0.0.1:${listener.address.port}`,
        sockets: new Set<never>(),
      });
    }

    it("is a tunnel: both ways, with its subprotocol, and its end is both ends'", async () => {
      const upstream = kept(await echo());
      const { port } = await behind(upstream.url);
      const messages: (string | Uint8Array)[] = [];
      const socket = await connectWebSocket({
        url: `ws://127.0.0.1:${port}/api/chat`,
        protocols: ["chat"],
        handler: { onMessage: (content) => void messages.push(content) },
      });
      expect(socket.protocol).toBe("chat");
      const large = randomBytes(900_000);
      socket.send("hello");
      socket.send(large);
      await until(() => messages.length === 3);
      expect(messages.slice(0, 2)).toEqual(["welcome", "hello"]);
      expect(large.equals(messages[2] as Uint8Array)).toBe(true);
      socket.close(4001);
      expect(await socket.closed).toMatchObject({ code: 4001 });
    });

    it("is refused as the server behind refuses it", async () => {
      const upstream = kept(
        await nodeUpstream((_message, response) => void response.writeHead(403).end("no")),
      );
      const { port } = await behind(upstream.url);
      const asked = connectWebSocket({
        url: `ws://127.0.0.1:${port}/api`,
        handler: { onMessage: () => undefined },
      });
      await expect(asked).rejects.toMatchObject({ code: "WEBSOCKET_REFUSED", status: 403 });
    });

    it("silent on both sides for too long, it ends", async () => {
      const upstream = kept(
        await rawUpstream((socket) => void socket.write("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n")),
      );
      const { origin } = await behind(upstream.url, { tunnelIdleMs: 1 });
      const response = await agent().request({ url: `${origin}/api`, fields: ["Upgrade", "websocket"] });
      expect(response.status).toBe(101);
      response.upgraded?.stream.resume();
      await until(() => upstream.sockets.size === 0);
      response.upgraded?.stream.destroy("we-ended");
    });
  });
});
