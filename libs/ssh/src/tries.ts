/** One client's way to its login: what it tried, how long it must wait, when it has tried enough. */
import type { AuthContext, AuthenticationType } from "ssh2";
import { authorizes, type PublicKey } from "./authorized-keys.ts";
import { LONGEST_DELAY, type SshLimits } from "./limits.ts";

/** Who may come in. The same questions for FTP: an app's accounts fit here as they are. */
export interface Credentials<Login> {
  /** Undefined: wrong name or wrong password; both take the same time. */
  withPassword(user: string, password: string): Promise<Login | undefined>;
  /** Lines of authorized_keys; none for an unknown user. */
  authorizedKeys(user: string): Promise<readonly string[]>;
  /** Once the key has signed. */
  withKey(user: string): Login | undefined;
}

export interface Outcome<Login> {
  accepted(login: Login, user: string, how: "password" | "key"): void;
  /** For logs. */
  refused(user: string, how: "password" | "key"): void;
  /** Too many: the connection ends. */
  exhausted(): void;
}

const METHODS: AuthenticationType[] = ["publickey", "password", "keyboard-interactive"];

export class Tries<Login> {
  readonly #credentials: Credentials<Login>;
  readonly #limits: SshLimits;
  readonly #outcome: Outcome<Login>;
  #failed = 0;
  #offered = 0;

  constructor(credentials: Credentials<Login>, limits: SshLimits, outcome: Outcome<Login>) {
    this.#credentials = credentials;
    this.#limits = limits;
    this.#outcome = outcome;
  }

  async judge(context: AuthContext): Promise<void> {
    switch (context.method) {
      case "password":
        return this.#password(context, context.username, context.password);
      case "keyboard-interactive":
        // RFC 4256: clients that ask their user for each answer; ours is the password.
        context.prompt([{ prompt: "Password: ", echo: false }], (answers: unknown) => {
          const answer: unknown = Array.isArray(answers) ? answers[0] : undefined;
          this.#password(context, context.username, typeof answer === "string" ? answer : "").catch(() =>
            context.reject(),
          );
        });
        return;
      case "publickey": {
        const { key, blob, signature, hashAlgo: hash } = context;
        const proof =
          blob !== undefined && signature !== undefined ? { signed: blob, signature, hash } : undefined;
        return this.#key(context, { algorithm: key.algo, octets: key.data, ...(proof && { proof }) });
      }
      case "hostbased":
      case "none":
        // RFC 4252 §5.2: asked in order to hear which methods there are.
        context.reject(METHODS);
    }
  }

  async #password(context: AuthContext, user: string, password: string): Promise<void> {
    const login = await this.#credentials.withPassword(user, password);
    if (login === undefined) return this.#fail(context, user, "password");
    this.#outcome.accepted(login, user, "password");
    context.accept();
  }

  async #key(context: AuthContext, key: PublicKey): Promise<void> {
    const user = context.username;
    const known = authorizes(await this.#credentials.authorizedKeys(user), key);
    if (key.proof === undefined) {
      // RFC 4252 §7: the client asks whether the key would do before it signs.
      if (known) context.accept();
      else if (++this.#offered > this.#limits.keyOffers) this.#outcome.exhausted();
      else context.reject(METHODS);
      return;
    }
    const login = known ? this.#credentials.withKey(user) : undefined;
    if (login === undefined) return this.#fail(context, user, "key");
    this.#outcome.accepted(login, user, "key");
    context.accept();
  }

  async #fail(context: AuthContext, user: string, how: "password" | "key"): Promise<void> {
    this.#outcome.refused(user, how);
    const delay = Math.min(this.#limits.loginDelayMs * 2 ** this.#failed, LONGEST_DELAY);
    this.#failed++;
    if (delay > 0)
      await new Promise((resolve) => {
        setTimeout(resolve, delay).unref();
      });
    if (this.#failed >= this.#limits.loginTries) this.#outcome.exhausted();
    else context.reject(METHODS);
  }
}
