/** What a server offers, in the clear and under TLS. */
import type { Extensions } from "@socketscope/smtp";
import { connectSmtp, SmtpError, type ConnectSmtpOptions, type SmtpSession } from "@socketscope/smtp-session";
import { SocketError, isUntrusted } from "@socketscope/socket-core";
import type { Finding, Verdict } from "./findings.ts";

export interface Offer {
  readonly greeting: string;
  readonly hello: "EHLO" | "HELO";
  /** Each keyword with its parameters, as the server wrote them. */
  readonly keywords: readonly string[];
  readonly findings: readonly Finding[];
}

/** Rejects when there is nobody to talk to, or the login fails. */
export async function readOffer(options: ConnectSmtpOptions): Promise<Offer> {
  const implicit = options.tls === "implicit";
  const clear = await connectSmtp({ ...options, tls: implicit ? "implicit" : "off", login: undefined });
  const { extensions } = clear;
  await clear.quit();
  const findings: Finding[] = [size(extensions)];
  const secured = implicit ? clear : await overTls(extensions, options, findings);
  if (implicit) findings.push({ name: "TLS", verdict: "ok", text: securedText(clear) });
  findings.push(...logins(implicit ? undefined : extensions, secured?.extensions));
  for (const line of extensions.unreadable)
    findings.push({
      name: "EHLO",
      verdict: "note",
      text: `a line that is no keyword: ${JSON.stringify(line)}`,
    });
  if (options.login !== undefined) findings.push(await login(options));
  return {
    greeting: clear.greeting.lines.join(" / "),
    hello: clear.hello,
    keywords: [...extensions.keywords].map(([keyword, parameters]) => [keyword, ...parameters].join(" ")),
    findings,
  };
}

function size({ size: most }: Extensions): Finding {
  const name = "SIZE";
  if (most === undefined) return { name, verdict: "note", text: "not offered: too large is known too late" };
  return {
    name,
    verdict: "ok",
    text: most === Infinity ? "without a fixed maximum" : `${most} octets at most`,
  };
}

/** Tries STARTTLS with the certificate verified, and once more without where it is not believed. */
async function overTls(
  extensions: Extensions,
  options: ConnectSmtpOptions,
  findings: Finding[],
): Promise<SmtpSession | undefined> {
  const add = (verdict: Verdict, text: string): void => {
    findings.push({ name: "STARTTLS", verdict, text });
  };
  if (!extensions.startTls) {
    const mangled = [...extensions.keywords.keys()].find((keyword) => /^X{7,}[A-Z]?$/.test(keyword));
    add(
      "note",
      mangled === undefined
        ? "not offered"
        : `not offered; "${mangled}" looks like it, overwritten on the way`,
    );
    return undefined;
  }
  const attempt = async (verify: boolean): Promise<SmtpSession> => {
    const session = await connectSmtp({ ...options, tls: "required", verify, login: undefined });
    await session.quit();
    return session;
  };
  try {
    const session = await attempt(options.verify ?? true);
    add("ok", securedText(session));
    return session;
  } catch (error) {
    if (!(error instanceof SmtpError || error instanceof SocketError)) throw error;
    if (!isUntrusted(error)) {
      add("bad", error.message);
      return undefined;
    }
    const session = await attempt(false);
    add("note", `${securedText(session)}, not believed: ${error.message}`);
    return session;
  }
}

function securedText({ secured, verified }: SmtpSession): string {
  return `${secured?.protocol ?? ""}, ${secured?.cipher ?? ""}${verified ? ", certificate verified" : ""}`;
}

function logins(clear: Extensions | undefined, secured: Extensions | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  if (clear !== undefined) {
    const shows = clear.auth.some((mechanism) => mechanism === "PLAIN" || mechanism === "LOGIN");
    findings.push({
      name: "AUTH in the clear",
      verdict: shows ? "note" : "ok",
      text: shows
        ? `${clear.auth.join(" ")}: passwords can be read on the way`
        : clear.auth.join(" ") || "not offered",
    });
  }
  if (secured !== undefined)
    findings.push({ name: "AUTH under TLS", verdict: "ok", text: secured.auth.join(" ") || "not offered" });
  return findings;
}

async function login(options: ConnectSmtpOptions): Promise<Finding> {
  const session = await connectSmtp(options);
  await session.quit();
  return {
    name: "login",
    verdict: "ok",
    text: `as ${options.login?.user ?? ""} by ${session.mechanism ?? ""}`,
  };
}
