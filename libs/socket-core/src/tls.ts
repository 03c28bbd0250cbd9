/** TLS on a socket, at once or in the middle of a conversation; versions 1.2 and 1.3 (RFC 5246, RFC 8446). */
import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { asSocketError, SocketError } from "./errors.ts";
import type { Tls } from "./stream.ts";

export interface TlsServerOptions {
  readonly key: Uint8Array | string;
  readonly cert: Uint8Array | string;
  /** Protocols we speak, the best first (RFC 7301); a client that offers only others is refused. */
  readonly alpn?: readonly string[];
  /** Certificates for the names a client may ask for (SNI, RFC 6066 §3), lower case; other names get the one above. */
  readonly names?: Readonly<Record<string, Certificate>>;
  /** Sessions begun with this object are gone on with under this object only, and not by whoever has one of ours. Default false. */
  readonly ownTickets?: boolean;
}

interface Certificate {
  readonly key: Uint8Array | string;
  readonly cert: Uint8Array | string;
  readonly ownTickets?: boolean;
}

export interface TlsClientOptions {
  /** The name asked for (SNI, RFC 6066 §3) and verified in the certificate. */
  readonly servername: string;
  /** PEM of the authorities trusted instead of the system's. */
  readonly ca?: string;
  /** False: whoever answers is believed, and anybody on the way can read and change everything. Default true. */
  readonly verify?: boolean;
  readonly alpn?: readonly string[];
  /** A session of the same server to go on with (RFC 8446 §2.2, RFC 5077): what another stream's `tlsSession` was. */
  readonly session?: Uint8Array;
}

export type TlsOptions = TlsServerOptions | TlsClientOptions;

/** One context per certificate for the whole process: sessions resume on each listener that shares it. */
const contexts = new WeakMap<Certificate, tls.SecureContext>();
const ticketKeys = randomBytes(48);

function contextOf(options: Certificate): tls.SecureContext {
  let context = contexts.get(options);
  if (context === undefined) {
    context = tls.createSecureContext({
      key: asBuffer(options.key),
      cert: asBuffer(options.cert),
      minVersion: "TLSv1.2",
      // A ticket that these keys do not open is passed over, and the handshake is a full one (RFC 5077 §3.2).
      ticketKeys: options.ownTickets === true ? randomBytes(48) : ticketKeys,
      sessionIdContext: "socketscope",
    });
    contexts.set(options, context);
  }
  return context;
}

/** Contexts of clients, by the authorities that they trust: a system's whole list takes 10 ms to read. */
const clientContexts = new Map<string, tls.SecureContext>();
const MAX_CLIENT_CONTEXTS = 8;

function trusting(ca: string): tls.SecureContext {
  let context = clientContexts.get(ca);
  if (context === undefined) {
    context = tls.createSecureContext({ ca, minVersion: "TLSv1.2" });
    const [oldest] = clientContexts.keys();
    if (clientContexts.size >= MAX_CLIENT_CONTEXTS && oldest !== undefined) clientContexts.delete(oldest);
    clientContexts.set(ca, context);
  }
  return context;
}

/** What was agreed in the handshake; undefined: the socket is in the clear. */
export function tlsOf(socket: Socket): Tls | undefined {
  if (!(socket instanceof tls.TLSSocket)) return undefined;
  const { name } = socket.getCipher();
  return { protocol: socket.getProtocol() ?? "", cipher: name, resumed: socket.isSessionReused() };
}

/** RFC 7301: the application protocol that was agreed. */
export function alpnOf(socket: Socket): string | undefined {
  const agreed = "alpnProtocol" in socket ? socket.alpnProtocol : undefined;
  return typeof agreed === "string" ? agreed : undefined;
}

/** PEM of the authorities that Node brings along, for who trusts others besides. */
export function systemAuthorities(): readonly string[] {
  return tls.rootCertificates;
}

/** Throws SocketError "TLS" when key and certificate do not fit: before the first client finds out. */
export function checkTls(options: TlsServerOptions): void {
  try {
    for (const certificate of [options, ...Object.values(options.names ?? {})]) contextOf(certificate);
  } catch (error) {
    throw asSocketError(error, "this certificate and key cannot be used");
  }
}

/** Begins the handshake on `socket` and calls back once, with the secured socket or why there is none. */
export function secure(
  socket: Duplex,
  options: TlsOptions,
  done: (error: unknown, secured: tls.TLSSocket) => void,
): tls.TLSSocket {
  const alpn = options.alpn === undefined ? undefined : encodeAlpn(options.alpn);
  const secured =
    "key" in options
      ? overStream(socket, {
          isServer: true,
          secureContext: contextOf(options),
          ...(options.names && { SNICallback: byName(options.names) }),
          ...(alpn && { ALPNProtocols: alpn }),
        })
      : tls.connect({
          socket,
          // RFC 6066 §3: literal addresses are not permitted in server_name; they are still verified.
          ...(/^[\d.]+$|:/.test(options.servername)
            ? { host: options.servername }
            : { servername: options.servername }),
          ...(options.ca === undefined ? { minVersion: "TLSv1.2" } : { secureContext: trusting(options.ca) }),
          ...(options.verify === false && { rejectUnauthorized: false }),
          ...(options.session !== undefined && { session: Buffer.from(options.session) }),
          ...(alpn && { ALPNProtocols: alpn }),
        });
  let called = false;
  // A FIN is told to those who read, and until the handshake is over nobody does: the peer would seem to be there still.
  const look = (): void => void secured.read(0);
  const gone = (): void => once(new Error("the peer left during the TLS handshake"));
  const once = (error: unknown): void => {
    if (called) return;
    called = true;
    secured.off("readable", look);
    secured.off("end", gone);
    done(error, secured);
  };
  secured.on("readable", look);
  secured.once("end", gone);
  // A server-side TLSSocket made by hand says 'secure' and never 'secureConnect'.
  if ("key" in options) secured.once("secure", () => once(undefined));
  // RFC 8446 §4.4.4: Node says it before our Finished is on its way, and who cuts the connection in that very turn
  // leaves the server in a handshake that failed (vsftpd then ends the FTP session, too).
  else secured.once("secureConnect", () => setImmediate(once, undefined));
  secured.once("error", once);
  secured.once("close", gone);
  return secured;
}

/** Node takes any stream here; its types know of sockets only. */
function overStream(stream: Duplex, options: tls.TLSSocketOptions): tls.TLSSocket {
  if (stream instanceof Socket) return new tls.TLSSocket(stream, options);
  const made: unknown = Reflect.construct(tls.TLSSocket, [stream, options]);
  if (made instanceof tls.TLSSocket) return made;
  throw new SocketError("TLS", "this Node cannot speak TLS over a stream");
}

/** No context for a name means the listener's own. */
function byName(names: Readonly<Record<string, Certificate>>) {
  return (name: string, answer: (error: Error | null, context?: tls.SecureContext) => void): void => {
    const lower = name.toLowerCase();
    const certificate = Object.hasOwn(names, lower) ? names[lower] : undefined;
    answer(null, certificate && contextOf(certificate));
  };
}

/** RFC 7301 §3.1: each name behind its length in one octet. */
function encodeAlpn(names: readonly string[]): Buffer {
  return Buffer.concat(names.flatMap((name) => [Buffer.of(name.length), Buffer.from(name, "latin1")]));
}

function asBuffer(value: Uint8Array | string): Buffer | string {
  return typeof value === "string" ? value : Buffer.from(value);
}
