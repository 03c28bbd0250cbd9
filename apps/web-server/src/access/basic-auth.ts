/** RFC 7617: Basic authentication. bcrypt is slow on purpose, so what was right is remembered for a while. */
import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readBasic, type BasicCredentials, type Handler, type Request } from "@socketscope/web";
import { compare, hash } from "bcryptjs";
import type { AnswerProblem } from "../problem/problem.ts";
import type { Passwords } from "./htpasswd.ts";

export interface BasicAuthOptions {
  /** Asked at each login: another object means that the file was read again, and nothing remembered holds. */
  readonly passwords: () => Passwords;
  readonly problem: AnswerProblem;
  /** Milliseconds before a wrong password is answered. */
  readonly delay: number;
  /** Right credentials remembered. Default 256. */
  readonly remembered?: number;
  /** Milliseconds they are. Default 5 minutes. */
  readonly lasting?: number;
  /** Logins being checked or delayed at the same time; more are answered 503. Default 64. */
  readonly pending?: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

const REALM = "Socketscope";
/** Octets of a password that bcrypt looks at; a longer one would be as good as its beginning. */
const BCRYPT_OCTETS = 72;

export function basicAuth(handler: Handler, options: BasicAuthOptions): Handler {
  const door = new Door(options);
  return (request) => {
    const credentials = readBasic(request.fields.get("authorization"));
    // Without a promise where it is known: the usual case, for every part of a page.
    if (credentials !== undefined && door.remembers(credentials)) return handler(request);
    return door.judge(credentials).then((verdict) => {
      if (verdict === "right") return handler(request);
      return options.problem(verdict === "busy" ? BUSY : REFUSED, request);
    });
  };
}

const REFUSED = {
  status: 401,
  text: "A name and a password are needed here.",
  // RFC 7617 §2.1: the octets are UTF-8. RFC 9110 §11.6.1: 401 says how to come in.
  fields: ["WWW-Authenticate", `Basic realm="${REALM}", charset="UTF-8"`],
};
const BUSY = { status: 503, text: "Too many logins at once.", fields: ["Retry-After", "1"] };

/** The name of who came in, for the log. */
export function nameOf({ fields }: Request): string | undefined {
  return readBasic(fields.get("authorization"))?.name;
}

class Door {
  readonly #options: BasicAuthOptions;
  readonly #now: () => number;
  /** Credentials under a key of this process, so that no password lies in memory. → until when. */
  readonly #known = new Map<string, number>();
  readonly #key = randomBytes(32);
  #passwords: Passwords | undefined;
  /** The hash of a password nobody has. */
  #nobody: Promise<string> = Promise.resolve("");
  #pending = 0;

  constructor(options: BasicAuthOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#current();
  }

  /** The passwords that count now; when they are others than before, whoever came in has to say it again. */
  #current(): Passwords {
    const passwords = this.#options.passwords();
    if (passwords !== this.#passwords) {
      this.#passwords = passwords;
      this.#known.clear();
      const cost = Math.max(...[...passwords.values()].map((stored) => Number(stored.slice(4, 6))));
      this.#nobody = hash(randomBytes(18).toString("base64"), cost);
      this.#nobody.catch(() => undefined);
    }
    return passwords;
  }

  remembers(credentials: BasicCredentials): boolean {
    this.#current();
    const until = this.#known.get(this.#fingerprint(credentials));
    return until !== undefined && until > this.#now();
  }

  async judge(credentials: BasicCredentials | undefined): Promise<"right" | "wrong" | "busy"> {
    // No guess was made: nothing to slow down.
    if (credentials === undefined) return "wrong";
    if (this.#pending >= (this.#options.pending ?? 64)) return "busy";
    this.#pending += 1;
    try {
      const passwords = this.#current();
      if (await this.#isRight(credentials, passwords)) {
        // Read again meanwhile: right this once, and asked anew the next time.
        if (passwords === this.#current()) this.#remember(credentials);
        return "right";
      }
      await sleep(this.#options.delay);
      return "wrong";
    } finally {
      this.#pending -= 1;
    }
  }

  async #isRight({ name, password }: BasicCredentials, passwords: Passwords): Promise<boolean> {
    const stored = passwords.get(name);
    // For an unknown name the same work is done, so that the time does not tell which names there are.
    const matches = await compare(password, stored ?? (await this.#nobody));
    return matches && stored !== undefined && Buffer.byteLength(password) <= BCRYPT_OCTETS;
  }

  #remember(credentials: BasicCredentials): void {
    const { remembered = 256, lasting = 300_000 } = this.#options;
    if (this.#known.size >= remembered) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(this.#fingerprint(credentials), this.#now() + lasting);
  }

  /** Looking it up compares digests under a secret key: the time it takes says nothing about the password. */
  #fingerprint({ name, password }: BasicCredentials): string {
    return createHmac("sha256", this.#key).update(`${name}:${password}`).digest("base64");
  }
}
