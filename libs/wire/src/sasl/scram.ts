/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), both sides, without channel binding. Neither the password nor anything that
 * could stand for it goes over the wire, and the server proves that it knows it too. Names and passwords are brought
 * to NFKC; the tables of SASLprep (RFC 4013) beyond that are left out.
 */
import { decodeLatin1, encodeLatin1 } from "../ascii.ts";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { RemoteError } from "../errors.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { xor, type ScramCrypto } from "./crypto.ts";
import {
  failure,
  type Known,
  type SaslClient,
  type SaslServer,
  type SaslStep,
  type ScramKeys,
} from "./sasl.ts";

const NONCE_OCTETS = 18;
/** A client that works longer for a login than this works for somebody who wants it busy. */
const MAX_ITERATIONS = 1_000_000;
const MAX_MESSAGE = 4096;
/** RFC 5802 §7: "n,," in base64: no channel binding, no authzid. */
const GS2 = "n,,";

/** `a=b` attributes; undefined when one is malformed. */
function attributes(message: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  for (const part of message.split(",")) {
    if (!/^[A-Za-z]=/.test(part)) return undefined;
    const name = part.slice(0, 1);
    if (found.has(name)) return undefined;
    found.set(name, part.slice(2));
  }
  return found;
}

function proofOf(
  crypto: ScramCrypto,
  keys: { clientKey: Uint8Array; storedKey: Uint8Array },
  said: Uint8Array,
) {
  return xor(keys.clientKey, crypto.hmac(keys.storedKey, said));
}

