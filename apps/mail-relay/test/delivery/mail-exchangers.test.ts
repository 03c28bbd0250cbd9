/** RFC 5321 §5, RFC 7505: who takes mail for a domain, asked of a name server of our own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HopFailure } from "../../src/delivery/failure.ts";
import { MailExchangers } from "../../src/delivery/mail-exchangers.ts";
import { DnsPeer } from "./dns-peer.ts";

const mx = (...records: readonly (readonly [number, string])[]) => ({
  mx: records.map(([priority, exchange]) => ({ priority, exchange })),
});

describe("the hosts that take mail for a domain", () => {
  let dns: DnsPeer;
  let exchangers: MailExchangers;
  /** Soon tired of a name server that says nothing. */
  let hasty: MailExchangers;
  beforeAll(async () => {
    dns = await DnsPeer.listen({
      "several.test": mx([20, "b.several.test"], [10, "a.several.test"], [30, "nowhere.test"]),
      "a.several.test": { a: ["127.0.0.2"], aaaa: ["::1"] },
      "b.several.test": { a: ["127.0.0.3"] },
      "equal.test": mx([10, "a.several.test"], [10, "b.several.test"]),
      "none.test": mx([0, ""]),
      "itself.test": { a: ["127.0.0.4"] },
      "empty.test": {},
      "broken.test": { fails: 2 },
      "silent.test": { fails: "silent" },
      "loop.test": mx([10, "Relay.Test"], [20, "b.several.test"]),
      "backup.test": mx([10, "b.several.test"], [20, "relay.test"]),
      "dangling.test": mx([10, "nowhere.test"]),
      "half.test": mx([10, "broken.test"], [20, "b.several.test"]),
      "lost.test": mx([10, "broken.test"]),
      "many.test": mx(...Array.from({ length: 15 }, (_, index) => [index, "b.several.test"] as const)),
    });
    const options = {
      resolver: { host: "127.0.0.1", port: dns.port },
      port: 2525,
      hostname: "relay.test",
      random: () => 0,
    };
    exchangers = new MailExchangers({ ...options, timeout: 60_000 });
    hasty = new MailExchangers({ ...options, timeout: 200 });
  });
  afterAll(() => dns[Symbol.asyncDispose]());

  const hosts = async (domain: string, of = exchangers): Promise<readonly string[]> =>
    (await of.targetsOf(domain)).map(({ name, host, port }) => `${name} ${host} ${port}`);
  const failure = async (domain: string): Promise<string> => {
    try {
      return (await hosts(domain, domain === "silent.test" ? hasty : exchangers)).join();
    } catch (error) {
      if (!(error instanceof HopFailure)) throw error;
      return `${error.reply.code} ${error.reply.enhanced ?? ""}`;
    }
  };

  it("are tried by preference, over both families, and a name without address is passed over (§5.1)", async () => {
    expect(await hosts("several.test")).toEqual([
      "a.several.test ::1 2525",
      "a.several.test 127.0.0.2 2525",
      "b.several.test 127.0.0.3 2525",
    ]);
  });

  it("share the load where they are equal (§5.1)", async () => {
    const first = new Set<string>();
    for (const lot of [0, 0.9]) {
      let call = 0;
      const one = new MailExchangers({
        resolver: { host: "127.0.0.1", port: dns.port },
        port: 25,
        hostname: "relay.test",
        random: () => (call++ === 0 ? lot : 0.5),
      });
      first.add((await one.targetsOf("equal.test"))[0]?.name ?? "");
    }
    expect(first.size).toBe(2);
  });

  it.each([
    ["none.test", "556 5.1.10"],
    ["unknown.test", "550 5.1.2"],
    ["empty.test", "550 5.4.4"],
    ["dangling.test", "550 5.4.4"],
    ["broken.test", "451 4.4.3"],
    ["silent.test", "451 4.4.3"],
    ["lost.test", "451 4.4.3"],
    ["loop.test", "554 5.4.6"],
  ])("%s: %s", async (domain, said) => {
    expect(await failure(domain)).toBe(said);
  });

  it("is the domain itself where it has no MX record (§5.1)", async () => {
    expect(await hosts("itself.test")).toEqual(["itself.test 127.0.0.4 2525"]);
  });

  it("leaves out ourselves and what is no better, and goes on where one name cannot be looked up", async () => {
    expect(await hosts("backup.test")).toEqual(["b.several.test 127.0.0.3 2525"]);
    expect(await hosts("half.test")).toEqual(["b.several.test 127.0.0.3 2525"]);
  });

  it("takes an address literal as it is (§4.1.3), and asks nobody", async () => {
    const asked = dns.questions.length;
    expect(await hosts("[127.0.0.9]")).toEqual(["[127.0.0.9] 127.0.0.9 2525"]);
    expect(await hosts("[IPv6:::1]")).toEqual(["[IPv6:::1] ::1 2525"]);
    expect(dns.questions).toHaveLength(asked);
  });

  it("tries ten addresses at most", async () => {
    expect(await hosts("many.test")).toHaveLength(10);
  });
});
