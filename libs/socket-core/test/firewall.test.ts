import { describe, expect, it } from "vitest";
import { BanListFullError, Firewall, type Decision, type FirewallOptions } from "../src/firewall.ts";
import { LimitSyntaxError, parseCap, parseRate } from "../src/firewall-limits.ts";
import { parseRule, parseRules, RuleError } from "../src/firewall-rules.ts";

/** A firewall with a clock of its own, asked by host and our port. */
function firewall(options: Omit<FirewallOptions, "now" | "onDecision"> = {}) {
  let now = 1000;
  const decisions: Decision[] = [];
  const wall = new Firewall({
    ...options,
    now: () => now,
    onDecision: (decision) => decisions.push(decision),
  });
  const ask = (host: string, port = 80): string => {
    const verdict = wall.admit({ host, port: 40_000 }, { host: "127.0.0.1", port });
    return verdict.action === "allow" ? "allow" : `${verdict.action}: ${verdict.rule}`;
  };
  const leave = (host: string) => {
    wall.release({ host, port: 40_000 });
  };
  return { wall, ask, leave, decisions, pass: (ms: number) => (now += ms) };
}

function ruleError(text: string): RuleError {
  try {
    parseRule(text);
  } catch (error) {
    if (error instanceof RuleError) return error;
  }
  throw new Error(`taken as a rule: ${text}`);
}

describe("rules", () => {
  it.each([
    // rules, peer, our port, verdict
    [["reject 10.0.0.0/8 port 2525"], "10.9.9.9", 2525, "reject: reject 10.0.0.0/8 port 2525"],
    [["reject 10.0.0.0/8 port 2525"], "10.9.9.9", 2526, "allow"],
    [["reject 10.0.0.0/8 port 2525"], "11.0.0.1", 2525, "allow"],
    [["drop 0.0.0.0/0 port 8080-8090"], "127.0.0.1", 8080, "drop: drop 0.0.0.0/0 port 8080-8090"],
    [["drop 0.0.0.0/0 port 8080-8090"], "127.0.0.1", 8090, "drop: drop 0.0.0.0/0 port 8080-8090"],
    [["drop 0.0.0.0/0 port 8080-8090"], "127.0.0.1", 8091, "allow"],
    [["drop 0.0.0.0/0 port 8080-8090"], "::1", 8085, "allow"],
    [["allow ::1", "drop any"], "::1", 80, "allow"],
    [["allow ::1", "drop any"], "::2", 80, "drop: drop any"],
    [["allow ::1", "drop any"], "127.0.0.1", 80, "drop: drop any"],
    [["drop any", "allow ::1"], "::1", 80, "drop: drop any"],
    [["reject 10.0.0.0/8"], "::ffff:10.0.0.1", 80, "reject: reject 10.0.0.0/8"],
    [["reject ::/0"], "10.0.0.1", 80, "allow"],
    [["  reject   10.0.0.1\t"], "10.0.0.1", 80, "reject: reject 10.0.0.1"],
    [[], "203.0.113.9", 80, "allow"],
    [[], "", 80, "reject: no address"],
  ])("%j asked by %s at port %i: %s", (rules, host, port, expected) => {
    expect(firewall({ rules }).ask(host, port)).toBe(expected);
  });

  it.each([
    ["deny 10.0.0.0/8", "deny"],
    ["", ""],
    ["reject", "reject"],
    ["reject 10.0.0.0/40", "10.0.0.0/40"],
    ["reject example.org", "example.org"],
    ["reject 10.0.0.0/8 ports 80", "ports"],
    ["reject 10.0.0.0/8 port", "port"],
    ["reject 10.0.0.0/8 port http", "http"],
    ["reject 10.0.0.0/8 port 65536", "65536"],
    ["reject 10.0.0.0/8 port 90-80", "90-80"],
    ["reject 10.0.0.0/8 port 80 81", "81"],
  ])("%j is refused in one line that names %j", (text, token) => {
    const error = ruleError(text);
    expect(error.token).toBe(token);
    expect(error.message).toContain(`"${token}"`);
    expect(error.message).not.toContain("\n");
  });

  it("reads a file with comments", () => {
    const rules = parseRules("# mine\nallow ::1 # me\r\n\r\n  drop any port 1-2\n");
    expect(rules.map((rule) => rule.text)).toEqual(["allow ::1", "drop any port 1-2"]);
  });

  it("replaces rules while running, all or none, and keeps the hits of those that stay", () => {
    const { wall, ask } = firewall({ rules: ["reject 10.0.0.0/8"] });
    ask("10.0.0.1");
    expect(() => wall.replaceRules(["drop 10.0.0.0/8", "nonsense"])).toThrow(RuleError);
    expect(ask("10.0.0.1")).toBe("reject: reject 10.0.0.0/8");
    wall.replaceRules(["allow 10.0.0.7", "reject 10.0.0.0/8"]);
    expect(ask("10.0.0.7")).toBe("allow");
    expect(wall.status().rules).toEqual([
      { rule: "allow 10.0.0.7", hits: 1 },
      { rule: "reject 10.0.0.0/8", hits: 2 },
    ]);
  });

  it("takes no more than maxRules", () => {
    const { wall } = firewall({ maxRules: 2 });
    expect(() => wall.replaceRules(["allow ::1", "allow ::2", "allow ::3"])).toThrow(/no more than 2/);
  });

  it("reports every decision with its rule", () => {
    const { ask, decisions, wall } = firewall({ rules: ["allow ::1", "drop 10.0.0.0/8"] });
    for (const host of ["::1", "10.0.0.1", "192.0.2.1"]) ask(host);
    expect(decisions.map(({ remote, action, rule }) => [remote.host, action, rule])).toEqual([
      ["::1", "allow", "allow ::1"],
      ["10.0.0.1", "drop", "drop 10.0.0.0/8"],
      ["192.0.2.1", "allow", "default"],
    ]);
    expect(wall.status().decided).toEqual({ allow: 2, drop: 1, reject: 0 });
  });
});

