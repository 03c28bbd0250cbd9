/** One account per state folder, with a password nobody chose; and the rule that a known password stays at home. */
import { randomBytes } from "node:crypto";
import { parseAddress, parseCidr, contains } from "@socketscope/socket-core";
import { UsageError } from "./errors.ts";
import type { StateFolder } from "./state.ts";

export interface Account {
  readonly user: string;
  readonly password: string;
}

const FILE = "account.json";
/** Crockford's: no i, l, o, u, so that it can be read aloud. 32 characters, 5 bits each. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** 100 bits; four groups of five. */
const LENGTH = 20;

/** Made at the first call, under a lock; the same for every app of this state folder ever after. */
export function openAccount(state: StateFolder): Promise<Account> {
  return state.exclusively("account", async () => {
    const kept = accountOf(await state.read(FILE));
    if (kept !== undefined) return kept;
    const account = { user: "demo", password: generatePassword() };
    await state.write(FILE, `${JSON.stringify(account)}\n`);
    return account;
  });
}

export function generatePassword(): string {
  const letters = [...randomBytes(LENGTH)].map((octet) => ALPHABET[octet & 31]).join("");
  return letters.replaceAll(/.{5}(?=.)/g, "$&-");
}

/** Undefined where the file is missing or spoilt: then a new one is made. */
function accountOf(content: Buffer | undefined): Account | undefined {
  try {
    const value: unknown = JSON.parse(content?.toString("utf8") ?? "");
    if (typeof value !== "object" || value === null || !("user" in value) || !("password" in value))
      return undefined;
    const { user, password } = value;
    if (typeof user !== "string" || typeof password !== "string" || password.length < LENGTH)
      return undefined;
    return { user, password };
  } catch {
    return undefined;
  }
}

/**
 * How a password came about. "chosen": by the user, for this run. "fixed": the same on every machine, written in a
 * document. "empty", "any": it opens to everybody.
 */
export type PasswordOrigin = "generated" | "chosen" | "fixed" | "empty" | "any";

/** Throws {@link UsageError} `USAGE_OPEN_ACCOUNT` where other machines could come in with a password they know. */
export function refuseOpenAccounts(hosts: readonly string[], origins: readonly PasswordOrigin[]): void {
  const host = hosts.find((host) => !isLoopback(host));
  const origin = origins.find((origin) => origin !== "generated" && origin !== "chosen");
  if (host === undefined || origin === undefined) return;
  const what = {
    fixed: "a password that is the same everywhere",
    empty: "an empty password",
    any: "any password",
  }[origin];
  throw new UsageError(
    "USAGE_OPEN_ACCOUNT",
    `--host ${host}: other machines could log in with ${what}: use the generated password, or stay on 127.0.0.1 and ::1`,
  );
}

const LOOPBACK_4 = parseCidr("127.0.0.0/8");
const LOOPBACK_6 = parseCidr("::1/128");

/** Addresses that no other machine reaches; of names only `localhost` and what is under it (RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  const octets = parseAddress(host);
  if (octets === undefined) return /^(?:.+\.)?localhost\.?$/i.test(host);
  return contains(LOOPBACK_4, octets) || contains(LOOPBACK_6, octets);
}
