import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@socketscope/host";
import { TemporaryFolder } from "@socketscope/testkit";
import { hashSync } from "bcryptjs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AccountOptions } from "../../src/accounts/account-options.ts";
import {
  isUserName,
  mask,
  userName,
  userWithKeys,
  userWithPassword,
} from "../../src/accounts/account-options.ts";
import type { Accounts } from "../../src/accounts/accounts.ts";
import { Passwords, PasswordsBusy } from "../../src/accounts/passwords.ts";
import { openAccounts } from "../../src/accounts/roster.ts";
import { parseUsers } from "../../src/accounts/users-file.ts";

const nothing: AccountOptions = {
  users: [],
  readOnly: [],
  uploadOnly: [],
  usersFile: undefined,
  authorizedKeys: [],
  home: undefined,
  anonymous: undefined,
  quota: "off",
};

async function accounts(options: Partial<AccountOptions>): Promise<Accounts> {
  const opened = await openAccounts({
    ...nothing,
    generated: { name: "demo", password: "generated-word" },
    defaultHome: "/srv/default",
    ...options,
  });
  onTestFinished(() => opened.close());
  return opened;
}

function folder(): string {
  const temporary = new TemporaryFolder("accounts");
  onTestFinished(() => {
    temporary[Symbol.dispose]();
  });
  return temporary.path;
}

const ann = { name: "ann", password: "se:cret" };
/** Cost 4: the tests' time is not bcrypt's. */
const hashed = hashSync("from the file", 4);
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfAnn ann@laptop";

async function usageOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return expect.unreachable("it was taken");
}

describe("who may log in", () => {
  it("is the generated account where nobody is named", async () => {
    const opened = await accounts({});
    expect(await opened.withPassword("demo", "generated-word")).toEqual({
      user: "demo",
      access: "full",
      home: "/srv/default",
      anonymous: false,
    });
    expect(await opened.withPassword("demo", "other")).toBeUndefined();
  });

  it("is who was named, and then the generated account is not", async () => {
    const opened = await accounts({
      users: [ann],
      home: "/srv/{user}/files",
      readOnly: ["ann"],
      quota: 1000,
    });
    const login = { user: "ann", access: "read-only", home: "/srv/ann/files", anonymous: false, quota: 1000 };
    expect(await opened.withPassword("ann", "se:cret")).toEqual(login);
    expect(opened.withKey("ann")).toEqual(login);
    for (const [user, password] of [
      ["ann", "se"],
      ["ann", ""],
      ["Ann", "se:cret"],
      ["demo", "generated-word"],
      ["nobody", ""],
      ["anonymous", "guest@"],
    ] as const)
      expect(await opened.withPassword(user, password)).toBeUndefined();
  });

  it("is anybody as anonymous, to read, where the option says so", async () => {
    const opened = await accounts({ anonymous: "/srv/pub" });
    const login = { user: "anonymous", access: "read-only", home: "/srv/pub", anonymous: true };
    for (const user of ["anonymous", "ftp", "Anonymous"]) {
      expect(opened.isAnonymous(user)).toBe(true);
      expect(await opened.withPassword(user, "")).toEqual(login);
    }
    expect(opened.isAnonymous("demo")).toBe(false);
    expect(opened.withKey("anonymous")).toBeUndefined();
  });

  it("is in the file, which is read again at SIGHUP", async () => {
    const file = join(folder(), "users.json");
    const write = (users: unknown): void => {
      writeFileSync(file, JSON.stringify({ $schema: "users.schema.json", users }));
    };
    write([
      { name: "bob", password: hashed, access: "upload-only", home: "in", quota: "2K", keys: [KEY] },
      { name: "eve", keys: [KEY] },
    ]);
    const opened = await accounts({ users: [ann], usersFile: file });
    const bob = await opened.withPassword("bob", "from the file");
    expect(bob).toMatchObject({ access: "upload-only", home: join(file, "..", "in"), quota: 2048 });
    expect(await opened.authorizedKeys("bob")).toEqual([KEY]);
    // Without a password there is none that is right.
    expect(await opened.withPassword("eve", "")).toBeUndefined();
    write([{ name: "bob", password: hashSync("another", 4) }]);
    await opened.reload();
    expect(await opened.withPassword("bob", "from the file")).toBeUndefined();
    expect(await opened.withPassword("bob", "another")).toMatchObject({ access: "full" });
    expect(opened.withKey("eve")).toBeUndefined();
    writeFileSync(file, "{");
    expect(await usageOf(opened.reload())).toContain(file);
    expect(await opened.withPassword("bob", "another")).toBeDefined();
    expect(await opened.withPassword("ann", "se:cret")).toBeDefined();
  });

  it("has the keys of a file, as they are at the time", async () => {
    const file = join(folder(), "ann.pub");
    writeFileSync(file, `# mine\n${KEY}\r\n\n`);
    const opened = await accounts({ users: [ann], authorizedKeys: [{ name: "ann", file }] });
    expect(await opened.authorizedKeys("ann")).toEqual([KEY]);
    expect(await opened.authorizedKeys("nobody")).toEqual([]);
    writeFileSync(file, `${KEY}\n${KEY}2\n`);
    expect(await opened.authorizedKeys("ann")).toEqual([KEY, `${KEY}2`]);
  });

  it.each<[string, Partial<AccountOptions>, string]>([
    ["a misspelt name", { users: [ann], readOnly: ["anm"] }, "did you mean ann?"],
    ["a name for keys", { authorizedKeys: [{ name: "bob", file: "/dev/null" }] }, "no such user"],
    ["no key", { users: [ann], authorizedKeys: [{ name: "ann", file: "/dev/null" }] }, "no key in it"],
    ["a missing file", { users: [ann], authorizedKeys: [{ name: "ann", file: "/nowhere" }] }, "/nowhere"],
    ["both", { users: [ann], readOnly: ["ann"], uploadOnly: ["ann"] }, "leave nothing"],
    ["the same twice", { users: [ann, ann] }, "given twice"],
    ["no such file", { usersFile: "/nowhere.json" }, "/nowhere.json"],
  ])("is not started with %s", async (_, options, message) => {
    expect(await usageOf(accounts(options))).toContain(message);
  });
});

