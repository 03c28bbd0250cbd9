/** The page as it comes, without script and before it. */
import { describe, expect, it } from "vitest";
import { fill, ordinal } from "../../src/demo/document.ts";
import { ENGINES } from "../serving.ts";
import { servingDemo } from "./serving-demo.ts";

describe("a slot", () => {
  it("is filled with text, never with markup", () => {
    expect(fill("<p>{{name}}</p>", { name: `<b>"&'` })).toBe("<p>&lt;b&gt;&quot;&amp;&#39;</p>");
  });
  it("without a value is a mistake", () => {
    expect(() => fill("{{nobody}}", {})).toThrow(/nobody/);
  });
  it("says first, second, eleventh", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).join(" ")).toBe(
      "1st 2nd 3rd 4th 11th 12th 13th 21st 112th",
    );
  });
});

describe.each(ENGINES)("the page over %s", (_name, engine) => {
  it("says its own socket, sets the cookie once, and lets nothing in from elsewhere", async () => {
    const server = await servingDemo(engine);
    const first = await fetch(server.origin);
    const text = await first.text();
    const local = server.origin.slice("http://".length);
    const [one] = server.counted;
    expect(text).toContain(`<code>127.0.0.1:${one?.flow.remote.port}</code>, ours is <code>${local}</code>`);
    expect(text).not.toContain("{{");
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(first.headers.get("content-security-policy")).toContain(
      `default-src 'self'; connect-src 'self' ws://${local}`,
    );
    const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
    const again = await fetch(server.origin, { headers: { Cookie: cookie } });
    expect(again.headers.get("set-cookie")).toBeNull();
    expect(await again.text()).toContain('data-load="2"');
    const table = await fetch(`${server.origin}/sockets`, {
      headers: { Cookie: cookie, Accept: "application/json" },
    });
    const { lanes } = JSON.parse(await table.text());
    const paths = lanes.flatMap(({ requests }: { requests: { path: string }[] }) =>
      requests.map(({ path }) => path),
    );
    // Since the last load: that one and the question itself.
    expect(paths.toSorted()).toEqual(["/", "/sockets"]);
    await server.close();
  });

  it("cannot be asked for unfilled", async () => {
    const server = await servingDemo(engine);
    for (const path of ["/index.html", "/index", "/demo.html", "/pages/demo.html"])
      expect((await fetch(server.origin + path)).status).toBe(404);
    await server.close();
  });

  it("refuses a chat that another site's page opens", async () => {
    const server = await servingDemo(engine);
    const { connect } = await import("node:net");
    const socket = connect(server.port, "127.0.0.1");
    socket.write(
      `GET /chat HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const status = await new Promise<string>((resolve) => {
      socket.once("data", (octets) => resolve(octets.toString("latin1").split("\r\n")[0] ?? ""));
    });
    expect(status).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
    await server.close();
  });

  it("ends its streams when the server drains", async () => {
    const server = await servingDemo(engine);
    const clock = await fetch(`${server.origin}/clock`);
    const reader = clock.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain("retry: 1000");
    const closing = server.close();
    for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read());
    expect(await closing).toBe(0);
  });
});
