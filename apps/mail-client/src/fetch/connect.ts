/** From a host and a port to an open mailbox: connection, greeting, CAPA, TLS, login (RFC 1939 §4, RFC 2449, RFC 2595). */
import type { Pop3ClientLimits, Pop3ClientWait, Pop3Response } from "@socketscope/pop3";
import type { DialogueLine, TlsMode } from "@socketscope/smtp-session";
import {
  connectTcp,
  type Clock,
  type Clocks,
  type Stream,
  type TlsClientOptions,
} from "@socketscope/socket-core";
import { Pop3Error, refusedWith } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { logIn, type Pop3Login } from "./login.ts";

/** Milliseconds. POP3 names none for clients: these are the patience of common programs. */
export interface Pop3Deadlines {
  /** Name and TCP. Default 30 s. */
  readonly connect: number;
  /** A TLS handshake. Default 30 s. */
  readonly tls: number;
  /** Greeting, and the response to each command. Default 2 min: a server may read through a large mailbox. */
  readonly command: number;
  /** The responses of a login: they may be delayed where logins failed before. Default 2 min. */
  readonly login: number;
  /** Within a message or a listing: from octet to octet. Default 1 min. */
  readonly content: number;
  /** The response to QUIT, behind which marked messages are removed (RFC 1939 §6). Default 10 min. */
  readonly update: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const defaultPop3Deadlines: Pop3Deadlines = {
  connect: 30 * SECOND,
  tls: 30 * SECOND,
  command: 2 * MINUTE,
  login: 2 * MINUTE,
  content: MINUTE,
  update: 10 * MINUTE,
};

export interface ConnectPop3Options {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** PEM of the authorities trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Default: yes, but for `opportunistic`. */
  readonly verify?: boolean | undefined;
  /** The name that the certificate must hold. Default: `host`. */
  readonly servername?: string | undefined;
  readonly login: Pop3Login;
  readonly deadlines?: Partial<Pop3Deadlines> | undefined;
  readonly limits?: Partial<Pop3ClientLimits> | undefined;
  readonly onDialogue?: ((line: DialogueLine) => void) | undefined;
  /** Cuts the connection, now or later: without QUIT nothing is removed (RFC 1939 §6). */
  readonly interrupted?: AbortSignal | undefined;
}

/** Rejects with SocketError when there is no connection or no TLS, else with Pop3Error. */
export async function connectPop3(options: ConnectPop3Options): Promise<Exchange> {
  const deadlines = { ...defaultPop3Deadlines, ...options.deadlines };
  const stream = await open(options, deadlines);
  const { limits = {}, onDialogue, interrupted } = options;
  const exchange = new Exchange(stream, { clocks: clocksOf(deadlines), limits, onDialogue });
  const giveUp = (): void => exchange.cut(new Pop3Error("INTERRUPTED", "interrupted"));
  interrupted?.addEventListener("abort", giveUp);
  if (interrupted?.aborted === true) giveUp();
  try {
    await greeted(exchange, options.tls === "implicit");
    await exchange.list({ type: "capa" });
    if (await wantsTls(exchange, options)) {
      await exchange.startTls(trust(options));
      // RFC 2595 §4: what was offered in the clear is forgotten.
      await exchange.list({ type: "capa" });
    }
    await logIn(exchange, options.login, stream.secure);
    return exchange;
  } catch (error) {
    await leave(exchange, error);
    throw error;
  }
}

function open(options: ConnectPop3Options, deadlines: Pop3Deadlines): Promise<Stream> {
  const { host, port } = options;
  const implicit = options.tls === "implicit";
  return connectTcp({
    host,
    port,
    protocol: "pop3",
    timeout: deadlines.connect + (implicit ? deadlines.tls : 0),
    limits: { writeStallMs: deadlines.command, handshakeMs: deadlines.tls },
    ...(implicit && { tls: trust(options) }),
  });
}

/** From the start: who drips one octet now and then gets no more time for it; a message may take as long as it flows. */
function clocksOf({ command, login, content, update }: Pop3Deadlines): Clocks<Pop3ClientWait> {
  const start = (ms: number): Clock => ({ ms, from: "start" });
  return {
    greeting: start(command),
    command: start(command),
    login: start(login),
    content: { ms: content, from: "progress" },
    update: start(update),
  };
}

function trust(options: ConnectPop3Options): TlsClientOptions {
  const { host, servername = host, ca, tls, verify = tls !== "opportunistic" } = options;
  return { servername, verify, ...(ca !== undefined && { ca }) };
}

async function greeted(exchange: Exchange, secure: boolean): Promise<Pop3Response> {
  const greeting = exchange.greeting();
  if (secure) exchange.note("TLS from the first octet");
  const response = await greeting;
  if (!response.good) throw refusedWith("GREETING", "the server turns us away", response);
  return response;
}

/** True: the server waits for our ClientHello. */
async function wantsTls(exchange: Exchange, { tls }: ConnectPop3Options): Promise<boolean> {
  if (tls === "off" || tls === "implicit") return false;
  if (!exchange.capabilities.stls) {
    if (tls === "opportunistic") return false;
    throw new Pop3Error(
      "TLS_MISSING",
      "TLS is required and the server does not offer STLS: it has none, or somebody on the way took the offer out",
    );
  }
  const response = await exchange.ask({ type: "stls" });
  if (response.good) return true;
  if (tls === "opportunistic") return false;
  throw refusedWith("TLS_REFUSED", "the server offers STLS and refuses it", response);
}

/** Politely where the server still listens. */
async function leave(exchange: Exchange, error: unknown): Promise<void> {
  if (error instanceof Pop3Error && exchange.mayQuit)
    await exchange.ask({ type: "quit" }).catch(() => undefined);
  exchange.end();
}
