/** TLS that the connection outlives, as FTP's CCC asks for it: what is said under it, behind it, and by whom first. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import * as tls from "node:tls";
import { makeCertificates, TlsOverlay, type Certificate } from "@socketscope/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  drive,
  Intercept,
  listenTcp,
  parseFault,
  SocketError,
  TapPoint,
  type CloseReason,
  type Link,
  type ListenOptions,
  type Session,
} from "../src/index.ts";
import { clocks, LineCore, type Line } from "./support/line-core.ts";
import { turns } from "./support/peer.ts";

const { ca, certificates } = makeCertificates(["localhost"]);
const [certificate] = certificates as [Certificate];
const versions = ["TLSv1.2", "TLSv1.3"] as const;
type Version = (typeof versions)[number];

/** A server of lines under TLS: LEAVE is answered and ends TLS, all others are said back. */
async function serve(
  options: Partial<ListenOptions> & { readonly mayLeave?: boolean; readonly upgrade?: boolean } = {},
) {
  const { mayLeave = true, upgrade = false, ...given } = options;
  const others = { limits: { leaveTlsMs: 0 }, ...given };
  const reasons: CloseReason[] = [];
  const failures: unknown[] = [];
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "lines", ...others }, (stream) => {
    const session: Session<Line, string> = {
      on({ text }, link: Link<string>) {
        if (text === "STARTTLS")
          return link
            .startTls("go", certificate, new LineCore(), session, clocks.slow, { mayLeave })
            .then(() => undefined);
        if (text === "LEAVE") return link.leaveTls("leaving", "lines");
        return void link.send(`${text}!${stream.secure ? " secret" : ""}`);
      },
      closed: (why) => void reasons.push(why),
      failed: (error) => void failures.push(error),
    };
    if (upgrade) return void drive(stream, new LineCore(), session, clocks.slow);
    stream.secureWith(certificate, { mayLeave }).then(
      () => drive(stream, new LineCore(), session, clocks.slow),
      () => stream.destroy("io"),
    );
  });
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return { port: listener.address.port, reasons, failures };
}

/** A client that says where one segment ends. */
class LeavingClient {
  readonly plain: Socket;
  readonly overlay: TlsOverlay;
  readonly secured: tls.TLSSocket;
  under = "";
  clear = "";
  left = false;
  #wake: (() => void)[] = [];

