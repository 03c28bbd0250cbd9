import { describe, expect, it } from "vitest";
import { countOf, freePorts, portsBeside, readOutgoing } from "../../src/data/free-ports.ts";

describe("ports for passive connections", () => {
  it.each([
    ["Linux's usual ones for outgoing connections", "32768\t60999\n", 61_000, 65_535],
    ["none that Linux tells of", "", 49_152, 65_535],
    ["all dynamic ones, as RFC 6335 has it", "49152\t65535\n", 49_152, 65_535],
    ["all from 1024 on", "1024\t65535\n", 49_152, 65_535],
    ["the upper half", "55000\t65535\n", 49_152, 54_999],
    ["all but too few to choose among", "49152\t65000\n", 49_152, 65_535],
    ["the middle", "50000\t60000\n", 60_001, 65_535],
    ["none of the dynamic ones", "1024\t40000\n", 49_152, 65_535],
  ])("beside %s", (_, outgoing, from, to) => {
    expect(portsBeside(readOutgoing(outgoing))).toEqual({ from, to });
  });

  it("are at least a thousand here as well", () => {
    expect(countOf(freePorts())).toBeGreaterThanOrEqual(1024);
  });
});
