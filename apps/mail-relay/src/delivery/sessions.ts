/** Connections to the next hops: opened as far as TLS and login ask for it, kept for the next message, closed when nobody needs them. */
import { setMaxListeners } from "node:events";
import { isIP } from "node:net";
import { isLoopback } from "@socketscope/host";
import {
  connectSmtp,
  SmtpError,
  type Login,
  type SmtpDeadlines,
  type SmtpSession,
} from "@socketscope/smtp-session";
import { SocketError, type TapPoint } from "@socketscope/socket-core";
import { failures, type HopFailure } from "./failure.ts";
import type { Target } from "./mail-exchangers.ts";

/** `required`: encrypted or not at all · `verified`: and the certificate is the host's. */
export type TlsOut = "off" | "opportunistic" | "required" | "verified";

export interface SessionOptions {
  readonly hostname: string;
  readonly tls: TlsOut;
  /** PEM of the authorities trusted instead of the system's. */
  readonly ca?: string | undefined;
  readonly deadlines?: Partial<SmtpDeadlines> | undefined;
  /** Sees what is said to the next hops. */
  readonly tap?: TapPoint | undefined;
  /** Milliseconds a connection is kept after a message. Default 5,000. */
  readonly keep?: number;
  /** Messages over one connection. Default 100. */
  readonly maxMessages?: number;
  /** Connections that are kept, of all hops. Default 50. */
  readonly maxKept?: number;
}

interface Kept {
  readonly session: SmtpSession;
  readonly timer: NodeJS.Timeout;
}

export class Sessions {
  readonly #options: SessionOptions;
  readonly #kept = new Map<string, Kept[]>();
  readonly #open = new Set<SmtpSession>();
  readonly #stopping = new AbortController();
  #keptCount = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    // One listener for each connection that is being made, and there may be hundreds.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** Open now, kept ones included. */
  get count(): number {
    return this.#open.size;
  }

  /** One that rested since the last message, or a new one. Rejects with HopFailure. */
  async take(
    target: Target,
    login?: Login,
  ): Promise<{ readonly session: SmtpSession; readonly rested: boolean }> {
    const rested = this.#rested(keyOf(target, login));
    if (rested !== undefined) return { session: rested, rested: true };
    const session = await this.#connect(target, login);
    this.#open.add(session);
    void session.whenClosed.then(() => this.#open.delete(session));
    return { session, rested: false };
  }

  /** The message is over. */
  give(session: SmtpSession, target: Target, login?: Login): void {
    const { keep = 5000, maxMessages = 100, maxKept = 50 } = this.#options;
    const full = session.messages >= maxMessages || this.#keptCount >= maxKept;
    if (!session.usable || full || this.#stopping.signal.aborted || keep === 0) {
      void session.quit();
      return;
    }
    const key = keyOf(target, login);
    const timer = setTimeout(() => {
      this.#forget(key, session);
      void session.quit();
    }, keep);
    timer.unref();
    this.#keptCount++;
    this.#kept.set(key, [...(this.#kept.get(key) ?? []), { session, timer }]);
    void session.whenClosed.then(() => this.#forget(key, session));
  }

  /** No new connection is made, and those that are being made are given up; a message under way may end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const kept = [...this.#kept.values()].flat().map(({ session }) => session);
    this.#kept.clear();
    await Promise.all(kept.map((session) => session.quit()));
  }

  /** At once: messages under way are not taken by anybody, and stay with us. */
  cut(): void {
    for (const session of this.#open) session.close();
  }

  #rested(key: string): SmtpSession | undefined {
    for (;;) {
      const last = this.#kept.get(key)?.at(-1);
      if (last === undefined) return undefined;
      this.#forget(key, last.session);
      if (last.session.usable) return last.session;
    }
  }

  #forget(key: string, session: SmtpSession): void {
    const kept = this.#kept.get(key) ?? [];
    const found = kept.find((one) => one.session === session);
    if (found === undefined) return;
    clearTimeout(found.timer);
    this.#keptCount--;
    const left = kept.filter((one) => one !== found);
    if (left.length === 0) this.#kept.delete(key);
    else this.#kept.set(key, left);
  }

  async #connect(target: Target, login: Login | undefined): Promise<SmtpSession> {
    const tls = this.#options.tls;
    try {
      return await this.#try(target, login, tls);
    } catch (error) {
      // RFC 7435 §3: where it is only worth having, mail in the clear is better than none.
      const again = tls === "opportunistic" && login === undefined && isTlsFailure(error);
      if (!again) throw asHopFailure(error, target);
    }
    try {
      return await this.#try(target, login, "off");
    } catch (error) {
      throw asHopFailure(error, target);
    }
  }

  #try(target: Target, login: Login | undefined, tls: TlsOut): Promise<SmtpSession> {
    const { hostname, ca, deadlines, tap } = this.#options;
    const near = isLoopback(target.host);
    // A password goes to nobody who has not shown who he is; on this machine there is nobody in between.
    const secret = login !== undefined && !near;
    return connectSmtp({
      host: target.host,
      port: target.port,
      hostname,
      tls: tls === "verified" || secret ? "required" : tls,
      verify: tls === "verified" || secret,
      ...(isIP(target.name) === 0 && !target.name.startsWith("[") && { servername: target.name }),
      ca,
      login: login && { ...login, allowClear: near },
      deadlines,
      tap,
      signal: this.#stopping.signal,
    });
  }
}

function keyOf({ name, host, port }: Target, login: Login | undefined): string {
  return `${name} ${host} ${port} ${login?.user ?? ""}`;
}

function isTlsFailure(error: unknown): boolean {
  if (error instanceof SocketError) return error.code === "TLS";
  return error instanceof SmtpError && error.code === "TLS_REFUSED";
}

export function nameOf({ name, port }: Target): string {
  return name.includes(":") && !name.startsWith("[") ? `[${name}]:${port}` : `${name}:${port}`;
}

/** Everything here may pass: even a host that turns everybody away today (554) may have learned better tomorrow. */
function asHopFailure(error: unknown, target: Target): HopFailure {
  const host = nameOf(target);
  const why = `${host}: ${error instanceof Error ? error.message : String(error)}`;
  if (!(error instanceof SmtpError)) {
    const isTls = error instanceof SocketError && error.code === "TLS";
    return isTls ? failures.tlsFailed(why) : failures.unreachable(why);
  }
  // Only what it said itself is said in its name.
  const by = error.reply === undefined ? undefined : host;
  if (error.code === "GREETING" || error.code === "HELLO" || error.code === "CLOSING")
    return failures.unreachable(why, by);
  if (error.code.startsWith("TLS")) return failures.noTls(why, by);
  if (error.code.startsWith("AUTH")) return failures.login(why, by);
  if (error.code === "PROTOCOL") return failures.protocol(why, by);
  return failures.interrupted(why, by);
}