describe("limits", () => {
  it("caps the connections of one account, an IPv6 /64 as one", () => {
    const { ask, leave } = firewall({ limits: { connectionsPerAddress: 2 } });
    expect([ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8::3")]).toEqual([
      "allow",
      "allow",
      "reject: limit 2 connections per address",
    ]);
    expect(ask("2001:db8:0:1::1")).toBe("allow");
    leave("2001:db8::1");
    expect(ask("2001:db8::9")).toBe("allow");
  });

  it("caps the connections in all", () => {
    const { ask, leave, wall } = firewall({ limits: { connections: 2 } });
    expect([ask("10.0.0.1"), ask("10.0.0.2"), ask("10.0.0.3")]).toEqual([
      "allow",
      "allow",
      "reject: limit 2 connections",
    ]);
    leave("10.0.0.1");
    expect(ask("10.0.0.3")).toBe("allow");
    expect(wall.status().counts).toEqual({ open: 2, accounts: 3, sharing: 0 });
  });

  it("refills a bucket with the time, up to one second's worth", () => {
    const { ask, leave, pass } = firewall({ limits: { ratePerAddress: 2 } });
    const burst = () =>
      [ask("10.0.0.1"), ask("10.0.0.1"), ask("10.0.0.1")].filter((each) => each === "allow").length;
    expect(burst()).toBe(2);
    expect(ask("10.0.0.1")).toBe("reject: limit 2/s per address");
    expect(ask("10.0.0.2")).toBe("allow");
    pass(499);
    expect(burst()).toBe(0);
    pass(1);
    expect(burst()).toBe(1);
    leave("10.0.0.1");
    pass(60_000);
    expect(burst()).toBe(2);
  });

  it("lets one in every two seconds at 0.5/s", () => {
    const { ask, pass } = firewall({ limits: { ratePerAddress: 0.5 } });
    expect([ask("::1"), ask("::1")]).toEqual(["allow", "reject: limit 0.5/s per address"]);
    pass(2000);
    expect([ask("::1"), ask("::1")]).toEqual(["allow", "reject: limit 0.5/s per address"]);
  });

  it("limits the rate in all, and one over his own limit does not use it up", () => {
    const { ask } = firewall({ limits: { rate: 3, ratePerAddress: 1 } });
    for (let i = 0; i < 10; i++) ask("10.0.0.1");
    expect([ask("10.0.0.2"), ask("10.0.0.3"), ask("10.0.0.4")]).toEqual([
      "allow",
      "allow",
      "reject: limit 3/s",
    ]);
  });

  it("an allow rule does not lift the limits", () => {
    const { ask } = firewall({ rules: ["allow any"], limits: { connectionsPerAddress: 1 } });
    expect([ask("::1"), ask("::1")]).toEqual(["allow", "reject: limit 1 connections per address"]);
  });

  it("changes while running", () => {
    const { ask, wall } = firewall();
    for (let i = 0; i < 5; i++) expect(ask("::1")).toBe("allow");
    wall.changeLimits({ connectionsPerAddress: 5, rate: 1 });
    expect(ask("::1")).toBe("reject: limit 5 connections per address");
    expect([ask("::2:0:0:0:1"), ask("::3:0:0:0:1")]).toEqual(["allow", "reject: limit 1/s"]);
    wall.changeLimits({ connectionsPerAddress: "off", rate: "off" });
    expect(ask("::1")).toBe("allow");
  });

  it("a rate set later begins with full buckets", () => {
    const { ask, wall } = firewall();
    ask("::1");
    wall.changeLimits({ ratePerAddress: 2 });
    expect([ask("::1"), ask("::1"), ask("::1")]).toEqual(["allow", "allow", "reject: limit 2/s per address"]);
  });
});

