/** AUTH (RFC 4954): which mechanism, and its exchange. The mechanisms themselves are of wire/sasl. */
import { fitsAuthLine } from "@socketscope/smtp";
import { LoginClient, PlainClient, ScramClient, type SaslClient } from "@socketscope/wire/sasl";
import { refusedWith, SmtpError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Login, Mechanism } from "./options.ts";
import { scramCrypto } from "./scram-crypto.ts";

/** The best first: SCRAM never shows the password, and proves that the server knows it (RFC 5802). */
const preferred: readonly Mechanism[] = ["SCRAM-SHA-256", "PLAIN", "LOGIN"];

export async function logIn(exchange: Exchange, login: Login, secure: boolean): Promise<Mechanism> {
  // RFC 4954 §4, RFC 8314 §3: a password is not shown to everybody on the way, whatever the server offers.
  if (!secure && login.allowClear !== true)
    throw new SmtpError("AUTH_IN_CLEAR", "there is no TLS, and the password would be readable on the way");
  const mechanism = choose(exchange.extensions.auth, login.mechanism);
  await new Attempt(exchange, saslClient(mechanism, login)).run();
  return mechanism;
}

function choose(offered: readonly string[], wanted: Mechanism | undefined): Mechanism {
  const found = preferred.find((name) => offered.includes(name) && (wanted ?? name) === name);
  if (found !== undefined) return found;
  if (offered.length === 0) throw new SmtpError("AUTH_MISSING", "the server offers no login (AUTH)");
  throw new SmtpError(
    "AUTH_MISSING",
    `the server offers AUTH ${offered.join(" ")}, and not ${wanted ?? preferred.join(", ")}`,
  );
}

function saslClient(mechanism: Mechanism, { user, password }: Login): SaslClient {
  if (mechanism === "SCRAM-SHA-256") return new ScramClient(scramCrypto, user, password);
  return mechanism === "PLAIN" ? new PlainClient(user, password) : new LoginClient(user, password);
}

class Attempt {
  readonly #exchange: Exchange;
  readonly #sasl: SaslClient;
  /** Too long for the command's line: it waits for an empty challenge. */
  #late: Uint8Array | undefined;

  constructor(exchange: Exchange, sasl: SaslClient) {
    this.#exchange = exchange;
    this.#sasl = sasl;
  }

  async run(): Promise<void> {
    const mechanism = this.#sasl.name;
    let initial = this.#sasl.initialResponse();
    if (initial !== undefined && !fitsAuthLine(mechanism, initial)) {
      this.#late = initial;
      initial = undefined;
    }
    let answer = await this.#exchange.challenge({ type: "auth", mechanism, initial });
    while ("challenge" in answer) {
      const response = this.#respond(answer.challenge);
      answer = await this.#exchange.challenge({ type: "respond", octets: response ?? "cancel" });
      if (response === undefined) throw distrusted();
    }
    if (answer.code >= 400)
      throw refusedWith("AUTH_REFUSED", `the server refuses the login by ${mechanism}`, answer);
    if (!this.#sasl.complete) throw distrusted();
  }

  /** Undefined: there is nothing to say to that (RFC 4954 §4: `*` cancels). */
  #respond(challenge: Uint8Array | undefined): Uint8Array | undefined {
    if (challenge === undefined) return undefined;
    if (this.#late !== undefined) {
      const late = this.#late;
      this.#late = undefined;
      return challenge.length === 0 ? late : undefined;
    }
    try {
      return this.#sasl.respond(challenge);
    } catch {
      return undefined;
    }
  }
}

function distrusted(): SmtpError {
  return new SmtpError(
    "AUTH_SERVER",
    "the server did not prove that it knows the password; it may be another's",
  );
}
