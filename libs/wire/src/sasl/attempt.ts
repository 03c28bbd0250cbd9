/** RFC 4422 §3: one login from the client's side, over whatever protocol carries it; and which mechanism to try. */
import { LoginClient, PlainClient } from "./plain.ts";
import type { SaslClient } from "./sasl.ts";
import type { ScramCrypto } from "./crypto.ts";
import { ScramClient } from "./scram.ts";

/** The best first: SCRAM never shows the password, and proves that the server knows it (RFC 5802). */
export const clientMechanisms = ["SCRAM-SHA-256", "PLAIN", "LOGIN"] as const;

export type ClientMechanism = (typeof clientMechanisms)[number];

/** The best of what both sides have; `wanted`: this one and no other. */
export function chooseMechanism(
  offered: readonly string[],
  wanted: ClientMechanism | undefined,
): ClientMechanism | undefined {
  return clientMechanisms.find((name) => offered.includes(name) && (wanted ?? name) === name);
}

export function newSaslClient(
  mechanism: ClientMechanism,
  crypto: ScramCrypto,
  { user, password }: { readonly user: string; readonly password: string },
): SaslClient {
  switch (mechanism) {
    case "SCRAM-SHA-256":
      return new ScramClient(crypto, user, password);
    case "PLAIN":
      return new PlainClient(user, password);
    case "LOGIN":
      return new LoginClient(user, password);
  }
}

export type SaslAnswer<Reply> =
  /** `octets` undefined: what came is no base64. */
  | { readonly type: "challenge"; readonly octets: Uint8Array | undefined }
  | { readonly type: "done"; readonly reply: Reply };

/** The protocol around it: AUTH of SMTP, of POP3. */
export interface SaslCarrier<Reply> {
  /** Whether the initial response fits the command's line. */
  fits(initial: Uint8Array): boolean;
  begin(initial: Uint8Array | undefined): Promise<SaslAnswer<Reply>>;
  respond(octets: Uint8Array | "cancel"): Promise<SaslAnswer<Reply>>;
}

/**
 * The server's last word. Undefined: we gave it up, since the server said what cannot be answered or did not prove
 * itself. A good last word counts only when the mechanism is `complete`, too.
 */
export async function attemptSasl<Reply>(
  sasl: SaslClient,
  carrier: SaslCarrier<Reply>,
): Promise<Reply | undefined> {
  let initial = sasl.initialResponse();
  /** Too long for the command's line: it waits for an empty challenge (RFC 4954 §4, RFC 5034 §4). */
  let late: Uint8Array | undefined;
  if (initial !== undefined && !carrier.fits(initial)) {
    late = initial;
    initial = undefined;
  }
  let answer = await carrier.begin(initial);
  while (answer.type === "challenge") {
    const response = await responseTo(sasl, answer.octets, late);
    late = undefined;
    answer = await carrier.respond(response ?? "cancel");
    if (response === undefined) return undefined;
  }
  return answer.reply;
}

/** Undefined: there is nothing to say to that; `*` cancels (RFC 4954 §4, RFC 5034 §4). */
async function responseTo(
  sasl: SaslClient,
  challenge: Uint8Array | undefined,
  late: Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  if (challenge === undefined) return undefined;
  if (late !== undefined) return challenge.length === 0 ? late : undefined;
  try {
    return await sasl.respond(challenge);
  } catch {
    return undefined;
  }
}
