import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  banner,
  isLoopback,
  listenerUrl,
  openAccount,
  openStateFolder,
  readyLine,
  refuseOpenAccounts,
} from "../src/index.ts";

const state = () => openStateFolder(mkdtempSync(join(tmpdir(), "host-account-")));

describe("the account", () => {
  it("is made once per state folder, for its user's eyes only", async () => {
    const folder = await state();
    const [one, two] = await Promise.all([openAccount(folder), openAccount(folder)]);
    expect(one).toEqual({
      user: "demo",
      password: expect.stringMatching(/^[0-9a-z]{5}(?:-[0-9a-z]{5}){3}$/),
    });
    expect(two).toEqual(one);
    expect(await openAccount(folder)).toEqual(one);
    expect(await openAccount(await state())).not.toEqual(one);
    expect(statSync(folder.file("account.json")).mode & 0o777).toBe(0o600);
  });

  it.each(["", "{", "[]", '{"user":"demo","password":""}', '{"user":"demo"}'])(
    "is made anew over %j",
    async (spoilt) => {
      const folder = await state();
      writeFileSync(folder.file("account.json"), spoilt);
      const { password } = await openAccount(folder);
      expect(password).toHaveLength(23);
      expect(readFileSync(folder.file("account.json"), "utf8")).toContain(password);
    },
  );
});

describe("a password that others know", () => {
  it.each(["fixed", "empty", "any"] as const)(
    "(%s) is refused where other machines can come in",
    (origin) => {
      expect(() => refuseOpenAccounts(["127.0.0.1", "0.0.0.0"], ["generated", origin])).toThrow(
        expect.objectContaining({
          code: "USAGE_OPEN_ACCOUNT",
          message: expect.stringMatching(/^--host 0\.0\.0\.0: /),
        }),
      );
      expect(() => refuseOpenAccounts(["127.0.0.1", "::1", "localhost"], [origin])).not.toThrow();
    },
  );

  it("does not stand for one that was generated, or chosen for this run", () => {
    expect(() => refuseOpenAccounts(["0.0.0.0", "::"], ["generated", "chosen"])).not.toThrow();
  });

  it.each([
    ["127.0.0.1", true],
    ["127.255.3.4", true],
    ["::1", true],
    ["0:0:0:0:0:0:0:1", true],
    ["::ffff:127.0.0.1", true],
    ["localhost", true],
    ["app.localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["128.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["fe80::1%lo", false],
    ["notlocalhost", false],
    ["localhost.example", false],
    ["127.0.0.1.example", false],
  ])("%s is loopback: %s", (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});

describe("what is said when ready", () => {
  const ready = {
    app: "web-server",
    version: "0.1.0",
    engine: "hand",
    state: "/s",
    ca: "/s/ca.pem",
    trust: "sudo trust",
    account: { user: "demo", password: "p" },
    listeners: [
      listenerUrl("http", { host: "127.0.0.1", port: 8080 }),
      listenerUrl("http", { host: "::1", port: 8080 }),
      listenerUrl("web", { host: "127.0.0.1", port: 8025 }, "http"),
    ],
    hints: ["serves ./public"],
  };

  it("to programs is the contract's line", () => {
    expect(readyLine(ready)).toBe(
      `{"ready":true,"app":"web-server","engine":"hand","pid":${process.pid},"state":"/s","ca":"/s/ca.pem",` +
        '"account":{"user":"demo","password":"p"},"listeners":[{"name":"http","url":"http://127.0.0.1:8080"},' +
        '{"name":"http","url":"http://[::1]:8080"},{"name":"web","url":"http://127.0.0.1:8025"}]}\n',
    );
  });

  it("to people is addresses, account, and how to trust the CA", () => {
    expect(banner(ready)).toBe(
      [
        "Socketscope web-server 0.1.0 (engine: hand)",
        "",
        "  http      http://127.0.0.1:8080",
        "            http://[::1]:8080",
        "  web       http://127.0.0.1:8025",
        "  account   demo / p",
        "  state     /s",
        "  CA        /s/ca.pem",
        "  trust it  sudo trust",
        "",
        "  serves ./public",
        "  Ctrl+C stops it: what runs may finish; twice cuts it off.",
        "",
        "",
      ].join("\n"),
    );
  });
});
