/** The intercept stands above TLS: it sees and changes plaintext. */
import { once } from "node:events";
import * as tls from "node:tls";
import { makeCertificates, type Certificate } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { Intercept, parseFault, type Link } from "../src/index.ts";
import { FakeTime } from "./support/fake-time.ts";
import { until } from "./support/intercepted.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(["localhost"]);
const [certificate] = certificates as [Certificate];

describe("above TLS", () => {
  const secure = async (port: number) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ca });
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    return new Peer(socket);
  };

  it("sees and changes plaintext, and resets", async () => {
    const intercept = new Intercept({}, new FakeTime());
    intercept.add(parseFault({ on: "out", action: { type: "edit", find: "!", replace: "?" } }));
    intercept.add(parseFault({ on: "in", match: { contains: "boom" }, action: { type: "reset" } }));
    const { listener, next } = await serveLines((line, link) => void link.send(`${line.text}!`), {
      tls: certificate,
      intercept,
    });
    const peer = await secure(listener.address.port);
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("a?\n");
    const closed = once(peer.socket, "close");
    peer.socket.write("boom\n");
    await expect(closed).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await (await next()).over).toBe("io");
    expect(peer.ended).toBe(false);
  });

  it("lets the held answer to STARTTLS leave before the handshake begins", async () => {
    const time = new FakeTime();
    const intercept = new Intercept({}, time);
    intercept.add(parseFault({ on: "out", match: { contains: "go" }, action: { type: "delay", ms: 500 } }));
    const session = {
      on: async ({ text: said }: { text: string }, link: Link<string>) => {
        if (said === "STARTTLS") await link.startTls("go", certificate, new LineCore(), session, clocks.slow);
        else link.send(`${said}!`);
      },
    };
    const { listener, next } = await serveLines(({ text: said }, link) => session.on({ text: said }, link), {
      intercept,
    });
    const peer = await Peer.to(listener);
    await next();
    peer.socket.write("STARTTLS\n");
    await until(() => intercept.waiting === 3);
    await turns(20);
    time.advance(500);
    expect(await peer.until((got) => got.length >= 3)).toBe("go\n");
    peer.socket.removeAllListeners("data");
    const secured = new Peer(tls.connect({ socket: peer.socket, servername: "localhost", ca }));
    await once(secured.socket, "secureConnect");
    secured.socket.write("a\n");
    expect(await secured.until((got) => got.length >= 3)).toBe("a!\n");
    secured.socket.destroy();
  });
});
