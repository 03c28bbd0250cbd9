/** From a host and a port to a session: connection, greeting, EHLO, TLS, login (RFC 5321 §3.1, §3.2; RFC 3207; RFC 4954). */
import type { Reply } from "@socketscope/smtp";
import {
  connectTcp,
  SocketError,
  TapPoint,
  type Stream,
  type TlsClientOptions,
} from "@socketscope/socket-core";
import { refusedWith, SmtpError } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { logIn } from "./login.ts";
import {
  defaultSmtpDeadlines,
  type ConnectSmtpOptions,
  type Mechanism,
  type SmtpDeadlines,
} from "./options.ts";
import { SecuredTap } from "./secured-tap.ts";
import { SmtpSession } from "./session.ts";

/**
 * Rejects with SocketError when there is no connection or no TLS, and with SmtpError when the server would not go as
 * far as was asked. There is no second try: who wants another address or less TLS asks again.
 */
export async function connectSmtp(options: ConnectSmtpOptions): Promise<SmtpSession> {
  const deadlines = { ...defaultSmtpDeadlines, ...options.deadlines };
  const tap = new SecuredTap(options.tap);
  const stream = await unlessAborted(open(options, deadlines, tap), options.signal);
  const exchange = new Exchange(stream, {
    deadlines,
    limits: options.limits ?? {},
    onDialogue: options.onDialogue,
  });
  const giveUp = (): void => exchange.cut(givenUp());
  options.signal?.addEventListener("abort", giveUp);
  try {
    const greeting = await greeted(exchange, options.tls === "implicit" && tap.secure !== undefined);
    let hello = await sayHello(exchange, options.hostname);
    if (await wantsTls(exchange, options)) {
      await exchange.startTls(trust(options));
      // RFC 3207 §4.2: what was said in the clear is forgotten, EHLO is said again.
      hello = await sayHello(exchange, options.hostname);
    }
    const mechanism: Mechanism | undefined =
      options.login && (await logIn(exchange, options.login, stream.secure));
    return new SmtpSession(exchange, {
      greeting,
      hello,
      secured: tap.secure,
      verified: tap.secure !== undefined && verifies(options),
      mechanism,
    });
  } catch (error) {
    await leave(exchange, error);
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", giveUp);
  }
}

function givenUp(): SmtpError {
  return new SmtpError("CLOSED", "the connection was given up by us");
}

/** A stream that comes too late is closed. */
async function unlessAborted(opening: Promise<Stream>, signal: AbortSignal | undefined): Promise<Stream> {
  if (signal === undefined) return opening;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(givenUp());
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    if (signal.aborted) opening.then((late) => late.destroy("we-ended")).catch(() => undefined);
    throw error;
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

async function open(options: ConnectSmtpOptions, deadlines: SmtpDeadlines, tap: SecuredTap): Promise<Stream> {
  const { host, port } = options;
  const implicit = options.tls === "implicit";
  return connectTcp({
    host,
    port,
    protocol: "smtp",
    timeout: deadlines.connect + (implicit ? deadlines.tls : 0),
    tap: new TapPoint(tap),
    limits: { writeStallMs: deadlines.block, handshakeMs: deadlines.tls },
    ...(implicit && { tls: trust(options) }),
  });
}

function verifies({ tls, verify }: ConnectSmtpOptions): boolean {
  return verify ?? tls !== "opportunistic";
}

function trust(options: ConnectSmtpOptions): TlsClientOptions {
  const { host, servername = host, ca } = options;
  return { servername, verify: verifies(options), ...(ca !== undefined && { ca }) };
}

async function greeted(exchange: Exchange, secure: boolean): Promise<Reply> {
  const greeting = exchange.greeting();
  if (secure) exchange.note("TLS from the first octet");
  const reply = await greeting;
  // RFC 5321 §3.1: 554 instead of 220: no SMTP service here; QUIT is all that is left to say.
  if (reply.code >= 400) throw refusedWith("GREETING", "the server turns us away", reply);
  return reply;
}

async function sayHello(exchange: Exchange, domain: string): Promise<"EHLO" | "HELO"> {
  const extended = await exchange.ask({ type: "ehlo", domain });
  if (extended.code < 400) return "EHLO";
  // RFC 5321 §3.2: a server that does not know EHLO is asked by HELO.
  if (extended.code < 500) throw refusedWith("HELLO", "the server refuses EHLO", extended);
  const plain = await exchange.ask({ type: "helo", domain });
  if (plain.code >= 400) throw refusedWith("HELLO", "the server refuses EHLO and HELO", plain);
  return "HELO";
}

/** True: the server waits for our ClientHello. */
async function wantsTls(exchange: Exchange, { tls }: ConnectSmtpOptions): Promise<boolean> {
  if (tls === "off" || tls === "implicit") return false;
  if (!exchange.extensions.startTls) {
    if (tls === "opportunistic") return false;
    throw new SmtpError("TLS_MISSING", missingText(exchange));
  }
  const reply = await exchange.ask({ type: "starttls" });
  if (reply.code < 400) return true;
  if (tls === "opportunistic" && reply.code !== 421) return false;
  throw refusedWith("TLS_REFUSED", "the server offers STARTTLS and refuses it", reply);
}

/** RFC 3207 §6: who can change what is sent can take the offer out; some boxes overwrite it with X. */
function missingText({ extensions }: Exchange): string {
  const mangled = [...extensions.keywords.keys()].find((keyword) => /^X{7,}[A-Z]?$/.test(keyword));
  return mangled === undefined
    ? "TLS is required and the server does not offer STARTTLS: it has none, or somebody on the way took the offer out"
    : `TLS is required and where STARTTLS should stand the server's offer says "${mangled}": something on the way takes TLS out`;
}

/** Politely where the server still listens. */
async function leave(exchange: Exchange, error: unknown): Promise<void> {
  const sane = error instanceof SmtpError && error.code !== "CLOSING" && error.code !== "PROTOCOL";
  if (sane && !(error instanceof SocketError) && exchange.mayQuit) await exchange.ahead({ type: "quit" });
  exchange.end();
}
