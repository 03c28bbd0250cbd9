import { describe, expect, it } from "vitest";
import { mailboxOf } from "../../src/reception/address.ts";
import { Accounts } from "../../src/reception/accounts.ts";
import { Recipients, type RecipientOptions } from "../../src/reception/recipients.ts";

const options: RecipientOptions = {
  capture: false,
  localDomains: ["a.test"],
  mailboxes: ["ann@a.test", "bob@a.test"],
  aliases: [
    { from: "all@a.test", to: "ann@a.test" },
    { from: "all@a.test", to: "bob@a.test" },
    { from: "round@a.test", to: "round@a.test" },
  ],
  mayRelay: (domain) => domain === "out.test",
};

const where = (address: string, mayLeave = false, more: Partial<RecipientOptions> = {}): string => {
  const found = new Recipients({ ...options, ...more }).destinationOf(address, mayLeave);
  if (found.type === "mailboxes") return found.mailboxes.join(" ");
  return found.type === "elsewhere" ? "elsewhere" : `${found.reply.code} ${found.reply.enhanced}`;
};

describe("where mail goes", () => {
  it.each([
    ["Ann@A.Test", "ann@a.test"],
    ["ann+lists@a.test", "ann@a.test"],
    ['"ann"@a.test', "ann@a.test"],
    ["all@a.test", "ann@a.test bob@a.test"],
    ["postmaster", "postmaster@a.test"],
    ["POSTMASTER@a.test", "postmaster@a.test"],
    ["nobody@a.test", "550 5.1.1"],
    ["x@elsewhere.test", "550 5.7.1"],
    ["x@out.test", "550 5.7.1"],
    ["round@a.test", "550 5.1.1"],
  ])("%s: %s (RFC 5321 §3.6, §7.1)", (address, place) => {
    expect(where(address)).toBe(place);
  });

  it("relays for who may, and only where it is allowed", () => {
    expect(where("x@out.test", true)).toBe("elsewhere");
    expect(where("x@elsewhere.test", true)).toBe("550 5.7.1");
    expect(where("nobody@a.test", true)).toBe("550 5.1.1");
  });

  it("captures whatever goes nowhere else", () => {
    expect(where("x@elsewhere.test", false, { capture: true })).toBe("x@elsewhere.test");
    expect(where("nobody@a.test", false, { capture: true })).toBe("nobody@a.test");
    expect(where("x@out.test", false, { capture: true })).toBe("x@out.test");
    expect(where("x@out.test", true, { capture: true })).toBe("elsewhere");
  });

  it("names mailboxes as people expect", () => {
    expect(mailboxOf("+x@A.test")).toBe("+x@a.test");
    expect(mailboxOf('"a b"@A.test')).toBe("a b@a.test");
  });
});

describe("accounts", () => {
  const hash = "$2b$04$aaaaaaaaaaaaaaaaaaaaaOe2q3Gv0Yh0bG3cQe0Qm0bq3Xk1u7a3e";
  const accounts = new Accounts({
    users: [
      { address: "ann@a.test", password: "secret" },
      { address: "hashed@a.test", password: hash },
    ],
    domain: "a.test",
    any: false,
  });

  it("knows a name with and without its domain, and the password", async () => {
    for (const name of ["ann@a.test", "ANN@A.TEST", "ann"]) {
      const known = await accounts.credentials(name);
      expect(known?.user).toBe("ann@a.test");
      expect(await known?.verify("secret")).toBe(true);
      expect(await known?.verify("Secret")).toBe(false);
      expect(known?.scram?.iterations).toBe(4096);
    }
    expect(await accounts.credentials("bob")).toBeUndefined();
    expect((await accounts.credentials("hashed"))?.scram).toBeUndefined();
  });

  it("lets everybody in where that was asked for", async () => {
    const open = new Accounts({ users: [], domain: "a.test", any: true });
    expect(await (await open.credentials("who"))?.verify("ever")).toBe(true);
  });
});
