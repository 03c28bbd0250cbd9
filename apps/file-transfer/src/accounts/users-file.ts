/** `--users FILE`: JSON as users.schema.json says. Passwords stand in it as bcrypt hashes only. */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { BadValue, describeError, kinds, UsageError } from "@socketscope/host";
import { isUserName } from "./account-options.ts";
import { isBcrypt, MAX_COST } from "./passwords.ts";
import type { Access } from "./login.ts";

export interface FileUser {
  readonly name: string;
  /** bcrypt; undefined: only by key. */
  readonly password?: string;
  readonly access: Access;
  /** Absolute; undefined: as `--home` says. */
  readonly home?: string;
  readonly quota?: number;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
}

/** Users; a larger file belongs into a database. */
const MAX_USERS = 10_000;
/** Octets of the file. */
const MAX_FILE = 16 * 1024 * 1024;
const MAX_KEYS = 64;
const fields = ["name", "password", "access", "home", "quota", "keys"];

export async function readUsersFile(file: string): Promise<readonly FileUser[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError("USAGE_USERS", `--users ${file}: ${describeError(error)}`, { cause: error });
  });
  return parseUsers(text, file);
}

/** Throws {@link UsageError} that names the place in the file, never a hash. */
export function parseUsers(text: string, file: string): readonly FileUser[] {
  const wrong = (where: string, what: string): UsageError =>
    new UsageError("USAGE_USERS", `--users ${file}: ${where}: ${what}`);
  if (text.length > MAX_FILE) throw wrong("the file", `longer than ${MAX_FILE} characters`);
  const users = usersOf(parseJson(text, wrong), wrong);
  const names = new Set<string>();
  return users.map((value, index) => {
    const user = new FileUserReader(value, `users[${index}]`, dirname(file), wrong).read();
    if (names.has(user.name)) throw wrong(`users[${index}].name`, `${user.name} is there twice`);
    names.add(user.name);
    return user;
  });
}

type Wrong = (where: string, what: string) => UsageError;

function parseJson(text: string, wrong: Wrong): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong("the file", `no JSON (${describeError(error)})`);
  }
}

function usersOf(value: unknown, wrong: Wrong): readonly unknown[] {
  const object = objectOf(value);
  const other = Object.keys(object ?? {}).find((key) => key !== "users" && key !== "$schema");
  if (other !== undefined) throw wrong(other, "nothing of this name is known here");
  const users = object?.["users"];
  if (!Array.isArray(users)) throw wrong("users", "give an array of users");
  if (users.length > MAX_USERS) throw wrong("users", `more than ${MAX_USERS}`);
  return users;
}

function objectOf(value: unknown): { readonly [key: string]: unknown } | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

class FileUserReader {
  readonly #value: { readonly [key: string]: unknown };
  readonly #where: string;
  readonly #base: string;
  readonly #wrong: Wrong;

  constructor(value: unknown, where: string, base: string, wrong: Wrong) {
    const object = objectOf(value);
    if (object === undefined) throw wrong(where, "give an object with a name");
    this.#value = object;
    this.#where = where;
    this.#base = base;
    this.#wrong = wrong;
  }

  read(): FileUser {
    const other = Object.keys(this.#value).find((key) => !fields.includes(key));
    if (other !== undefined) throw this.#fault(other, "nothing of this name is known here");
    const name = this.#value["name"];
    if (typeof name !== "string" || !isUserName(name))
      throw this.#fault("name", "give a name of letters, digits and . _ @ + -");
    const [password, home, quota] = [this.#password(), this.#home(), this.#quota()];
    return {
      name,
      access: this.#access(),
      keys: this.#keys(),
      ...(password === undefined ? {} : { password }),
      ...(home === undefined ? {} : { home }),
      ...(quota === undefined ? {} : { quota }),
    };
  }

  #password(): string | undefined {
    const password = this.#value["password"];
    if (password === undefined) return undefined;
    if (typeof password !== "string" || !isBcrypt(password))
      throw this.#fault(
        "password",
        `give a bcrypt hash of cost 4 to ${MAX_COST} (htpasswd -nbB NAME PASSWORD)`,
      );
    return password;
  }

  #access(): Access {
    const access = this.#value["access"] ?? "full";
    if (access === "full" || access === "read-only" || access === "upload-only") return access;
    throw this.#fault("access", "give full, read-only or upload-only");
  }

  #home(): string | undefined {
    const home = this.#value["home"];
    return home === undefined ? undefined : this.#read("home", home, kinds.path("DIR"));
  }

  #quota(): number | undefined {
    const quota = this.#value["quota"];
    const text = typeof quota === "number" ? String(quota) : quota;
    return text === undefined ? undefined : this.#read("quota", text, kinds.size());
  }

  #read<T>(field: string, value: unknown, kind: kinds.Kind<T>): T {
    try {
      return kind.read(typeof value === "string" ? value : "", this.#base);
    } catch (error) {
      if (error instanceof BadValue) throw this.#fault(field, error.message);
      throw error;
    }
  }

  #keys(): readonly string[] {
    const keys: unknown = this.#value["keys"] ?? [];
    if (!Array.isArray(keys) || keys.length > MAX_KEYS)
      throw this.#fault("keys", `give an array of at most ${MAX_KEYS} lines as in authorized_keys`);
    return keys.map((key: unknown, index) => {
      if (typeof key === "string" && /^\S+ \S[^\r\n]*$/.test(key)) return key;
      throw this.#fault(`keys[${index}]`, "give a public key such as ssh-ed25519 AAAA… ann@laptop");
    });
  }

  #fault(field: string, what: string): UsageError {
    return this.#wrong(`${this.#where}.${field}`, what);
  }
}