describe("the file of users", () => {
  it.each<[string, unknown, string]>([
    ["an array", [], "users: give an array of users"],
    ["another field", { users: [], more: 1 }, "more: nothing of this name"],
    ["a user without name", { users: [{}] }, "users[0].name: give a name"],
    ["a name that is a path", { users: [{ name: "../x" }] }, "users[0].name: give a name"],
    [
      "a password in the clear",
      { users: [{ name: "a", password: "secret" }] },
      "users[0].password: give a bcrypt",
    ],
    ["a costly one", { users: [{ name: "a", password: hashed.replace("$04$", "$16$") }] }, "give a bcrypt"],
    ["a wrong access", { users: [{ name: "a", access: "all" }] }, "users[0].access: give full"],
    ["a wrong quota", { users: [{ name: "a", quota: "much" }] }, "users[0].quota: give a number of bytes"],
    ["a wrong home", { users: [{ name: "a", home: 3 }] }, "users[0].home: give a folder"],
    ["a wrong key", { users: [{ name: "a", keys: ["x"] }] }, "users[0].keys[0]: give a public key"],
    ["a field misspelt", { users: [{ name: "a", acces: "full" }] }, "users[0].acces: nothing of this name"],
    ["one twice", { users: [{ name: "a" }, { name: "a" }] }, "users[1].name: a is there twice"],
  ])("with %s is refused with the place", (_, value, message) => {
    expect(() => parseUsers(JSON.stringify(value), "f")).toThrow(message);
  });

  it("never tells what stands in it", () => {
    expect(() => parseUsers('{"users":[{"name":"a","password":"secret"}]}', "f")).not.toThrow("secret");
  });

  it("is what its schema says: fields, accesses, patterns", () => {
    const schema = JSON.parse(readFileSync(new URL("../../users.schema.json", import.meta.url), "utf8"));
    const { properties, required, additionalProperties } = schema.properties.users.items;
    expect([required, additionalProperties]).toEqual([["name"], false]);
    const fits = (field: string, value: string): boolean =>
      new RegExp(properties[field].pattern, "u").test(value);
    const takes = (user: object): boolean => {
      try {
        return parseUsers(JSON.stringify({ users: [{ name: "a", ...user }] }), "f").length === 1;
      } catch {
        return false;
      }
    };
    const samples: Record<string, readonly string[]> = {
      name: ["a", "é", "../a", "", "a b", "a@b.c", "-a", "x".repeat(65)],
      password: [hashed, "x", hashed.replace("$04$", "$16$"), hashed.replace("$04$", "$03$")],
      quota: ["1", "10M", "2GiB", "x", "-1", "1.5k"],
    };
    for (const [field, values] of Object.entries(samples))
      for (const value of values)
        expect([field, value, takes({ [field]: value })]).toEqual([field, value, fits(field, value)]);
    for (const access of ["full", "read-only", "upload-only", "none"])
      expect(takes({ access })).toBe(properties.access.enum.includes(access));
    for (const field of ["name", "password", "access", "home", "quota", "keys"])
      expect(Object.keys(properties)).toContain(field);
    expect(Object.keys(properties)).toHaveLength(6);
  });
});

