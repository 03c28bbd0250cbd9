/** RFC 7617: who a request of the page comes from, by the accounts of FTP and SFTP. What was right is remembered for a while. */
import { createHmac, randomBytes } from "node:crypto";
import { readBasic, type BasicCredentials, type Request } from "@socketscope/web";
import type { Accounts } from "../accounts/accounts.ts";
import type { Login } from "../accounts/login.ts";
import { PasswordsBusy } from "../accounts/passwords.ts";

export interface WebLoginsOptions {
  readonly accounts: Pick<Accounts, "withPassword" | "withKey" | "isAnonymous">;
  /** Milliseconds before a wrong password is answered. */
  readonly delay: number;
  /** For logs. */
  readonly loggedIn: (request: Request, user: string) => void;
  readonly loginFailed: (request: Request, user: string) => void;
  /** Milliseconds of the monotonic clock. */
  readonly now?: () => number;
}

/** Logins that are remembered, and for how many milliseconds: a page asks many times, and bcrypt is slow on purpose. */
const REMEMBERED = 256;
const LASTING = 5 * 60_000;
/** Wrong ones that wait for their answer; more are answered at once that it is too much. */
const WAITING = 64;

export type Verdict = Login | "nobody" | "wrong" | "busy";

export class WebLogins {
  readonly #options: WebLoginsOptions;
  readonly #now: () => number;
  /** Under a key of this process, so that no password lies in memory. */
  readonly #known = new Map<string, { readonly user: string; readonly until: number }>();
  readonly #key = randomBytes(32);
  #waiting = 0;

  constructor(options: WebLoginsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The accounts were read again: everybody is asked anew. */
  forget(): void {
    this.#known.clear();
  }

  async who(request: Request): Promise<Verdict> {
    const credentials = readBasic(request.fields.get("authorization"));
    if (credentials === undefined) return "nobody";
    const fingerprint = this.#fingerprint(credentials);
    const known = this.#known.get(fingerprint);
    // Asked again whether there still is such a user, and what they may.
    const login = known && known.until > this.#now() ? this.#options.accounts.withKey(known.user) : undefined;
    if (login !== undefined) return login;
    if (this.#waiting >= WAITING) return "busy";
    this.#waiting++;
    try {
      return await this.#judge(request, credentials, fingerprint);
    } finally {
      this.#waiting--;
    }
  }

  async #judge(
    request: Request,
    { name, password }: BasicCredentials,
    fingerprint: string,
  ): Promise<Verdict> {
    const { accounts, delay, loggedIn, loginFailed } = this.#options;
    try {
      const login = await accounts.withPassword(name, password);
      if (login === undefined) {
        loginFailed(request, name);
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
        return "wrong";
      }
      if (!login.anonymous) this.#remember(fingerprint, login.user);
      loggedIn(request, login.user);
      return login;
    } catch (error) {
      if (error instanceof PasswordsBusy) return "busy";
      throw error;
    }
  }

  #remember(fingerprint: string, user: string): void {
    if (this.#known.size >= REMEMBERED) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(fingerprint, { user, until: this.#now() + LASTING });
  }

  /** Looked up as a digest under a secret key: the time it takes says nothing about the password. */
  #fingerprint({ name, password }: BasicCredentials): string {
    return createHmac("sha256", this.#key).update(`${name}:${password}`).digest("base64");
  }
}
