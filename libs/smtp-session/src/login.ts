/** AUTH (RFC 4954): which mechanism, and its exchange. The mechanisms themselves are of wire/sasl. */
import { fitsAuthLine, type Reply, type SmtpClientAction } from "@socketscope/smtp";
import {
  attemptSasl,
  chooseMechanism,
  clientMechanisms,
  newSaslClient,
  type SaslAnswer,
} from "@socketscope/wire/sasl";
import { refusedWith, SmtpError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import type { Login, Mechanism } from "./options.ts";
import { scramCrypto } from "./scram-crypto.ts";

export async function logIn(exchange: Exchange, login: Login, secure: boolean): Promise<Mechanism> {
  // RFC 4954 §4, RFC 8314 §3: a password is not shown to everybody on the way, whatever the server offers.
  if (!secure && login.allowClear !== true)
    throw new SmtpError("AUTH_IN_CLEAR", "there is no TLS, and the password would be readable on the way");
  const mechanism = choose(exchange.extensions.auth, login.mechanism);
  const sasl = newSaslClient(mechanism, scramCrypto, login);
  const reply = await attemptSasl<Reply>(sasl, {
    fits: (initial) => fitsAuthLine(mechanism, initial),
    begin: (initial) => step(exchange, { type: "auth", mechanism, initial }),
    respond: (octets) => step(exchange, { type: "respond", octets }),
  });
  if (reply !== undefined && reply.code >= 400)
    throw refusedWith("AUTH_REFUSED", `the server refuses the login by ${mechanism}`, reply);
  if (reply === undefined || !sasl.complete)
    throw new SmtpError(
      "AUTH_SERVER",
      "the server did not prove that it knows the password; it may be another's",
    );
  return mechanism;
}

function choose(offered: readonly string[], wanted: Mechanism | undefined): Mechanism {
  const found = chooseMechanism(offered, wanted);
  if (found !== undefined) return found;
  if (offered.length === 0) throw new SmtpError("AUTH_MISSING", "the server offers no login (AUTH)");
  throw new SmtpError(
    "AUTH_MISSING",
    `the server offers AUTH ${offered.join(" ")}, and not ${wanted ?? clientMechanisms.join(", ")}`,
  );
}

async function step(exchange: Exchange, action: SmtpClientAction): Promise<SaslAnswer<Reply>> {
  const answer = await exchange.challenge(action);
  return "challenge" in answer
    ? { type: "challenge", octets: answer.challenge }
    : { type: "done", reply: answer };
}
