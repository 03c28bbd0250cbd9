/** From a host and a port to files: connection, greeting, TLS, login, what the server offers (RFC 959 §5.4, RFC 4217). */
import { noFeatures, parseFeatures, parseQuotedPath, type Reply } from "@socketscope/ftp";
import { connectTcp, type TlsClientOptions } from "@socketscope/socket-core";
import { FileError } from "../errors.ts";
import type { Say } from "../terminal.ts";
import { FtpControl, refusal } from "./control.ts";
import { DataConnector } from "./data-connection.ts";
import { FtpFiles } from "./ftp-files.ts";

export interface ConnectFtpOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The password may go over the wire as it is. */
  readonly allowClear: boolean;
  /** `explicit`: AUTH TLS or nothing; `implicit`: from the first octet. */
  readonly tls: "off" | "explicit" | "implicit";
  readonly trust: TlsClientOptions;
  readonly active: boolean;
  /** Milliseconds for each step, and in which something must move during a transfer. */
  readonly timeout: number;
  readonly say: Say | undefined;
}

/** Rejects with SocketError when there is no connection or no TLS, with FileError when the server does not go along. */
export async function connectFtp(options: ConnectFtpOptions): Promise<FtpFiles> {
  const { host, port, tls, trust, timeout } = options;
  const stream = await connectTcp({
    host,
    port,
    protocol: "ftp",
    timeout,
    ...(tls === "implicit" && { tls: trust }),
  });
  const control = new FtpControl(stream, timeout, options.say);
  try {
    if (tls === "implicit") control.noteTls("the control connection");
    await greet(control);
    if (tls === "explicit") await secure(control, trust);
    await logIn(control, options);
    const features = await control.ask("FEAT");
    const offered = features.code === 211 ? parseFeatures(features) : noFeatures;
    // RFC 2640 §3.1 needs nothing said; some servers begin with it only then. Whatever comes is fine.
    if (offered.names.has("UTF8")) await control.ask("OPTS", "UTF8 ON");
    await control.must("no binary transfers", "TYPE", "I");
    return new FtpFiles(control, {
      home: await homeOf(control),
      features: offered,
      connector: new DataConnector(control, options.active, timeout),
      tls: tls === "off" ? undefined : trust,
      timeout,
    });
  } catch (error) {
    control.end();
    throw error;
  }
}

async function greet(control: FtpControl): Promise<void> {
  const reply = await control.greeting();
  if (reply.code >= 400) throw refusalAs("GREETING", "the server turns us away", reply);
}

/** RFC 4217 §4: TLS before the login; what came behind 234 in the clear ends it. */
async function secure(control: FtpControl, trust: TlsClientOptions): Promise<void> {
  const reply = await control.ask("AUTH", "TLS");
  if (reply.code >= 400) throw refusalAs("TLS_REFUSED", "TLS is asked for and the server refuses it", reply);
  await control.startTls(trust);
}

async function logIn(control: FtpControl, options: ConnectFtpOptions): Promise<void> {
  const { user, password, allowClear } = options;
  if (control.stream.secure) {
    // RFC 4217 §8, §9: data connections are protected as well, or there is none.
    await control.must("PBSZ", "PBSZ", "0");
    const reply = await control.ask("PROT", "P");
    if (reply.code >= 400)
      throw refusalAs("TLS_REFUSED", "the server does not protect data connections", reply);
  } else if (!allowClear && user !== "anonymous") {
    throw new FileError(
      "LOGIN_IN_CLEAR",
      "the password would go over the wire as it is: use --tls or ftps:, or allow it by --auth-clear",
    );
  }
  let reply = await control.ask("USER", user);
  if (reply.code === 331) reply = await control.ask("PASS", password);
  if (reply.code === 332) throw new FileError("LOGIN", "the server wants an account besides the password");
  if (reply.code >= 300) throw refusalAs("LOGIN", "no login", reply);
}

async function homeOf(control: FtpControl): Promise<string> {
  const reply = await control.ask("PWD");
  const path = reply.code < 400 ? parseQuotedPath(reply) : undefined;
  return path?.startsWith("/") === true ? path : "/";
}

function refusalAs(code: "GREETING" | "LOGIN" | "TLS_REFUSED", what: string, reply: Reply): FileError {
  return new FileError(code, refusal(what, reply).message);
}
