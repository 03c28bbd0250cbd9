/**
 * An SSH server that does SFTP and nothing else. RFC 4253 and 4252 (transport, login) are the ssh2 library's work; the
 * channel (RFC 4254) is handed on as a stream of its own, in which SFTP stands in clear.
 */
import {
  nextFlowId,
  StreamOverDuplex,
  type DuplexEvents,
  type Flow,
  type Stream,
  type TapPoint,
} from "@socketscope/socket-core";
import ssh2, { type Connection, type ServerChannel, type Session } from "ssh2";
import { FirstWords, GCM, GreetedDuplex } from "./greeting.ts";
import { defaultSshLimits, type SshLimits } from "./limits.ts";
import { Tries, type Credentials } from "./tries.ts";

export interface SshPolicy<Login> extends Credentials<Login> {
  /** The client asks for SFTP. The stream's flow names the SSH connection as its parent. */
  sftp(stream: Stream, login: Login): void;
  /** For logs. */
  loggedIn?(flow: Flow, user: string, how: "password" | "key"): void;
  /** For logs. */
  loginFailed?(flow: Flow, user: string, how: "password" | "key"): void;
}

export interface SshServerOptions {
  /** Private keys, as {@link generateHostKey} makes them. */
  readonly hostKeys: readonly string[];
  /** What we call ourselves in the first line (RFC 4253 §4.2). */
  readonly software: string;
  /** Sees the channels' plaintext; what TCP carries the listener's tap has seen. */
  readonly tap: TapPoint;
  readonly limits?: Partial<SshLimits>;
}

/**
 * RFC 4253 §7.1: the client's first that we have as well is taken, and OpenSSH's first is ChaCha20-Poly1305. Node has
 * no such cipher as a whole: by the library's own parts a file takes half as long again as under AES.
 */
const CIPHERS: readonly ssh2.CipherAlgorithm[] = [...GCM, "aes128-ctr", "aes192-ctr", "aes256-ctr"];

const ONLY_SFTP = "This server speaks SFTP only: there is no shell here.\n";

export class SshServer<Login> {
  readonly #library: ssh2.Server;
  /** For those who know AES-GCM: see greeting.ts. */
  readonly #gcm: ssh2.Server;
  /** Our line, as the library says it. */
  readonly #line: Uint8Array;
  /** By their flow's id: the library names a connection by nothing but the address of its socket. */
  readonly #open = new Map<string, SshSession<Login>>();
  readonly #policy: SshPolicy<Login>;
  readonly #tap: TapPoint;
  readonly #limits: SshLimits;

  constructor(policy: SshPolicy<Login>, options: SshServerOptions) {
    this.#policy = policy;
    this.#tap = options.tap;
    this.#limits = { ...defaultSshLimits, ...options.limits };
    this.#line = Buffer.from(`SSH-2.0-${options.software}\r\n`);
    this.#library = this.#withCiphers(options, CIPHERS);
    this.#gcm = this.#withCiphers(options, GCM);
  }

  #withCiphers(options: SshServerOptions, ciphers: readonly ssh2.CipherAlgorithm[]): ssh2.Server {
    const library = new ssh2.Server({
      hostKeys: [...options.hostKeys],
      ident: options.software,
      algorithms: { cipher: [...ciphers] },
      keepaliveInterval: this.#limits.keepaliveMs,
      keepaliveCountMax: 3,
    });
    return library.on("connection", (client, { ip }) => {
      const session = this.#open.get(ip);
      if (session === undefined) client.end();
      else session.begin(client);
    });
  }

  /** Goes on with a connection that has just been accepted. */
  serve(stream: Stream): void {
    stream.deadline = performance.now() + this.#limits.loginMs;
    // RFC 4253 §4.2: both sides say their line, and neither has to wait for the other's.
    stream.write(this.#line);
    stream.attach(
      new FirstWords(stream, (said, gcm) => {
        this.#begin(stream, said, gcm ? this.#gcm : this.#library);
      }),
    );
  }

  #begin(stream: Stream, said: Uint8Array, library: ssh2.Server): void {
    const key = String(stream.flow.id);
    const { length } = this.#line;
    const session = new SshSession(stream, length, this.#policy, this.#tap, this.#limits, () =>
      this.#open.delete(key),
    );
    this.#open.set(key, session);
    inject(library, Object.assign(session.duplex, { remoteAddress: key }));
    session.duplex.push(said);
  }
}

