import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import * as tls from "node:tls";
import { describe, expect, it } from "vitest";
import { makeCertificates, type Certificate } from "@socketscope/testkit";
import { connectTcp, converse, listenTcp, SocketError, TapPoint, type Tap } from "../src/index.ts";
import { now, sweepAll } from "../src/sweep.ts";
import { clocks, LineCore } from "./support/line-core.ts";
import { Peer, serveLines, turns, type OnLine } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(
  ["localhost", "127.0.0.1"],
  ["second.test"],
  ["localhost", "renewed.test"],
);
const [first, second, renewed] = certificates as [Certificate, Certificate, Certificate];
const echo: OnLine = (line, link) => void link.send(`${line.text}!`);

/** A client of Node's own, after its handshake. */
async function client(port: number, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ca, ...options });
  socket.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
  });
  return socket;
}

describe("implicit TLS", () => {
  it("carries a conversation between our own client, which verifies, and our own server", async () => {
    const { listener, next } = await serveLines(echo, { tls: first });
    const stream = await connectTcp({
      ...listener.address,
      protocol: "lines",
      timeout: 60_000,
      tls: { servername: "localhost", ca },
    });
    const dialogue = converse(stream, new LineCore(), clocks.slow);
    dialogue.send("hello");
    expect(await dialogue.next()).toEqual({ text: "hello!" });
    expect([stream.secure, (await next()).stream.secure]).toEqual([true, true]);
    stream.destroy("we-ended");
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "another connection goes on with the session of the first, under %s",
    async (maxVersion) => {
      const resumed: boolean[] = [];
      const server = tls.createServer({ ...first, maxVersion }, (socket) => {
        resumed.push(socket.isSessionReused());
        socket.on("error", () => {});
        socket.end("hello\n");
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const open = async (session?: Uint8Array): Promise<Uint8Array | undefined> => {
        const stream = await connectTcp({
          host: "127.0.0.1",
          port,
          protocol: "lines",
          timeout: 60_000,
          tls: { servername: "localhost", ca, ...(session && { session }) },
        });
        const dialogue = converse(stream, new LineCore(), clocks.slow);
        // To the server's end: the tickets came before it.
        while ((await dialogue.next()) !== undefined);
        return stream.tlsSession;
      };
      await open(await open());
      expect(resumed).toEqual([false, true]);
      server.close();
    },
  );

  // With P-384 the server asks for another key share first (RFC 8446 §4.1.4).
  it.each([{}, { ecdhCurve: "P-384" }])(
    "our handshake is over for the server, too, when we cut the connection at once: %o",
    async (options) => {
      const server = tls.createServer({ ...first, ...options });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const told = new Promise((resolve) => {
        server.once("secureConnection", () => resolve("secured"));
        server.once("tlsClientError", resolve);
      });
      const servername = "localhost";
      const stream = await connectTcp({
        host: "127.0.0.1",
        port,
        protocol: "lines",
        timeout: 60_000,
        tls: { servername, ca },
      });
      stream.destroy("we-ended");
      expect(await told).toBe("secured");
      server.close();
    },
  );

  it("is refused by a client that does not know the authority, or asked for another name", async () => {
    const { listener } = await serveLines(echo, { tls: first });
    const to = { ...listener.address, protocol: "lines", timeout: 60_000 };
    await expect(connectTcp({ ...to, tls: { servername: "localhost" } })).rejects.toMatchObject({
      code: "TLS",
    });
    await expect(connectTcp({ ...to, tls: { servername: "other.test", ca } })).rejects.toMatchObject({
      code: "TLS",
    });
    const named = await connectTcp({ ...to, tls: { servername: "127.0.0.1", ca } });
    named.destroy("we-ended");
  });

  it.each([
    ["nothing at all", ""],
    // RFC 8446 §5.1: the header of a handshake record, and of what should follow the first octet.
    ["half of a ClientHello", "\x16\x03\x01\x00\x80\x01"],
  ])("lets go of a client that says %s and leaves", async (_, octets) => {
    const { listener } = await serveLines(echo, { tls: first, limits: { handshakeMs: 600_000 } });
    const socket = connectPlain({ ...listener.address, allowHalfOpen: true });
    socket.resume();
    socket.end(octets, "latin1");
    await once(socket, "close");
    await expect.poll(() => listener.open.size).toBe(0);
  });

  it("agrees on a protocol by ALPN (RFC 7301 §3.2), and refuses a client that speaks only others", async () => {
    const { listener, next } = await serveLines(echo, { tls: { ...first, alpn: ["lines/1", "lines/0"] } });
    const socket = await client(listener.address.port, { ALPNProtocols: ["lines/0", "lines/1"] });
    expect(socket.alpnProtocol).toBe("lines/1");
    expect((await next()).stream.alpn).toBe("lines/1");
    socket.destroy();
    await expect(client(listener.address.port, { ALPNProtocols: ["h2"] })).rejects.toThrow(
      /no application protocol/i,
    );
    const silent = await client(listener.address.port);
    expect((await next()).stream.alpn).toBeUndefined();
    silent.destroy();
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "resumes a session, also on another listener of the same certificate (%s)",
    async (version) => {
      const one = await serveLines(echo, { tls: first });
      const two = await serveLines(echo, { tls: first });
      const options: tls.ConnectionOptions = { minVersion: version, maxVersion: version };
      const fresh = await client(one.listener.address.port, options);
      expect(fresh.isSessionReused()).toBe(false);
      const [session] = version === "TLSv1.2" ? [fresh.getSession()] : await once(fresh, "session");
      const again = await client(two.listener.address.port, { ...options, session });
      expect(again.isSessionReused()).toBe(true);
      fresh.destroy();
      again.destroy();
    },
  );

  it("shows the certificate of the name that the client asks for (SNI), else its own", async () => {
    const { listener } = await serveLines(echo, { tls: { ...first, names: { "second.test": second } } });
    const asked = await client(listener.address.port, { servername: "second.test" });
    expect(asked.getPeerCertificate().subject.CN).toBe("second.test");
    const other = await client(listener.address.port);
    expect(other.getPeerCertificate().subject.CN).toBe("localhost");
    asked.destroy();
    other.destroy();
  });

  it("takes a new certificate while running, and keeps the old one when the new does not fit", async () => {
    const { listener } = await serveLines(echo, { tls: first });
    expect(() => listener.replaceTls({ key: first.key, cert: renewed.cert })).toThrow(SocketError);
    const before = await client(listener.address.port);
    listener.replaceTls(renewed);
    const after = await client(listener.address.port);
    expect(before.getPeerCertificate().subjectaltname).toContain("127.0.0.1");
    expect(after.getPeerCertificate().subjectaltname).toContain("renewed.test");
    before.write("still here\n");
    expect(String((await once(before, "data"))[0])).toBe("still here!\n");
    before.destroy();
    after.destroy();
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("says whether a session was resumed, %s", async (version) => {
    const one = await serveLines(echo, { tls: first });
    const other = await serveLines(echo, { tls: first });
    const options = { minVersion: version, maxVersion: version };
    const before = await client(one.listener.address.port, options);
    // TLS 1.3 gives its tickets behind the handshake.
    const session = before.getSession();
    const ticket = version === "TLSv1.3" ? (await once(before, "session"))[0] : session;
    expect((await one.next()).stream.tls).toMatchObject({ protocol: version, resumed: false });
    const after = await client(other.listener.address.port, { ...options, session: ticket });
    expect(after.isSessionReused()).toBe(true);
    expect((await other.next()).stream.tls).toMatchObject({ protocol: version, resumed: true });
    before.destroy();
    after.destroy();
  });

  it("refuses TLS 1.1", async () => {
    const { listener } = await serveLines(echo, { tls: first });
    await expect(
      client(listener.address.port, {
        minVersion: "TLSv1.1",
        maxVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0",
      }),
    ).rejects.toThrow(/version/i);
  });

  it("cuts who never finishes the handshake, and who speaks no TLS", async () => {
    const closed: string[] = [];
    const tap = new TapPoint(tapOf({ closed: (_, reason) => void closed.push(reason) }));
    let served = 0;
    const listener = await listenTcp(
      { host: "127.0.0.1", port: 0, protocol: "lines", tls: first, tap },
      () => served++,
    );
    const silent = await Peer.to(listener);
    while (listener.open.size === 0) await turns(1);
    sweepAll(now() + 11_000);
    await silent.until((_, ended) => ended);
    silent.socket.destroy();
    while (listener.open.size > 0) await turns(1);
    const wrong = await Peer.to(listener);
    wrong.socket.write("GET / HTTP/1.1\r\n\r\n");
    await wrong.until((_, ended) => ended);
    wrong.socket.destroy();
    while (closed.length < 2) await turns(1);
    expect({ closed, served }).toEqual({ closed: ["timeout", "io"], served: 0 });
  });
});

describe("the tap above TLS", () => {
  it("sees plaintext, and what was agreed", async () => {
    const log: string[] = [];
    const tap = new TapPoint(
      tapOf({
        opened: (flow) => void log.push(`opened ${flow.transport}`),
        speaks: (_, protocol) => void log.push(`speaks ${protocol}`),
        secured: (_, protocol, cipher, alpn) =>
          void log.push(`secured ${protocol} ${cipher.length > 0} ${alpn}`),
        bytes: (_, direction, octets) => void log.push(`${direction} ${Buffer.from(octets).toString()}`),
        closed: (_, reason) => void log.push(`closed ${reason}`),
      }),
    );
    const { listener, next } = await serveLines(echo, { tls: { ...first, alpn: ["lines/1"] }, tap });
    const socket = await client(listener.address.port, { ALPNProtocols: ["lines/1"] });
    socket.write("secret\n");
    await once(socket, "data");
    socket.end();
    await (
      await next()
    ).over;
    expect(log).toEqual([
      "opened tcp",
      "secured TLSv1.3 true lines/1",
      "speaks lines",
      "in secret\n",
      "out secret!\n",
      "closed peer-ended",
    ]);
  });
});

describe("startTls", () => {
  const upgrading: OnLine = async (line, link, seen) => {
    if (line.text !== "STARTTLS") return void link.send(`${line.text}?`);
    await link.startTls(
      "go ahead",
      first,
      new LineCore(),
      { on: (line, link) => void link.send(`${line.text}!`), closed: (why) => void seen.reasons.push(why) },
      clocks.slow,
    );
  };

  async function upgrade(port: number): Promise<tls.TLSSocket> {
    const plain = connectPlain({ host: "127.0.0.1", port });
    plain.write("hi\n");
    expect(String((await once(plain, "data"))[0])).toBe("hi?\n");
    plain.write("STARTTLS\n");
    expect(String((await once(plain, "data"))[0])).toBe("go ahead\n");
    plain.removeAllListeners("data");
    const socket = tls.connect({ socket: plain, servername: "localhost", ca });
    await once(socket, "secureConnect");
    return socket;
  }

  it("goes on under TLS with a fresh core, and tells both sessions of the end", async () => {
    const { listener, next } = await serveLines(upgrading);
    const socket = await upgrade(listener.address.port);
    socket.write("secret\n");
    expect(String((await once(socket, "data"))[0])).toBe("secret!\n");
    const { stream, reasons, over, failures } = await next();
    expect(stream.secure).toBe(true);
    socket.end();
    await over;
    await turns();
    expect(reasons).toEqual(["peer-ended", "peer-ended"]);
    expect(failures).toEqual([]);
  });

  it.each([
    ["in the same segment", "STARTTLS\nMAIL FROM:<evil>\n"],
    ["without a line end", "STARTTLS\nM"],
  ])("refuses plaintext behind the request, %s (RFC 3207 §6)", async (_, octets) => {
    const { listener, next } = await serveLines(upgrading);
    const peer = await Peer.to(listener);
    peer.socket.write(octets);
    expect(await peer.until((_, ended) => ended)).toBe("");
    peer.socket.end();
    const seen = await next();
    expect(await seen.over).toBe("protocol");
    expect(seen.failures).toEqual([]);
  });

  it("ends with a reason when the handshake fails, and is no unhandled rejection", async () => {
    const { listener, next } = await serveLines(upgrading);
    const peer = await Peer.to(listener);
    peer.socket.write("STARTTLS\n");
    await peer.until((got) => got === "go ahead\n");
    peer.socket.write("this is no ClientHello\n");
    const seen = await next();
    expect(await seen.over).toBe("io");
    expect(seen.failures).toEqual([]);
    peer.socket.destroy();
  });
});

function tapOf(some: Partial<Tap>): Tap {
  const nothing = (): void => {};
  return {
    opened: nothing,
    refused: () => {},
    speaks: nothing,
    bytes: nothing,
    secured: nothing,
    closed: nothing,
    ...some,
  };
}
