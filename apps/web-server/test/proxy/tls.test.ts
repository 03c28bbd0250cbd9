/** The program as started, before servers that speak TLS: whom it believes, whom it does not. */
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAuthority, openStateFolder } from "@socketscope/host";
import { listenTcp, type TlsServerOptions } from "@socketscope/socket-core";
import {
  makeCertificates,
  realClient,
  spawnApp,
  TemporaryFolder,
  type RunningApp,
} from "@socketscope/testkit";
import { acceptWebSocket, connectWebSocket, serveHttp } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import { agent, kept } from "./bench.ts";
import { until } from "./upstream.ts";

const octets = randomBytes(300_000);
const sha256 = (of: Uint8Array): string => createHash("sha256").update(of).digest("hex");

/** Says the octets, and echoes on a WebSocket. Returns its URL. */
async function upstream(tls: TlsServerOptions, host = "127.0.0.1"): Promise<string> {
  const listener = kept(
    await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http", tls }, (stream) =>
      serveHttp(stream, (request) =>
        request.path === "/chat"
          ? acceptWebSocket(request, { onMessage: (content, socket) => void socket.send(content) })
          : { status: 200, fields: ["Content-Type", "application/octet-stream"], content: octets },
      ),
    ),
  );
  return `https://${host}:${listener.address.port}`;
}

async function get(app: RunningApp): Promise<{ status: number; content: Uint8Array }> {
  const response = await agent().request({ url: `${app.url("http")}/p/film` });
  return { status: response.status, content: await response.body.bytes(1e6) };
}

realClient("openssl").describe("--proxy to https:", () => {
  describe.each(["hand", "node-http"])("with engine %s", (engine) => {
    const start = (url: string, state: string, env: Record<string, string> = {}): Promise<RunningApp> =>
      spawnApp("web-server", ["--engine", engine, "--state", state, "--proxy", `/p=${url}`], { env });

    it("believes the local CA, for answers and for WebSockets", async () => {
      using folder = new TemporaryFolder("proxy-tls");
      const state = join(folder.path, "state");
      const authority = await openAuthority(await openStateFolder(state));
      await using app = await start(await upstream(await authority.issue([])), state);
      const { status, content } = await get(app);
      expect([status, sha256(content)]).toEqual([200, sha256(octets)]);
      for (const scheme of ["http", "https"] as const) {
        const heard: unknown[] = [];
        const socket = await connectWebSocket({
          url: `${app.url(scheme).replace("http", "ws")}/p/chat`,
          tls: { ca: authority.certificate },
          handler: { onMessage: (message) => void heard.push(message) },
        });
        socket.send("through two layers of TLS");
        await until(() => heard.length === 1);
        expect(heard).toEqual(["through two layers of TLS"]);
        socket.close(4001);
        expect(await socket.closed).toMatchObject({ code: 4001 });
      }
    });

    it("believes an authority that Node is told of", async () => {
      using folder = new TemporaryFolder("proxy-tls");
      const { ca, certificates } = makeCertificates(["127.0.0.1"]);
      const file = join(folder.path, "extra.pem");
      writeFileSync(file, ca);
      const [tls] = certificates;
      if (tls === undefined) throw new RangeError("no certificate was made");
      await using app = await start(await upstream(tls), join(folder.path, "state"), {
        NODE_EXTRA_CA_CERTS: file,
      });
      const { status, content } = await get(app);
      expect([status, sha256(content)]).toEqual([200, sha256(octets)]);
    });

    it.each<[whom: string, names: readonly string[], known: boolean]>([
      ["an authority it does not know", ["127.0.0.1"], false],
      ["a certificate for another name", ["localhost"], true],
    ])(
      "answers 502 for %s, and its log says why",
      async (_, names, known) => {
        using folder = new TemporaryFolder("proxy-tls");
        const { ca, certificates } = makeCertificates(names);
        const file = join(folder.path, "extra.pem");
        writeFileSync(file, ca);
        const [tls] = certificates;
        if (tls === undefined) throw new RangeError("no certificate was made");
        const url = await upstream(tls);
        await using app = await start(
          url,
          join(folder.path, "state"),
          known ? { NODE_EXTRA_CA_CERTS: file } : {},
        );
        const { status, content } = await get(app);
        expect(status).toBe(502);
        expect(Buffer.from(content).toString()).toBe("The server behind /p cannot be reached.\n");
        await until(() => app.stderr.includes(url));
        expect(app.stderr).toMatch(/\/p → https:.*(?:certificate|altnames|self.signed)/i);
      },
      60_000,
    );
  });
});
