/** Who may log in, for SMTP and POP3 alike: the generated account, `--user`, a file of users, or anybody. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { compare } from "bcryptjs";
import { describeError, UsageError } from "@socketscope/host";
import { scramCrypto } from "@socketscope/smtp-session";
import { scramKeys } from "@socketscope/wire/sasl";
import type { Credentials } from "../engine/engine.ts";
import { userWithPassword, type User } from "../option-kinds.ts";
import { mailboxOf } from "./address.ts";

export interface AccountOptions {
  readonly users: readonly User[];
  /** A name without "@" is one of this domain. */
  readonly domain: string;
  /** Any name with any password is let in. */
  readonly any: boolean;
}

/** RFC 7677 §4: at least 4,096. */
const SCRAM_ITERATIONS = 4096;
const SCRAM_SALT_OCTETS = 16;

export class Accounts {
  readonly #users: ReadonlyMap<string, User>;
  readonly #domain: string;
  readonly #any: boolean;
  readonly #scram = new Map<string, Promise<Credentials["scram"]>>();

  constructor({ users, domain, any }: AccountOptions) {
    this.#users = new Map(users.map((user) => [mailboxOf(user.address), user]));
    this.#domain = domain;
    this.#any = any;
  }

  /** Mailbox addresses of those who can log in. */
  get addresses(): readonly string[] {
    return [...this.#users.keys()];
  }

  /** The mailbox a login name stands for. */
  mailboxOf(name: string): string {
    return mailboxOf(name.includes("@") ? name : `${name}@${this.#domain}`);
  }

  async credentials(name: string): Promise<Credentials | undefined> {
    const mailbox = this.mailboxOf(name);
    const user = this.#users.get(mailbox);
    if (user === undefined) return this.#any ? { user: mailbox, verify: () => true } : undefined;
    if (this.#any) return { user: mailbox, verify: () => true };
    if (isHash(user.password))
      return { user: mailbox, verify: (password) => compare(password, user.password) };
    const verify = (password: string): boolean => sameText(password, user.password);
    return { user: mailbox, verify, scram: await this.#scramOf(mailbox, user.password) };
  }

  /** Derived once, at the first login: thousands of hashes are slow on purpose. */
  #scramOf(mailbox: string, password: string): Promise<Credentials["scram"]> {
    const known = this.#scram.get(mailbox);
    if (known !== undefined) return known;
    const derived = scramKeys(scramCrypto, password, randomBytes(SCRAM_SALT_OCTETS), SCRAM_ITERATIONS);
    this.#scram.set(mailbox, derived);
    return derived;
  }
}

function isHash(password: string): boolean {
  return /^\$2[aby]\$\d\d\$.{53}$/.test(password);
}

/** In a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Octets of a file of users. */
const MAX_FILE = 1024 * 1024;

/** `NAME@DOMAIN:PASSWORD` a line; empty lines and those that begin with "#" are left out. Throws UsageError with the line. */
export async function readUsers(file: string): Promise<User[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError("USAGE_USERS", `--users ${file}: ${describeError(error)}`, { cause: error });
  });
  if (text.length > MAX_FILE) throw new UsageError("USAGE_USERS", `--users ${file}: longer than ${MAX_FILE}`);
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    try {
      return [userWithPassword.read(line.trim(), "")];
    } catch (error) {
      throw new UsageError("USAGE_USERS", `--users ${file}, line ${index + 1}: ${describeError(error)}`, {
        cause: error,
      });
    }
  });
}