  private constructor(plain: Socket, version: Version) {
    this.plain = plain;
    this.overlay = new TlsOverlay(plain);
    plain.on("close", () => this.#woken());
    const versioned = { minVersion: version, maxVersion: version };
    this.secured = tls.connect({ socket: this.overlay, servername: "localhost", ca, ...versioned });
    this.secured.on("error", () => undefined);
    this.secured.on("data", (octets: Buffer) => {
      this.under += octets.toString();
      this.#woken();
    });
    this.secured.on("end", () => {
      this.left = true;
      this.overlay.left().on("data", (octets: Buffer) => {
        this.clear += octets.toString();
        this.#woken();
      });
      this.#woken();
    });
  }

  /** `first`: said in clear, and answered before TLS begins. */
  static async to(port: number, version: Version, first?: string): Promise<LeavingClient> {
    const plain = connect({ host: "127.0.0.1", port, noDelay: true });
    onTestFinished(() => void plain.destroy());
    if (first !== undefined) {
      plain.write(first);
      await once(plain, "data");
    }
    const client = new LeavingClient(plain, version);
    await once(client.secured, "secureConnect");
    return client;
  }

  say(text: string): void {
    this.secured.write(text);
  }

  async until(condition: (client: LeavingClient) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.plain.destroyed) throw new Error(`closed with ${JSON.stringify([this.under, this.clear])}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Its close_notify, not sent. */
  async closeNotify(): Promise<Buffer> {
    this.overlay.held = Buffer.alloc(0);
    this.secured.end();
    await once(this.secured, "finish");
    return this.overlay.held;
  }

  async leave(): Promise<void> {
    this.say("LEAVE\n");
    await this.until(({ left }) => left);
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

describe.each(versions)("a connection that outlives its %s", (version) => {
  it.each(["one segment", "two segments", "octet by octet"] as const)(
    "goes on in clear behind the peer's close_notify, in %s",
    async (how) => {
      const { port, failures } = await serve();
      const client = await LeavingClient.to(port, version);
      client.say("hello\n");
      await client.until(({ under }) => under === "hello! secret\n");
      await client.leave();
      expect(client.under).toBe("hello! secret\nleaving\n");
      const [notify, words] = [await client.closeNotify(), Buffer.from("one\ntwo\n")];
      const whole = Buffer.concat([notify, words]);
      const segments = {
        "one segment": [whole],
        "two segments": [notify, words],
        "octet by octet": [...whole].map((octet) => Buffer.from([octet])),
      }[how];
      for (const segment of segments) {
        client.plain.write(segment);
        await turns();
      }
      await client.until(({ clear }) => clear === "one!\ntwo!\n");
      client.plain.write("three\n");
      await client.until(({ clear }) => clear === "one!\ntwo!\nthree!\n");
      expect(failures).toEqual([]);
    },
  );

  it("that began in the midst of it, too", async () => {
    const { port } = await serve({ upgrade: true, sharedReads: true });
    const client = await LeavingClient.to(port, version, "STARTTLS\n");
    client.say("hello\n");
    await client.until(({ under }) => under === "hello! secret\n");
    await client.leave();
    client.plain.write(Buffer.concat([await client.closeNotify(), Buffer.from("one\n")]));
    await client.until(({ clear }) => clear === "one!\n");
    client.plain.write("two\n");
    await client.until(({ clear }) => clear === "one!\ntwo!\n");
    expect(client.under).toBe("hello! secret\nleaving\n");
  });

  it("goes on in clear where the peer says no close_notify, as curl does", async () => {
    const { port } = await serve();
    const client = await LeavingClient.to(port, version);
    await client.leave();
    client.plain.write("one\n");
    await client.until(({ clear }) => clear === "one!\n");
    expect(client.under).toBe("leaving\n");
  });

  it("lets the peer be the first to end it", async () => {
    const { port } = await serve({ limits: { leaveTlsMs: 60_000 } });
    const client = await LeavingClient.to(port, version);
    client.say("LEAVE\n");
    await client.until(({ under }) => under === "leaving\n");
    client.plain.write(await client.closeNotify());
    await client.until(({ left }) => left);
    client.plain.write("one\n");
    await client.until(({ clear }) => clear === "one!\n");
    expect(client.under).toBe("leaving\n");
  });

  it("reads what still comes under TLS before what comes in clear", async () => {
    const { port } = await serve();
    const client = await LeavingClient.to(port, version);
    client.overlay.held = Buffer.alloc(0);
    client.say("LEAVE\none\n");
    client.say("two\n");
    await turns();
    const said = client.overlay.held;
    client.plain.write(Buffer.concat([said, await client.closeNotify(), Buffer.from("three\n")]));
    await client.until(({ clear }) => clear === "one!\ntwo!\nthree!\n");
    expect(client.under).toBe("leaving\n");
  });

  it("ends where TCP ends instead", async () => {
    const { port, reasons } = await serve();
    const client = await LeavingClient.to(port, version);
    await client.leave();
    client.plain.end();
    await once(client.plain, "close");
    await turns();
    expect(reasons).toEqual(["peer-ended"]);
  });

  it("is cut at a record that is none of this TLS", async () => {
    const { port, reasons } = await serve();
    const client = await LeavingClient.to(port, version);
    await client.leave();
    // RFC 8446 §5.1: application data, of which the keys are somebody else's.
    client.plain.write(Buffer.from([23, 3, 3, 0, 32, ...Array.from({ length: 32 }, () => 7)]));
    await once(client.plain, "close");
    await turns();
    expect(reasons).toEqual(["io"]);
  });

  it("tells its taps what is ciphertext and what is not", async () => {
    const [events, wire]: [string[], string[]] = [[], []];
    const note = (log: string[]): TapPoint =>
      new TapPoint({
        opened: () => undefined,
        refused: () => undefined,
        speaks: (_, protocol) => void log.push(`speaks ${protocol}`),
        secured: () => void log.push("secured"),
        cleared: () => void log.push("cleared"),
        bytes: (_, direction, octets) => {
          const text = Buffer.from(octets).toString("latin1");
          if (log === events || /^[a-z!\n]+$/.test(text)) log.push(`${direction} ${text.trim()}`);
        },
        closed: (_, reason) => void log.push(reason),
      });
    const { port } = await serve({ tap: note(events), wireTap: note(wire) });
    const client = await LeavingClient.to(port, version);
    await client.leave();
    client.plain.write(Buffer.concat([await client.closeNotify(), Buffer.from("one\n")]));
    await client.until(({ clear }) => clear === "one!\n");
    expect(events).toEqual([
      "speaks lines",
      "secured",
      "in LEAVE",
      "out leaving",
      "cleared",
      "in one",
      "out one!",
    ]);
    expect(wire).toEqual(["speaks lines", "speaks tls", "speaks lines", "in one", "out one!"]);
  });

  it("is still obeyed by an intercept", async () => {
    const intercept = new Intercept();
    const { port } = await serve({ intercept });
    const client = await LeavingClient.to(port, version);
    intercept.add(parseFault({ on: "in", action: { type: "edit", find: "one", replace: "eins" } }));
    await client.leave();
    client.plain.write(Buffer.concat([await client.closeNotify(), Buffer.from("one\n")]));
    await client.until(({ clear }) => clear.endsWith("\n"));
    expect(client.clear).toBe("eins!\n");
  });
});

describe("leaving TLS", () => {
  it("is refused where it was not begun for that", async () => {
    const { port, failures } = await serve({ mayLeave: false });
    const client = await LeavingClient.to(port, "TLSv1.3");
    client.say("LEAVE\n");
    await once(client.plain, "close");
    expect(failures).toEqual([expect.any(SocketError)]);
  });
});
