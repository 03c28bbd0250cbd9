/** PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login): the password itself, so under TLS only. */
import { encodeLatin1 } from "../ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { RemoteError } from "../errors.ts";
import { failure, type Known, type SaslClient, type SaslServer, type SaslStep } from "./sasl.ts";

/** Octets of a name or a password. */
const MAX = 255;

class PasswordServer {
  #user = "";
  #password: string | undefined;

  protected ask(user: string, password: string): SaslStep {
    this.#user = user;
    this.#password = password;
    return { type: "lookup", user };
  }

  async judge(known: Known | undefined): Promise<SaslStep> {
    const right = known !== undefined && (await known.verify(this.#password ?? ""));
    return right ? { type: "success", user: this.#user } : failure(this.#user);
  }
}

/** `[authzid] NUL authcid NUL passwd`. An authzid of somebody else is refused: nobody acts for another here. */
export class PlainServer extends PasswordServer implements SaslServer {
  readonly name = "PLAIN";

  begin(initial: Uint8Array | undefined): SaslStep {
    return initial === undefined ? { type: "challenge", octets: new Uint8Array(0) } : this.respond(initial);
  }

  respond(octets: Uint8Array): SaslStep {
    const parts = decodeUtf8(octets)?.split("\0");
    const [authzid, user, password] = parts ?? [];
    if (parts?.length !== 3 || !user || !password || user.length > MAX || password.length > MAX)
      return failure("");
    return authzid === "" || authzid === user ? this.ask(user, password) : failure(user);
  }
}

export class LoginServer extends PasswordServer implements SaslServer {
  readonly name = "LOGIN";
  #user: string | undefined;

  begin(initial: Uint8Array | undefined): SaslStep {
    return initial === undefined ? challenge("Username:") : this.respond(initial);
  }

  respond(octets: Uint8Array): SaslStep {
    const text = decodeUtf8(octets);
    if (!text || text.length > MAX || text.includes("\0")) return failure(this.#user ?? "");
    if (this.#user !== undefined) return this.ask(this.#user, text);
    this.#user = text;
    return challenge("Password:");
  }
}

function challenge(text: string): SaslStep {
  return { type: "challenge", octets: encodeLatin1(text) };
}

export class PlainClient implements SaslClient {
  readonly name = "PLAIN";
  readonly complete = true;
  readonly #octets: Uint8Array;

  constructor(user: string, password: string) {
    this.#octets = encodeUtf8(`\0${user}\0${password}`);
  }

  initialResponse(): Uint8Array {
    return this.#octets;
  }

  respond(): Uint8Array {
    return this.#octets;
  }
}

/** The two prompts' words differ from server to server: the first asks for the name, the second for the password. */
export class LoginClient implements SaslClient {
  readonly name = "LOGIN";
  readonly complete = true;
  readonly #answers: string[];

  constructor(user: string, password: string) {
    this.#answers = [user, password];
  }

  initialResponse(): undefined {
    return undefined;
  }

  respond(): Uint8Array {
    const next = this.#answers.shift();
    if (next === undefined)
      throw new RemoteError("SASL_LOGIN", "the server asks for more than name and password");
    return encodeUtf8(next);
  }
}