describe("passwords", () => {
  it("are remembered when they were right, and for their hash only", async () => {
    const passwords = new Passwords();
    onTestFinished(() => passwords.close());
    const other = hashSync("other", 4);
    expect(await passwords.matches("from the file", hashed)).toBe(true);
    expect(await passwords.matches("from the file", other)).toBe(false);
    expect(await passwords.matches("other", hashed)).toBe(false);
    // The thread is gone and nobody is asked: it is known.
    await passwords.close();
    expect(await passwords.matches("from the file", hashed)).toBe(true);
  });

  it("above 72 octets are never right: bcrypt would look at their beginning only", async () => {
    const passwords = new Passwords();
    onTestFinished(() => passwords.close());
    const long = "x".repeat(73);
    expect(await passwords.matches(long, hashSync(long, 4))).toBe(false);
    expect(await passwords.matches("x".repeat(72), hashSync(long, 4))).toBe(true);
  });

  it("wait for one another, so many and no more, and the loop goes on meanwhile", async () => {
    const passwords = new Passwords({ pending: 3 });
    onTestFinished(() => passwords.close());
    const hash = hashSync("x", 10);
    const tries = [1, 2, 3].map((n) => passwords.matches(`wrong${n}`, hash));
    await expect(passwords.matches("more", hash)).rejects.toThrow(PasswordsBusy);
    let turns = 0;
    const turning = setInterval(() => turns++, 1);
    expect(await Promise.all(tries)).toEqual([false, false, false]);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(3);
  });
});

describe("options", () => {
  it.each([
    [userWithPassword, "ann:se:cret", { name: "ann", password: "se:cret" }],
    [userWithPassword, "ann:", undefined],
    [userWithPassword, "ann", undefined],
    [userWithPassword, ":x", undefined],
    [userWithPassword, "a/b:x", undefined],
    [userWithKeys, "ann=k.pub", { name: "ann", file: "/base/k.pub" }],
    [userWithKeys, "k.pub", undefined],
    [userName, "..", undefined],
    [userName, "ann", "ann"],
    [mask, "022", 0o022],
    [mask, "0o77", 0o77],
    [mask, "8", undefined],
    [mask, "1777", undefined],
  ])("%#: %s", (kind, text, expected) => {
    const read = (): unknown => kind.read(text, "/base");
    if (expected === undefined) expect(read).toThrow("give");
    else expect(read()).toEqual(expected);
  });

  it("names are folders' names", () => {
    for (const name of ["a/b", "..", ".", "", "a\0", "a\n", "a b", "-x", "a:b"])
      expect(isUserName(name)).toBe(false);
  });
});
