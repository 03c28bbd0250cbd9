import { describe, expect, it } from "vitest";
import { hopName, Routes, type RouteOptions } from "../../src/delivery/routes.ts";

const none: RouteOptions = {
  relay: true,
  routes: [],
  smarthost: undefined,
  smarthostLogin: undefined,
  relayAllow: [],
};
const route = (domain: string, port: number) => ({ domain, host: "127.0.0.1", port });
const smarthost = { host: "::1", port: 587 };

describe("whether mail for a domain may leave", () => {
  it.each<readonly [string, Partial<RouteOptions>, readonly string[], readonly string[]]>([
    ["nothing without --relay", { relay: false, relayAllow: ["*"], smarthost }, [], ["a.test"]],
    ["what has a route", { routes: [route("a.test", 1)] }, ["a.test"], ["b.test", "x.a.test"]],
    [
      "what is below a route's domain",
      { routes: [route("*.a.test", 1)] },
      ["x.a.test"],
      ["a.test", "ba.test"],
    ],
    ["all with a route for all", { routes: [route("*", 1)] }, ["a.test"], []],
    ["all by a smarthost without a guard", { smarthost }, ["a.test"], []],
    ["only what the guard names", { smarthost, relayAllow: ["a.test"] }, ["a.test"], ["b.test"]],
    [
      "the guard and the routes",
      { routes: [route("b.test", 1)], relayAllow: ["a.test"] },
      ["a.test", "b.test"],
      ["c.test"],
    ],
    ["all by the DNS", { relayAllow: ["*"] }, ["a.test"], []],
  ])("%s", (_, options, may, mayNot) => {
    const routes = new Routes({ ...none, ...options });
    expect(may.filter((domain) => !routes.mayRelay(domain))).toEqual([]);
    expect(mayNot.filter((domain) => routes.mayRelay(domain))).toEqual([]);
  });
});

describe("the next hop", () => {
  it("is the closest route's, else the smarthost, else the DNS's", () => {
    const login = { user: "u", password: "p" };
    const routes = [route("*", 1), route("*.a.test", 2), route("*.b.a.test", 3), route("a.test", 4)];
    const hop = (domain: string, options: Partial<RouteOptions>): string =>
      hopName(new Routes({ ...none, ...options }).nextHopOf(domain));
    expect(hop("a.test", { routes, smarthost })).toBe("127.0.0.1:4");
    expect(hop("x.a.test", { routes, smarthost })).toBe("127.0.0.1:2");
    expect(hop("x.b.a.test", { routes, smarthost })).toBe("127.0.0.1:3");
    expect(hop("c.test", { routes, smarthost })).toBe("127.0.0.1:1");
    expect(hop("c.test", { routes: routes.slice(1), smarthost })).toBe("[::1]:587");
    expect(hop("c.test", {})).toBe("c.test");
    expect(new Routes({ ...none, smarthost, smarthostLogin: login }).nextHopOf("c.test")).toMatchObject({
      login,
    });
    // The password is the smarthost's and nobody else's.
    expect(
      new Routes({ ...none, routes, smarthost, smarthostLogin: login }).nextHopOf("a.test"),
    ).not.toHaveProperty("login");
  });
});
