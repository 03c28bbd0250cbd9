import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFirewallRules } from "../src/firewall-options.ts";
import { openFirewall, parseCommandLine } from "../src/index.ts";
import { fixtureLine } from "./fixture/server-line.ts";

const folder = mkdtempSync(join(tmpdir(), "host-firewall-"));
const local = { host: "127.0.0.1", port: 7007 };

function options(...argv: string[]) {
  const parsed = parseCommandLine(fixtureLine, { argv, env: {}, cwd: folder });
  if (parsed.kind === "print") throw new Error("printed");
  return parsed.options;
}

describe("--firewall", () => {
  it("takes rules and files of rules, in order, and judges with them", async () => {
    writeFileSync(
      join(folder, "rules.txt"),
      "# office\nallow 10.1.0.0/16\n\nreject 10.0.0.0/8  # the rest\n",
    );
    const given = options("--firewall", "drop 10.1.2.3", "--firewall", "rules.txt");
    expect(await readFirewallRules(given.firewall)).toEqual([
      "drop 10.1.2.3",
      "allow 10.1.0.0/16",
      "reject 10.0.0.0/8",
    ]);
    const firewall = await openFirewall(given);
    const from = (host: string) => firewall.admit({ host, port: 1 }, local);
    expect(from("10.1.2.3")).toEqual({ action: "drop", rule: "drop 10.1.2.3" });
    expect(from("10.1.2.4")).toEqual({ action: "allow" });
    expect(from("10.2.0.1")).toEqual({ action: "reject", rule: "reject 10.0.0.0/8" });
  });

  it("brings the caps and the rate along", async () => {
    const given = options("--max-connections", "3", "--max-connections-per-address", "2", "--rate", "5/s");
    expect((await openFirewall(given)).status().limits).toEqual({
      ratePerAddress: 5,
      rate: "off",
      connectionsPerAddress: 2,
      connections: 3,
    });
  });

  it("says what is wrong with a rule, or with a file", async () => {
    expect(() => options("--firewall", "drop 10.0.0.0/8 prot 7")).toThrow(
      /^--firewall "drop 10\.0\.0\.0\/8 prot 7": firewall rule .*"prot": only `port` may follow/,
    );
    await expect(readFirewallRules(options("--firewall", "none.txt").firewall)).rejects.toMatchObject({
      code: "USAGE_FIREWALL",
      message: `--firewall ${folder}/none.txt: there is no such file`,
    });
    writeFileSync(join(folder, "bad.txt"), "allow ::1\ndeny ::2\n");
    await expect(readFirewallRules([{ file: join(folder, "bad.txt") }])).rejects.toThrow(
      /bad\.txt: .*"deny"/,
    );
    writeFileSync(join(folder, "long.txt"), "#".repeat(262_145));
    await expect(readFirewallRules([{ file: join(folder, "long.txt") }])).rejects.toThrow(
      /longer than 262144 char/,
    );
  });
});
