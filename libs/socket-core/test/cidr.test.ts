import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountOf, CidrError, contains, formatAddress, parseAddress, parseCidr } from "../src/cidr.ts";

const octet = fc.integer({ min: 0, max: 255 });
const v4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
/** Every second group is zero or small, so that "::", prefixes and near misses are met often. */
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 0xffff }));
const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map(groupsText);

function groupsText(groups: readonly number[]): string {
  return groups.map((value) => value.toString(16)).join(":");
}

function bytes(text: string): Uint8Array {
  const octets = parseAddress(text);
  if (octets === undefined) throw new Error(`no address: ${text}`);
  return octets;
}

describe("parseAddress", () => {
  it("accepts what node:net accepts and refuses what it refuses", () => {
    const shape = fc.oneof(
      v4,
      v6,
      fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
      fc.stringMatching(/^(?:[0-9a-f]{0,5}:){1,8}[0-9a-f.]{0,5}$/),
      fc.stringMatching(/^::(?:[0-9a-f]{1,4}:){0,7}\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/),
    );
    fc.assert(
      fc.property(shape, (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::1"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["0:0:0:0:0:0:0:0", "::"],
  ])("reads %s and writes it as %s (RFC 5952 §4)", (text, canonical) => {
    expect(formatAddress(bytes(text))).toBe(canonical);
  });

  it("writes what it reads back to the same octets", () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), (text) => {
        expect(bytes(formatAddress(bytes(text)))).toEqual(bytes(text));
      }),
    );
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7",
    "fe80::1%",
    "::1.2.3",
    " ::1",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe("contains", () => {
  it("agrees with node:net's BlockList on IPv4", () => {
    const near = fc
      .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 31 }))
      .map(([a, b, c, d, bit]) => {
        const flipped = (((a << 24) | (b << 16) | (c << 8) | d) ^ (1 << bit)) >>> 0;
        const turned = [flipped >>> 24, (flipped >>> 16) & 255, (flipped >>> 8) & 255, flipped & 255].join(
          ".",
        );
        return [[a, b, c, d].join("."), turned] as const;
      });
    fc.assert(
      fc.property(near, fc.integer({ min: 0, max: 32 }), ([network, address], prefix) => {
        const oracle = new BlockList();
        oracle.addSubnet(network, prefix, "ipv4");
        expect(contains(parseCidr(`${network}/${prefix}`), bytes(address))).toBe(
          oracle.check(address, "ipv4"),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with node:net's BlockList on IPv6", () => {
    const pair = fc.tuple(
      fc.array(group, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 127 }),
      fc.integer({ min: 0, max: 128 }),
    );
    fc.assert(
      fc.property(pair, ([groups, bit, prefix]) => {
        const turned = groups.with(bit >> 4, (groups[bit >> 4] ?? 0) ^ (1 << (15 - (bit & 15))));
        fc.pre([groups, turned].every((list) => bytes(groupsText(list)).length === 16));
        const oracle = new BlockList();
        oracle.addSubnet(groupsText(groups), prefix, "ipv6");
        expect(contains(parseCidr(`${groupsText(groups)}/${prefix}`), bytes(groupsText(turned)))).toBe(
          oracle.check(groupsText(turned), "ipv6"),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["::ffff:0:0/96", "192.0.2.1", true],
    ["::/0", "192.0.2.1", false],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["10.9.9.9/8", "10.0.0.1", true],
    ["::1", "::1", true],
    ["::1", "::2", false],
  ])("%s holds %s: %s", (network, address, expected) => {
    expect(contains(parseCidr(network), bytes(address))).toBe(expected);
  });
});

describe("parseCidr", () => {
  it.each([
    ["10.0.0.0/33", "0 to 32"],
    ["::/129", "0 to 128"],
    ["10.0.0.0/", "0 to 32"],
    ["10.0.0.0/-1", "0 to 32"],
    ["10.0.0.0/8/8", "0 to 32"],
    ["::ffff:1.2.3.4/95", "96 or more"],
    ["example.org", "not an IPv4 or IPv6 network"],
    ["fe80::1%eth0/64", "not an IPv4 or IPv6 network"],
  ])("refuses %s in one line that names it", (text, why) => {
    let message = "";
    try {
      parseCidr(text);
    } catch (error) {
      if (error instanceof CidrError) message = error.message;
    }
    expect(message).toContain(`"${text}"`);
    expect(message).toContain(why);
    expect(message).not.toContain("\n");
  });
});

it("counts an IPv6 /64 as one, an IPv4 address alone", () => {
  expect(accountOf(bytes("2001:db8:1:2:3:4:5:6"))).toBe("2001:db8:1:2::/64");
  expect(accountOf(bytes("2001:db8:1:2::9"))).toBe("2001:db8:1:2::/64");
  expect(accountOf(bytes("2001:db8:1:3::9"))).not.toBe("2001:db8:1:2::/64");
  expect(accountOf(bytes("::ffff:203.0.113.7"))).toBe("203.0.113.7");
});
