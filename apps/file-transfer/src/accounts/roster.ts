/** Everybody who may log in: the generated account or `--user`, a file of users, anonymous; and where their homes are. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describeError, nearest, UsageError } from "@socketscope/host";
import type { AccountOptions, UserOption } from "./account-options.ts";
import type { Accounts } from "./accounts.ts";
import type { Access, Login } from "./login.ts";
import { costOf, LEAST_COST, Passwords } from "./passwords.ts";
import { readUsersFile } from "./users-file.ts";

export interface RosterOptions extends AccountOptions {
  /** Who may log in where no user is given. */
  readonly generated: UserOption;
  /** Where `--home` says nothing. */
  readonly defaultHome: string;
}

interface Entry {
  readonly login: Login;
  /** bcrypt; undefined: only by key. */
  readonly hash: string | undefined;
  readonly keys: readonly string[];
}

/** Octets of a file of keys. */
const MAX_KEYS_FILE = 256 * 1024;

/** Throws {@link UsageError}. */
export async function openAccounts(options: RosterOptions): Promise<Accounts> {
  const roster = new Roster(options);
  await roster.reload();
  return roster;
}

class Roster implements Accounts {
  readonly #options: RosterOptions;
  readonly #passwords = new Passwords();
  /** Of `--user`, or the generated account. */
  #given: readonly { readonly name: string; readonly hash: string }[] = [];
  #entries: ReadonlyMap<string, Entry> = new Map();
  /** The hash of a password nobody has, as costly as the costliest. */
  #nobody = "";

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  async withPassword(user: string, password: string): Promise<Login | undefined> {
    if (this.isAnonymous(user)) return this.#anonymous();
    const entry = this.#entries.get(user);
    // For an unknown name the same work is done, so that the time does not tell which names there are.
    const right = await this.#passwords.matches(password, entry?.hash ?? this.#nobody);
    return right && entry?.hash !== undefined ? entry.login : undefined;
  }

  isAnonymous(user: string): boolean {
    const { anonymous } = this.#options;
    return anonymous !== undefined && !this.#entries.has(user) && /^(?:anonymous|ftp)$/i.test(user);
  }

  #anonymous(): Login | undefined {
    const { anonymous: home } = this.#options;
    return home === undefined ? undefined : { user: "anonymous", access: "read-only", home, anonymous: true };
  }

  async authorizedKeys(user: string): Promise<readonly string[]> {
    const entry = this.#entries.get(user);
    if (entry === undefined) return [];
    const files = this.#options.authorizedKeys.filter(({ name }) => name === user);
    const texts = await Promise.all(files.map(({ file }) => readFile(file, "utf8").catch(() => "")));
    return [...entry.keys, ...texts.flatMap(keyLines)];
  }

  withKey(user: string): Login | undefined {
    return this.#entries.get(user)?.login;
  }

  async reload(): Promise<void> {
    const entries = await this.#read();
    for (const { name, file } of this.#options.authorizedKeys) {
      known(entries, name, "authorized-keys");
      await checkKeys(file);
    }
    for (const name of this.#options.readOnly) known(entries, name, "read-only");
    for (const name of this.#options.uploadOnly) known(entries, name, "upload-only");
    this.#entries = entries;
  }

  async #read(): Promise<ReadonlyMap<string, Entry>> {
    const { usersFile } = this.#options;
    const inFile = usersFile === undefined ? [] : await readUsersFile(usersFile);
    await this.#hashGiven(
      Math.max(LEAST_COST, ...inFile.map(({ password }) => (password === undefined ? 0 : costOf(password)))),
    );
    const entries = new Map<string, Entry>();
    for (const { name, hash } of this.#given) {
      if (entries.has(name)) throw new UsageError("USAGE_USERS", `--user ${name}: given twice`);
      entries.set(name, { login: this.#login(name, {}), hash, keys: [] });
    }
    for (const user of inFile) {
      const { name, password: hash, keys } = user;
      if (entries.has(name))
        throw new UsageError("USAGE_USERS", `--users: ${name} is given by --user as well`);
      entries.set(name, { login: this.#login(name, user), hash, keys });
    }
    return entries;
  }

  /** They stand in the clear on the command line; they are hashed so that all logins take the same time. */
  async #hashGiven(cost: number): Promise<void> {
    if (costOf(this.#nobody) === cost) return;
    const { users, usersFile, generated } = this.#options;
    const given = users.length === 0 && usersFile === undefined ? [generated] : users;
    this.#given = await Promise.all(
      given.map(async ({ name, password }) => ({
        name,
        hash: await this.#passwords.hash(password, cost),
      })),
    );
    this.#nobody = await this.#passwords.hash(randomBytes(18).toString("base64"), cost);
  }

  #login(user: string, own: { access?: Access; home?: string; quota?: number }): Login {
    const { readOnly, uploadOnly, quota: general } = this.#options;
    const [reads, uploads] = [readOnly.includes(user), uploadOnly.includes(user)];
    if (reads && uploads)
      throw new UsageError("USAGE_USERS", `${user}: --read-only and --upload-only leave nothing`);
    const quota = own.quota ?? (general === "off" ? undefined : general);
    return {
      user,
      access: reads ? "read-only" : uploads ? "upload-only" : (own.access ?? "full"),
      home: own.home ?? this.#home(user),
      anonymous: false,
      ...(quota === undefined ? {} : { quota }),
    };
  }

  /** A name of a user is a plain name of a folder: `isUserName`. */
  #home(user: string): string {
    const { home, defaultHome } = this.#options;
    return (home ?? defaultHome).replaceAll("{user}", () => user);
  }

  close(): Promise<void> {
    return this.#passwords.close();
  }
}

function known(entries: ReadonlyMap<string, Entry>, name: string, option: string): void {
  if (entries.has(name)) return;
  const near = nearest(name, [...entries.keys()]);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError("USAGE_USERS", `--${option} ${name}: there is no such user${hint}`);
}

async function checkKeys(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError("USAGE_KEYS", `--authorized-keys ${file}: ${describeError(error)}`, {
      cause: error,
    });
  });
  if (text.length > MAX_KEYS_FILE)
    throw new UsageError("USAGE_KEYS", `--authorized-keys ${file}: longer than ${MAX_KEYS_FILE}`);
  if (keyLines(text).length === 0)
    throw new UsageError("USAGE_KEYS", `--authorized-keys ${file}: no key in it`);
}

function keyLines(text: string): readonly string[] {
  return text
    .slice(0, MAX_KEYS_FILE)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
