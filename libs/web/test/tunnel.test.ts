/** Two connections through us: what one says the other hears, at the pace it hears it, to its end. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { connectTcp, listenTcp, type Listener, type Stream } from "@socketscope/socket-core";
import { afterEach, describe, expect, it } from "vitest";
import { tunnel } from "../src/index.ts";

const sockets: Socket[] = [];
let listener: Listener | undefined;
let stop: (() => void) | undefined;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.[Symbol.asyncDispose]();
  stop?.();
});

/** The two peers, and what each has heard. */
interface Ends {
  readonly near: Peer;
  readonly far: Peer;
}

class Peer {
  readonly socket: Socket;
  heard = "";
  octets = 0;
  how: string | undefined;

  constructor(socket: Socket, reads: boolean) {
    this.socket = socket;
    sockets.push(socket);
    socket.on("error", (error: NodeJS.ErrnoException) => (this.how = error.code));
    socket.on("end", () => (this.how ??= "end"));
    if (reads) this.read();
  }

  read(): void {
    this.socket.on("data", (octets) => {
      this.octets += octets.length;
      this.heard = (this.heard + octets.toString("latin1")).slice(-100);
    });
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setTimeout(resolve, 1));
}

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** near ⇄ tunnel ⇄ far, all over TCP. */
async function laid({ idleMs = 60_000, rests = ["", ""], farReads = true } = {}): Promise<Ends> {
  const server = createServer({ allowHalfOpen: true });
  const arrived = new Promise<Socket>((resolve) => void server.once("connection", resolve));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  stop = () => void server.close();
  const { port } = server.address() as AddressInfo;
  const stream = new Promise<Stream>((resolve) => {
    void listenTcp({ host: "127.0.0.1", port: 0, protocol: "x" }, resolve).then((made) => {
      listener = made;
      const socket = connect({ host: "127.0.0.1", port: made.address.port, allowHalfOpen: true });
      near = new Peer(socket, true);
      return near;
    });
  });
  let near: Peer | undefined;
  const one = await stream;
  const other = await connectTcp({ host: "127.0.0.1", port, protocol: "x", timeout: 60_000 });
  const [first = "", second = ""] = rests;
  tunnel(
    { stream: one, rest: bytes(first) },
    { stream: other, rest: bytes(second) },
    { protocol: "y", idleMs },
  );
  const far = new Peer(await arrived, farReads);
  if (near === undefined) expect.unreachable();
  return { near, far };
}

describe("a tunnel", () => {
  it("carries what came before it was laid, and then everything, both ways", async () => {
    const { near, far } = await laid({ rests: ["a", "b"] });
    near.socket.write("c");
    far.socket.write("d");
    await until(() => near.octets === 2 && far.octets === 2);
    expect([near.heard, far.heard]).toEqual(["bd", "ac"]);
  });

  it.each(["near", "far"] as const)(
    "passes on that the %s end has ended, and the other may still speak",
    async (which) => {
      const ends = await laid();
      const [first, second] = which === "near" ? [ends.near, ends.far] : [ends.far, ends.near];
      first.socket.end("last words");
      await until(() => second.how === "end");
      expect(second.heard).toBe("last words");
      expect(first.how).toBeUndefined();
      second.socket.end("and ours");
      await until(() => first.how === "end");
      expect(first.heard).toBe("and ours");
      await until(() => listener?.open.size === 0);
    },
  );

  it.each(["near", "far"] as const)("breaks with its %s end", async (which) => {
    const { near, far } = await laid();
    (which === "near" ? near : far).socket.resetAndDestroy();
    await until(() => (which === "near" ? far : near).how !== undefined);
    await until(() => listener?.open.size === 0);
    expect((which === "near" ? far : near).heard).toBe("");
  });

  it("silent for too long, is closed at both ends", async () => {
    const { near, far } = await laid({ idleMs: 1 });
    await until(() => near.how !== undefined && far.how !== undefined);
    expect([near.heard, far.heard]).toEqual(["", ""]);
  });

  it("an end that does not read holds the other, and all arrives once it does", async () => {
    const { near, far } = await laid({ farReads: false });
    const piece = Buffer.alloc(1024 * 1024, "x");
    let written = 0;
    const more = (): void => {
      while (written < 64) {
        written++;
        if (!near.socket.write(piece)) return;
      }
      near.socket.end();
    };
    near.socket.on("drain", more);
    more();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(60);
    far.read();
    await until(() => far.how === "end");
    expect(far.octets).toBe(64 * 1024 * 1024);
  });

  it("that is drained says nothing more", async () => {
    const { near, far } = await laid();
    for (const { socket } of [near, far]) socket.on("end", () => socket.end());
    expect(await listener?.drain(20_000)).toBe(0);
    await until(() => far.how !== undefined);
    expect([near.how, far.how]).toEqual(["end", "end"]);
  });
});
