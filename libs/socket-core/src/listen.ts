/** A TCP listener: accepts, asks the admission, secures, hands over, and drains. */
import { createServer, isIPv4, type Server, type Socket } from "node:net";
import type { Admission } from "./admission.ts";
import { contains, parseAddress, parseCidr, type Cidr } from "./cidr.ts";
import { asSocketError } from "./errors.ts";
import type { Address, Flow } from "./flow.ts";
import type { Intercept } from "./intercept.ts";
import { readProxyHeader } from "./proxy-header-reader.ts";
import type { Stream, StreamOwner } from "./stream.ts";
import { warn } from "./warn.ts";
import { nextFlowId } from "./flow-id.ts";
import { TapPoint } from "./tap-point.ts";
import { defaultStreamLimits, type StreamLimits } from "./stream-limits.ts";
import { TcpStream } from "./tcp-stream.ts";
import { checkTls, type TlsServerOptions } from "./tls.ts";

export interface ListenOptions {
  /** A literal address or a name; with `path`, ignored. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** A UNIX socket instead of host and port. */
  readonly path?: string;
  /** What the octets are, for the tap: "http", "smtp", … */
  readonly protocol: string;
  /** TLS from the first octet. */
  readonly tls?: TlsServerOptions;
  readonly tap?: TapPoint;
  /** Sees the octets as TCP carries them, below TLS: its records. Costs TLS a detour; none where it is not given. */
  readonly wireTap?: TapPoint;
  /** Faults for its connections, those open and those to come. One may serve several listeners. Default none. */
  readonly intercept?: Intercept;
  /** Each connection is this one's child, and dies with it (FTP data → its control). */
  readonly parent?: Stream;
  readonly admission?: Admission;
  /** Networks whose connections must begin with a PROXY header (v1 or v2), and stand for the client it names. Default none. */
  readonly proxyFrom?: readonly string[];
  /** Milliseconds for that header. Default 5 s. */
  readonly proxyHeaderMs?: number;
  readonly limits?: Partial<StreamLimits>;
  /** For a dialogue of short lines: its octets are read through one buffer and copied, which saves Node 64 KiB a read. Default false. */
  readonly sharedReads?: boolean;
  /** Connections at once; the next waits in the kernel's backlog no longer but is reset. Default 20,000. */
  readonly maxConnections?: number;
  /** Connections that the admission dropped and that are held in silence, at once. Default 256. */
  readonly maxSilent?: number;
  /** Milliseconds a dropped connection is held. Default 20 s. */
  readonly silentMs?: number;
}

export interface Listener extends AsyncDisposable {
  readonly address: Address;
  readonly open: ReadonlySet<Flow>;
  /** Stops accepting, lets what runs finish, cuts the rest after `ms` (reason "drained"). Returns how many were cut. */
  drain(ms: number): Promise<number>;
  /** For new connections; running ones keep theirs. Throws SocketError "TLS" when key and certificate do not fit. */
  replaceTls(tls: TlsServerOptions): void;
}

/** What our own TCP listener can beside that. */
export interface TcpListening extends Listener {
  /** Accepts nobody any more and frees the port at once; those who are here stay, and `drain` ends them as ever. */
  stop(): void;
}

export const DEFAULT_MAX_CONNECTIONS = 20_000;
const DEFAULT_PROXY_HEADER_MS = 5_000;

/** Connections the kernel completes ahead of us (it cuts this down to its own net.core.somaxconn). */
const BACKLOG = 4096;

/** Rejects with SocketError when the address cannot be had, CidrError when `proxyFrom` cannot be read. */
export async function listenTcp(
  options: ListenOptions,
  serve: (stream: Stream) => void,
): Promise<TcpListening> {
  if (options.tls !== undefined) checkTls(options.tls);
  const listener = new TcpListener(options, serve);
  await listener.listen();
  return listener;
}

class TcpListener implements TcpListening, StreamOwner {
  readonly open = new Set<Flow>();
  readonly #options: ListenOptions;
  readonly #serve: (stream: Stream) => void;
  readonly #server: Server;
  readonly #streams = new Set<TcpStream>();
  readonly #silent = new Set<Socket>();
  /** Sockets from trusted proxies whose header is still to come. */
  readonly #unnamed = new Set<Socket>();
  readonly #proxies: readonly Cidr[];
  readonly #tap: TapPoint;
  readonly #limits: StreamLimits;
  #tls: TlsServerOptions | undefined;
  #address: Address = { host: "", port: 0 };
  #boundToAll = false;
  #unwatch: (() => void) | undefined;
  readonly #whenEmpty: (() => void)[] = [];
  #stopped: Promise<void> | undefined;