/** RFC 5802 §3: what a server keeps, and the client's key beside it. */
export async function scramKeys(
  crypto: ScramCrypto,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<ScramKeys & { readonly clientKey: Uint8Array }> {
  const salted = await crypto.derive(encodeUtf8(password.normalize("NFKC")), salt, iterations);
  const clientKey = crypto.hmac(salted, encodeLatin1("Client Key"));
  return {
    salt,
    iterations,
    clientKey,
    storedKey: crypto.hash(clientKey),
    serverKey: crypto.hmac(salted, encodeLatin1("Server Key")),
  };
}

export class ScramServer implements SaslServer {
  readonly name = "SCRAM-SHA-256";
  readonly #crypto: ScramCrypto;
  /** Salts of users who are not there, always the same for one name: nobody learns who is. */
  readonly #secret: Uint8Array;
  #user = "";
  #bare = "";
  #nonce = "";
  #first = "";
  #keys: ScramKeys | undefined;
  #known = false;
  #proven = false;

  /** `secret`: octets that stay the same while the server runs. */
  constructor(crypto: ScramCrypto, secret: Uint8Array) {
    this.#crypto = crypto;
    this.#secret = secret;
  }

  begin(initial: Uint8Array | undefined): SaslStep {
    return initial === undefined ? { type: "challenge", octets: new Uint8Array(0) } : this.respond(initial);
  }

  respond(octets: Uint8Array): SaslStep {
    // RFC 5802 §5.1: after our proof the client says nothing more (RFC 4954 carries an empty line).
    if (this.#proven) return this.#known ? { type: "success", user: this.#user } : failure(this.#user);
    const message = octets.length > MAX_MESSAGE ? undefined : decodeUtf8(octets);
    if (message === undefined) return failure(this.#user);
    return this.#keys === undefined ? this.#clientFirst(message) : this.#clientFinal(message, this.#keys);
  }

  #clientFirst(message: string): SaslStep {
    // "p=" asks for channel binding, which we do not offer; "y" is a client that could and saw that we do not.
    const [, authzid, bare] = /^[ny],(?:a=([^,]*))?,(.*)$/s.exec(message) ?? [];
    const said = bare === undefined ? undefined : attributes(bare);
    const name = said?.get("n");
    const nonce = said?.get("r");
    if (bare === undefined || !name || !nonce || said?.has("m") === true || !/^[!-+\--~]+$/.test(nonce))
      return failure("");
    const user = unescape(name);
    if (user === undefined || (authzid !== undefined && authzid !== "" && unescape(authzid) !== user))
      return failure(user ?? "");
    this.#user = user;
    this.#bare = bare;
    this.#nonce = nonce + encodeBase64(this.#crypto.random(NONCE_OCTETS));
    return { type: "lookup", user };
  }

  judge(known: Known | undefined): SaslStep {
    this.#known = known?.scram !== undefined;
    this.#keys = known?.scram ?? this.#pretended();
    const { salt, iterations } = this.#keys;
    this.#first = `r=${this.#nonce},s=${encodeBase64(salt)},i=${iterations}`;
    return { type: "challenge", octets: encodeLatin1(this.#first) };
  }

  #pretended(): ScramKeys {
    const salt = this.#crypto.hmac(this.#secret, encodeUtf8(this.#user)).subarray(0, 16);
    const key = this.#crypto.random(32);
    return { salt, iterations: 4096, storedKey: key, serverKey: key };
  }

  #clientFinal(message: string, keys: ScramKeys): SaslStep {
    const at = message.lastIndexOf(",p=");
    const said = at < 0 ? undefined : attributes(message.slice(0, at));
    const proof = decodeBase64(message.slice(at + 3));
    const binding = decodeLatin1(decodeBase64(said?.get("c") ?? "") ?? new Uint8Array(0));
    if (
      at < 0 ||
      said?.get("r") !== this.#nonce ||
      !/^[ny],(?:a=[^,]*)?,$/.test(binding) ||
      proof?.length !== 32
    )
      return failure(this.#user);
    const exchange = encodeUtf8(`${this.#bare},${this.#first},${message.slice(0, at)}`);
    const clientKey = xor(proof, this.#crypto.hmac(keys.storedKey, exchange));
    if (!this.#crypto.same(this.#crypto.hash(clientKey), keys.storedKey) || !this.#known)
      return failure(this.#user);
    this.#proven = true;
    const signature = encodeBase64(this.#crypto.hmac(keys.serverKey, exchange));
    return { type: "challenge", octets: encodeLatin1(`v=${signature}`) };
  }
}

export class ScramClient implements SaslClient {
  readonly name = "SCRAM-SHA-256";
  readonly #crypto: ScramCrypto;
  readonly #password: string;
  readonly #bare: string;
  readonly #nonce: string;
  #signature: Uint8Array | undefined;
  #complete = false;

  constructor(crypto: ScramCrypto, user: string, password: string) {
    this.#crypto = crypto;
    this.#password = password;
    this.#nonce = encodeBase64(crypto.random(NONCE_OCTETS));
    this.#bare = `n=${escape(user.normalize("NFKC"))},r=${this.#nonce}`;
  }

  get complete(): boolean {
    return this.#complete;
  }

  initialResponse(): Uint8Array {
    return encodeUtf8(GS2 + this.#bare);
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array> {
    const message = challenge.length > MAX_MESSAGE ? undefined : decodeUtf8(challenge);
    if (message === undefined) throw wrong("is no text");
    return this.#signature === undefined ? this.#final(message) : this.#verify(message, this.#signature);
  }

  async #final(first: string): Promise<Uint8Array> {
    const said = attributes(first);
    const nonce = said?.get("r") ?? "";
    const salt = decodeBase64(said?.get("s") ?? "");
    const iterations = Number(said?.get("i"));
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw wrong("does not go on with our nonce");
    if (said?.has("m") === true || salt === undefined || salt.length === 0) throw wrong("has no salt");
    // RFC 7677 §4: fewer would make the password cheap to guess.
    if (!Number.isInteger(iterations) || iterations < 4096 || iterations > MAX_ITERATIONS)
      throw wrong("asks for a number of iterations that is out of bounds");
    const keys = await scramKeys(this.#crypto, this.#password, salt, iterations);
    const last = `c=${encodeBase64(encodeLatin1(GS2))},r=${nonce}`;
    const exchange = encodeUtf8(`${this.#bare},${first},${last}`);
    this.#signature = this.#crypto.hmac(keys.serverKey, exchange);
    return encodeUtf8(`${last},p=${encodeBase64(proofOf(this.#crypto, keys, exchange))}`);
  }

  #verify(message: string, signature: Uint8Array): Uint8Array {
    const said = decodeBase64(attributes(message)?.get("v") ?? "");
    if (said === undefined || !this.#crypto.same(said, signature))
      throw wrong("does not prove that it knows the password");
    this.#complete = true;
    return new Uint8Array(0);
  }
}

/** RFC 5802 §5.1: "," and "=" of a name. */
function escape(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function unescape(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name) || name.length > 255 || name.includes("\0")) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function wrong(what: string): RemoteError {
  return new RemoteError("SASL_SCRAM", `the server's message ${what}`);
}