class SshSession<Login> {
  readonly duplex: GreetedDuplex;
  readonly #stream: Stream;
  readonly #policy: SshPolicy<Login>;
  readonly #tap: TapPoint;
  readonly #limits: SshLimits;
  readonly #channels = new Set<StreamOverDuplex>();
  #client: Connection | undefined;
  #login: Login | undefined;
  #draining = false;

  constructor(
    stream: Stream,
    greeted: number,
    policy: SshPolicy<Login>,
    tap: TapPoint,
    limits: SshLimits,
    ended: () => void,
  ) {
    this.#stream = stream;
    this.#policy = policy;
    this.#tap = tap;
    this.#limits = limits;
    const events: DuplexEvents = {
      late: () => this.#end("timeout"),
      finish: () => this.#drain(),
      room: () => {
        for (const channel of this.#channels) channel.room();
      },
      closed: (reason) => {
        for (const channel of this.#channels) channel.destroy(reason === "drained" ? reason : "parent");
        ended();
      },
    };
    this.duplex = new GreetedDuplex(stream, events, greeted);
  }

  begin(client: Connection): void {
    this.#client = client;
    // The library has ended the connection already; the stream tells of it.
    client.on("error", () => undefined);
    const tries = new Tries(this.#policy, this.#limits, {
      accepted: (login, user, how) => {
        this.#login = login;
        this.#policy.loggedIn?.(this.#stream.flow, user, how);
      },
      refused: (user, how) => this.#policy.loginFailed?.(this.#stream.flow, user, how),
      exhausted: () => this.#end("limit"),
    });
    client.on("authentication", (context) => {
      tries.judge(context).catch(() => context.reject());
    });
    client.on("ready", () => this.#rest());
    client.on("session", (accept, reject) => {
      if (this.#draining || this.#channels.size >= this.#limits.channels) reject();
      else this.#session(accept());
    });
  }

  #session(session: Session): void {
    session.on("pty", (accept) => accept?.());
    session.on("shell", (accept) => refuse(accept()));
    session.on("exec", (accept) => refuse(accept()));
    session.on("subsystem", (accept, reject, { name }) => {
      const login = this.#login;
      if (name !== "sftp" || login === undefined || this.#channels.size >= this.#limits.channels) reject?.();
      else this.#sftp(accept(), login);
    });
  }

  /** The library's own SFTP stays out of the way as long as nobody listens for its "sftp". */
  #sftp(channel: ServerChannel, login: Login): void {
    const { local, remote, id: parent } = this.#stream.flow;
    const stream = new StreamOverDuplex(channel, {
      flow: { id: nextFlowId(), transport: "tcp", local, remote, parent },
      protocol: "sftp",
      tap: this.#tap,
      below: this.duplex,
      // OpenSSH takes a channel without an exit status for one that broke.
      bye: () => channel.exit(0),
    });
    this.#channels.add(stream);
    this.#stream.deadline = Infinity;
    channel.on("close", () => {
      this.#channels.delete(stream);
      if (this.#channels.size === 0) this.#rest();
    });
    this.#policy.sftp(stream, login);
  }

  /** Logged in, and no channel is open. */
  #rest(): void {
    if (this.#draining) this.#end("drained");
    else this.#stream.deadline = performance.now() + this.#limits.idleMs;
  }

  #drain(): void {
    this.#draining = true;
    if (this.#channels.size === 0) this.#end("drained");
    for (const channel of this.#channels) channel.finish();
  }

  #end(reason: "timeout" | "limit" | "drained"): void {
    this.#client?.end();
    this.#stream.linger(reason);
  }
}

/** The library's types ask for a socket of node:net; it takes any duplex, and reads no more than an address of it. */
function inject(library: ssh2.Server, duplex: GreetedDuplex): void {
  const inject: unknown = Reflect.get(library, "injectSocket");
  if (typeof inject === "function") Reflect.apply(inject, library, [duplex]);
}

function refuse(channel: ServerChannel): void {
  channel.stderr.write(ONLY_SFTP);
  channel.exit(1);
  channel.end();
}
