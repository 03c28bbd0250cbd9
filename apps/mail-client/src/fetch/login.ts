/** A login by SASL (RFC 5034) where the server has it, by USER and PASS (RFC 1939 §7) where it has not. */
import { fitsPop3AuthLine, type Pop3Response } from "@socketscope/pop3";
import { scramCrypto } from "@socketscope/smtp-session";
import { LocalError } from "@socketscope/wire";
import { attemptSasl, chooseMechanism, newSaslClient, type ClientMechanism } from "@socketscope/wire/sasl";
import { Pop3Error, refusedWith } from "./errors.ts";
import type { Exchange } from "./exchange.ts";

export interface Pop3Login {
  readonly user: string;
  readonly password: string;
  /** This one and no other; USER: without SASL. Default: the best that the server offers. */
  readonly mechanism?: ClientMechanism | "USER" | undefined;
  /** Log in without TLS as well. Default false: everybody on the way could read the password. */
  readonly allowClear?: boolean | undefined;
}

export async function logIn(exchange: Exchange, login: Pop3Login, secure: boolean): Promise<void> {
  // RFC 8314 §3: a password is not shown to everybody on the way, whatever the server offers.
  if (!secure && login.allowClear !== true)
    throw new Pop3Error("AUTH_IN_CLEAR", "there is no TLS, and the password would be readable on the way");
  const mechanism = choose(exchange.capabilities.sasl, login.mechanism);
  try {
    if (mechanism === "USER") await byPassword(exchange, login);
    else await bySasl(exchange, login, mechanism);
  } catch (error) {
    if (!(error instanceof LocalError) || error.code !== "POP3_ARGUMENT") throw error;
    throw new Pop3Error("ARGUMENT", `this name or password cannot be said in POP3: ${error.message}`);
  }
}

function choose(offered: readonly string[], wanted: Pop3Login["mechanism"]): ClientMechanism | "USER" {
  if (wanted === "USER") return "USER";
  const found = chooseMechanism(offered, wanted);
  if (found !== undefined) return found;
  // RFC 2449 §6.2: a server that takes USER may say so; one without CAPA could not.
  if (wanted === undefined) return "USER";
  throw new Pop3Error(
    "AUTH_MISSING",
    `the server offers ${offered.length === 0 ? "no SASL" : `SASL ${offered.join(" ")}`}, and not ${wanted}`,
  );
}

async function byPassword(exchange: Exchange, { user, password }: Pop3Login): Promise<void> {
  const named = await exchange.ask({ type: "user", name: user });
  if (!named.good) throw refusal(named, "USER");
  const response = await exchange.ask({ type: "pass", password });
  if (!response.good) throw refusal(response, "PASS");
}

async function bySasl(exchange: Exchange, login: Pop3Login, mechanism: ClientMechanism): Promise<void> {
  const sasl = newSaslClient(mechanism, scramCrypto, login);
  const response = await attemptSasl<Pop3Response>(sasl, {
    fits: (initial) => fitsPop3AuthLine(mechanism, initial),
    begin: (initial) => exchange.saslStep({ type: "auth", mechanism, initial }),
    respond: (octets) => exchange.saslStep({ type: "respond", octets }),
  });
  if (response?.good === false) throw refusal(response, mechanism);
  if (response === undefined || !sasl.complete)
    throw new Pop3Error(
      "AUTH_SERVER",
      "the server did not prove that it knows the password; it may be another's",
    );
}

function refusal(response: Pop3Response, by: string): Pop3Error {
  const { code } = response;
  if (code === "IN-USE" || code === "LOGIN-DELAY" || code?.startsWith("SYS/") === true)
    return refusedWith("MAILBOX", "the mailbox cannot be opened now", response);
  return refusedWith("AUTH_REFUSED", `the server refuses the login by ${by}`, response);
}
