/** Real talks under TLS, between Node and Node or openssl, as a listener on the wire between them hears them. */
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { connect as connectTcp, createServer, type Server } from "node:net";
import { connect, createServer as createTlsServer, type TlsOptions } from "node:tls";
import { type Certificate, makeCertificates } from "@socketscope/testkit";

export interface Chunk {
  readonly direction: "in" | "out";
  readonly octets: Uint8Array;
}

export interface TlsTalk {
  /** What the wire carried; "in" is from the client. */
  readonly chunks: readonly Chunk[];
  readonly keys: readonly string[];
  /** As the server's own TLS names it: what a tap tells. */
  readonly tls: readonly [protocol: string, cipher: string, alpn: string | undefined];
}

export interface TalkOptions {
  readonly server?: TlsOptions;
  readonly client?: Omit<TlsOptions, "ca">;
  /** Of openssl's client, instead of Node's: its words, and what is typed. */
  readonly openssl?: { readonly words: readonly string[]; readonly typed: string };
  /** The client comes again, with the session of the first talk. */
  readonly resumed?: boolean;
}

/** What each of the two says; the client first. */
export const ASKED = "ping, and then some";
export const ANSWERED = "pong ".repeat(40);

let made: { readonly ca: string; readonly certificate: Certificate } | undefined;

function certificates(): { readonly ca: string; readonly certificate: Certificate } {
  const { ca, certificates: all } = makeCertificates(["127.0.0.1"]);
  const [certificate] = all;
  if (certificate === undefined) throw new TypeError("one was asked for");
  return (made ??= { ca, certificate });
}

/** Two talks where it is resumed; the last one is told of. */
export async function talk(options: TalkOptions): Promise<TlsTalk> {
  const { ca, certificate } = made ?? certificates();
  let chunks: readonly Chunk[] = [];
  const keys: string[] = [];
  let named: TlsTalk["tls"] = ["", "", undefined];
  const server = createTlsServer({ ...certificate, ...options.server }, (socket) => {
    const alpn = socket.alpnProtocol;
    named = [
      socket.getProtocol() ?? "",
      socket.getCipher().name,
      alpn === false ? undefined : (alpn ?? undefined),
    ];
    let heard = "";
    socket.on("error", () => undefined);
    socket.on("data", (octets: Buffer) => {
      heard += octets.toString("latin1");
      if (heard.endsWith(ASKED) || heard.endsWith("bye\n")) socket.end(ANSWERED);
    });
  });
  server.on("keylog", (line: Buffer) => keys.push(line.toString("latin1").trimEnd()));
  server.on("tlsClientError", () => undefined);
  const heard = new EventEmitter();
  const wire = createServer({ allowHalfOpen: true }, (client) => {
    const inside = connectTcp({ port: portOf(server), host: "127.0.0.1", allowHalfOpen: true });
    const own: Chunk[] = [];
    chunks = own;
    const carry = (direction: Chunk["direction"], octets: Buffer): void => {
      own.push({ direction, octets: Uint8Array.from(octets) });
      if (direction === "in") heard.emit("in");
      (direction === "in" ? inside : client).write(octets);
    };
    client.on("data", (octets: Buffer) => carry("in", octets)).on("end", () => inside.end());
    inside.on("data", (octets: Buffer) => carry("out", octets)).on("end", () => client.end());
    client.on("error", () => inside.destroy());
    inside.on("error", () => client.destroy());
  });
  for (const one of [server, wire]) await once(one.listen(0, "127.0.0.1"), "listening");
  const port = portOf(wire);
  try {
    if (options.openssl !== undefined) await typed(port, options.openssl, heard);
    else {
      const first = await asked(port, { ca, ...options.client });
      if (options.resumed === true)
        await asked(port, { ca, ...options.client, ...(first && { session: first }) });
    }
  } finally {
    for (const one of [server, wire]) await new Promise((resolve) => one.close(resolve));
  }
  return { chunks, keys, tls: named };
}

/** Asks, hears the answer, and brings the session home. */
async function asked(port: number, options: object): Promise<Uint8Array | undefined> {
  const socket = connect({ port, host: "127.0.0.1", ...options });
  let session: Uint8Array | undefined;
  socket.on("session", (one: Uint8Array) => (session = one));
  socket.on("error", () => undefined);
  socket.on("secureConnect", () => socket.write(ASKED));
  socket.resume();
  await once(socket, "close");
  return session;
}

async function typed(
  port: number,
  { words, typed: lines }: NonNullable<TalkOptions["openssl"]>,
  heard: EventEmitter,
): Promise<void> {
  const child = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...words], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  let said = "";
  const wait = lines.split(/(?<=\n)/).toReversed();
  const next = (): void => {
    const line = wait.pop();
    if (line !== undefined) child.stdin.write(line);
  };
  // It may leave at the server's close_notify with a line unread.
  child.stdin.on("error", () => undefined);
  // The first line when the handshake is done, each other once the one before has led to a record on the wire.
  child.stdout.on("data", (octets: Buffer) => {
    const before = said.includes("read R BLOCK") || said.includes("---\n");
    said += octets.toString("latin1");
    if (before || !said.includes("---\n")) return;
    heard.on("in", next);
    next();
  });
  await once(child, "close");
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