describe("the table of accounts", () => {
  const limits = { ratePerAddress: 1 };

  it("does not forget an empty bucket for a newcomer: newcomers share one", () => {
    const { ask, leave, wall } = firewall({ limits, maxAccounts: 2 });
    for (const host of ["10.0.0.1", "10.0.0.2"]) {
      ask(host);
      leave(host);
    }
    // a flood of addresses: the first takes the common account's one connection a second, the others find it empty
    expect([ask("10.1.0.1"), ask("10.1.0.2"), ask("10.1.0.3")]).toEqual([
      "allow",
      "reject: limit 1/s per address",
      "reject: limit 1/s per address",
    ]);
    expect(ask("10.0.0.1")).toBe("reject: limit 1/s per address");
    expect(wall.status().counts).toEqual({ open: 1, accounts: 2, sharing: 1 });
  });

  it("forgets an account once its bucket is full again, the longest at rest first", () => {
    const { ask, leave, pass, wall } = firewall({ limits, maxAccounts: 2 });
    ask("10.0.0.1");
    leave("10.0.0.1");
    ask("10.0.0.2");
    pass(1000);
    expect([ask("10.1.0.1"), ask("10.1.0.2"), ask("10.1.0.3")]).toEqual([
      "allow",
      "allow",
      "reject: limit 1/s per address",
    ]);
    expect(wall.status().counts).toEqual({ open: 3, accounts: 2, sharing: 1 });
  });

  it("keeps an account with an open connection, and counts back to nothing", () => {
    const { ask, leave, wall } = firewall({ maxAccounts: 2 });
    const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.1"];
    for (const host of hosts) expect(ask(host)).toBe("allow");
    expect(wall.status().counts).toEqual({ open: 5, accounts: 2, sharing: 2 });
    for (const host of hosts) leave(host);
    expect(wall.status().counts).toEqual({ open: 0, accounts: 2, sharing: 0 });
  });

  it("stays bounded under a flood of a hundred thousand addresses", () => {
    const { ask, leave, wall } = firewall({ maxAccounts: 100 });
    for (let i = 0; i < 100_000; i++) {
      const host = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
      ask(host);
      leave(host);
    }
    expect(wall.status().counts).toEqual({ open: 0, accounts: 100, sharing: 0 });
  });
});

describe("bans", () => {
  it("keeps an account out until the ban runs out, before any rule", () => {
    const { ask, pass, wall } = firewall({ rules: ["allow any"] });
    wall.ban("2001:db8::5", 1000, "five wrong passwords");
    expect(ask("2001:db8::77")).toBe("drop: ban 2001:db8::/64: five wrong passwords");
    expect(wall.status().bans).toEqual([
      { account: "2001:db8::/64", action: "drop", reason: "five wrong passwords", remaining: 1000 },
    ]);
    pass(999);
    expect(ask("2001:db8::5")).toContain("drop");
    pass(1);
    expect(ask("2001:db8::5")).toBe("allow");
    expect(wall.status().bans).toEqual([]);
  });

  it("is lifted by the address or by what status shows", () => {
    const { ask, wall } = firewall();
    wall.ban("::ffff:10.0.0.1", 1000, "test", "reject");
    wall.ban("2001:db8::5", 1000, "test");
    expect(ask("10.0.0.1")).toBe("reject: ban 10.0.0.1: test");
    expect(wall.lift("10.0.0.1")).toBe(true);
    expect(wall.lift("10.0.0.1")).toBe(false);
    expect(wall.lift("2001:db8::/64")).toBe(true);
    expect([ask("10.0.0.1"), ask("2001:db8::5")]).toEqual(["allow", "allow"]);
    expect(() => wall.ban("nobody", 1, "test")).toThrow(RuleError);
  });

  it("refuses a ban above maxBans rather than lift one, and makes room of those that ran out", () => {
    const { ask, pass, wall } = firewall({ maxBans: 2 });
    wall.ban("10.0.0.1", 1000, "a");
    wall.ban("10.0.0.2", 5000, "b");
    expect(() => wall.ban("10.0.0.3", 1000, "c")).toThrow(BanListFullError);
    wall.ban("10.0.0.2", 9000, "longer");
    pass(1000);
    wall.ban("10.0.0.3", 1000, "c");
    expect([ask("10.0.0.1"), ask("10.0.0.2"), ask("10.0.0.3")]).toEqual([
      "allow",
      "drop: ban 10.0.0.2: longer",
      "drop: ban 10.0.0.3: c",
    ]);
  });
});

describe("limits as text", () => {
  it("reads rates and caps", () => {
    expect([
      parseRate("20/s"),
      parseRate("0.5/s"),
      parseRate("off"),
      parseCap("0"),
      parseCap("200"),
      parseCap("off"),
    ]).toEqual([20, 0.5, "off", 0, 200, "off"]);
  });

  it.each(["20", "0/s", "-1/s", "20/m", "x"])("refuses the rate %j by name", (text) => {
    expect(() => parseRate(text)).toThrow(LimitSyntaxError);
    expect(() => parseRate(text)).toThrow(`"${text}"`);
  });

  it.each(["-1", "1.5", "", "many"])("refuses the cap %j by name", (text) => {
    expect(() => parseCap(text)).toThrow(`"${text}"`);
  });
});