  constructor(options: ListenOptions, serve: (stream: Stream) => void) {
    this.#options = options;
    this.#serve = serve;
    this.#tls = options.tls;
    this.#proxies = (options.proxyFrom ?? []).map(parseCidr);
    this.#tap = options.tap ?? new TapPoint();
    this.#limits = { ...defaultStreamLimits, ...options.limits };
    // allowHalfOpen: a client that ends its side after asking still gets its answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    const most = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    this.#server.maxConnections = most;
    this.#server.on("drop", (dropped) => {
      const remote = { host: dropped?.remoteAddress ?? "", port: dropped?.remotePort ?? 0 };
      this.#tap.refused(remote, this.#address, `max-connections ${most}`);
    });
  }

  get address(): Address {
    return this.#address;
  }

  listen(): Promise<void> {
    const { host, port, path } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", (error) =>
        reject(asSocketError(error, `listening on ${path ?? `${host} port ${port}`}`)),
      );
      // ipv6Only: 127.0.0.1 and ::1 can both be bound to one port number.
      server.listen(
        path === undefined ? { host, port, ipv6Only: true, backlog: BACKLOG } : { path, backlog: BACKLOG },
        () => {
          server.on("error", ignore);
          // What was asked for was had: the kernel need not say it again.
          const bound =
            port > 0 && isIPv4(host) && path === undefined ? { address: host, port } : server.address();
          this.#address =
            bound === null || typeof bound === "string"
              ? { host: path ?? host, port: 0 }
              : { host: bound.address, port: bound.port };
          this.#unwatch = this.#options.intercept?.watch(this.#streams);
          this.#boundToAll = this.#address.host === "0.0.0.0" || this.#address.host === "::";
          resolve();
        },
      );
    });
  }

  replaceTls(tls: TlsServerOptions): void {
    checkTls(tls);
    this.#tls = tls;
  }

  #accept(socket: Socket): void {
    const remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    // One object for all: only a socket bound to every address has to be asked which one it was.
    const local = this.#boundToAll
      ? { host: socket.localAddress ?? this.#address.host, port: socket.localPort ?? 0 }
      : this.#address;
    if (this.#proxies.length > 0 && this.#isProxy(remote)) this.#awaitHeader(socket, remote, local);
    else this.#judge(socket, remote, local);
  }

  #isProxy(remote: Address): boolean {
    const octets = parseAddress(remote.host);
    return octets !== undefined && this.#proxies.some((network) => contains(network, octets));
  }

  /** Nothing is judged, shown or secured before the header says who it is; the ClientHello comes after it. */
  #awaitHeader(socket: Socket, proxy: Address, local: Address): void {
    this.#unnamed.add(socket);
    readProxyHeader(socket, this.#options.proxyHeaderMs ?? DEFAULT_PROXY_HEADER_MS, (outcome) => {
      // gone from the set: we are draining, and it was us who closed it
      if (!this.#unnamed.delete(socket)) return;
      if ("refused" in outcome) {
        this.#tap.refused(proxy, local, outcome.refused);
        socket.resetAndDestroy();
      } else this.#judge(socket, outcome.header.type === "proxied" ? outcome.header.source : proxy, local);
    });
  }

  /** `remote`: the client's address; behind a trusted proxy the one its header named. */
  #judge(socket: Socket, remote: Address, local: Address): void {
    const { admission } = this.#options;
    const verdict = admission?.admit(remote, local);
    if (verdict !== undefined && verdict.action !== "allow") {
      this.#tap.refused(remote, local, verdict.rule);
      socket.on("error", ignore);
      if (verdict.action === "reject") socket.resetAndDestroy();
      else this.#keepSilent(socket);
      return;
    }
    const { parent } = this.#options;
    const flow: Flow = {
      id: nextFlowId(),
      transport: "tcp",
      local,
      remote,
      ...(parent && { parent: parent.flow.id }),
    };
    const stream = new TcpStream(socket, flow, this.#tap, this.#limits, this, this.#options.wireTap);
    stream.readsShared = this.#options.sharedReads ?? false;
    this.open.add(flow);
    this.#streams.add(stream);
    this.#options.intercept?.opened(stream);
    parent?.adopt(stream);
    if (this.#tls === undefined) this.#handOver(stream);
    else
      stream.secureWith(this.#tls).then(
        () => this.#handOver(stream),
        () => stream.destroy("io"),
      );
  }

  streamClosed(stream: TcpStream): void {
    this.open.delete(stream.flow);
    this.#streams.delete(stream);
    this.#options.admission?.release(stream.flow.remote);
    if (this.#streams.size === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #handOver(stream: TcpStream): void {
    stream.speaks(this.#options.protocol);
    try {
      this.#serve(stream);
    } catch (error) {
      stream.destroy("internal");
      warn(error);
    }
  }

  /** User space cannot un-accept: what it drops it holds without a word, a bounded number for a bounded time. */
  #keepSilent(socket: Socket): void {
    if (this.#silent.size >= (this.#options.maxSilent ?? 256)) {
      socket.destroy();
      return;
    }
    this.#silent.add(socket);
    socket.pause();
    const cut = setTimeout(() => socket.destroy(), this.#options.silentMs ?? 20_000).unref();
    socket.once("close", () => {
      clearTimeout(cut);
      this.#silent.delete(socket);
    });
  }

  stop(): void {
    this.#stopped ??= new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async drain(ms: number): Promise<number> {
    this.stop();
    for (const socket of this.#silent) socket.destroy();
    for (const socket of this.#unnamed) {
      this.#unnamed.delete(socket);
      socket.destroy();
    }
    for (const stream of this.#streams) stream.finish();
    let cut = 0;
    if (this.#streams.size > 0) {
      const timer = setTimeout(() => {
        cut = this.#streams.size;
        for (const stream of this.#streams) stream.destroy("drained");
      }, ms);
      await new Promise<void>((resolve) => {
        this.#whenEmpty.push(resolve);
      });
      clearTimeout(timer);
    }
    await this.#stopped;
    this.#unwatch?.();
    return cut;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }
}

function ignore(): void {
  // A refused or a listening socket's late error concerns nobody.
}
