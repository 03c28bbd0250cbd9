/** A password file as `htpasswd -B` writes it: `name:$2y$…`, one a line. Only bcrypt: the other forms can be guessed fast. */
import { readFile } from "node:fs/promises";
import { UsageError } from "@socketscope/host";

/** Name → bcrypt hash. */
export type Passwords = ReadonlyMap<string, string>;

/** Lines; a larger file belongs into a database. */
const MAX_USERS = 10_000;
const BCRYPT = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;
/** 2^15 rounds take seconds: a login that costs more would stop everybody else. */
const MAX_COST = 15;

/** Throws {@link UsageError} that names the line, never its hash. */
export function parsePasswords(text: string, file: string): Passwords {
  const passwords = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const [name, hash] = [line.slice(0, colon), line.slice(colon + 1)];
    const cost = Number(BCRYPT.exec(hash)?.[1] ?? Number.NaN);
    if (colon < 1 || !(cost >= 4 && cost <= MAX_COST)) {
      throw new UsageError(
        "USAGE_AUTH_FILE",
        `${file}:${index + 1}: give name:hash with a bcrypt hash of cost 4 to ${MAX_COST} (htpasswd -B)`,
      );
    }
    if (passwords.size === MAX_USERS)
      throw new UsageError("USAGE_AUTH_FILE", `${file}: more than ${MAX_USERS} users`);
    passwords.set(name, hash);
  }
  if (passwords.size === 0)
    throw new UsageError("USAGE_AUTH_FILE", `${file}: no user in it (htpasswd -B -c FILE NAME makes one)`);
  return passwords;
}

export async function readPasswords(file: string): Promise<Passwords> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError("USAGE_AUTH_FILE", `--auth: cannot read ${file}`, { cause: error });
  });
  return parsePasswords(text, file);
}
