import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "@socketscope/testkit";
import { tryOut } from "../src/campaign.ts";
import { readShelf } from "../src/corpus.ts";
import { octetByOctet, somewhere } from "../src/cuts.ts";
import { targets } from "../src/targets.ts";

describe.each(targets)("$name", (target) => {
  const inputs = [
    ...readShelf("found", target.name),
    ...readShelf("corpus", target.name),
    ...target.seeds.map((text) => Buffer.from(text, "latin1")),
  ];

  it("holds its promises on every input kept, however it is cut", () => {
    const cuts = [octetByOctet, ...Array.from({ length: 20 }, (_, seed) => somewhere(seed))];
    const broken = inputs.filter((input) => cuts.some((cut) => tryOut(target, input, cut) !== undefined));
    expect(broken.map((input) => Buffer.from(input).toString("latin1"))).toEqual([]);
  });

  it("has a corpus", () => {
    expect(readShelf("corpus", target.name).length).toBeGreaterThan(5);
  });
});

describe("npm run fuzz", () => {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const fuzz = (...options: string[]): ReturnType<typeof run> =>
    run(
      process.execPath,
      ["--import", "tsx", "--conditions=@socketscope/source", main, "--no-keep", ...options],
      { timeout: 250_000 },
    );

  it("runs each target for a while, finds nothing, and says how far it came", async () => {
    const { code, text, stderr } = await fuzz("--executions", "2000", "--seed", "1");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const { name } of targets) {
      expect(text).toMatch(
        new RegExp(`^${name}: 2,\\d{3} executions in \\d+ s, \\d+\\.\\d % of its code reached`, "m"),
      );
    }
  }, 260_000);

  it("says which targets there are when one is unknown", async () => {
    const { code, stderr } = await fuzz("nonsense");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^fuzz: there is no target nonsense; there are http-server, /);
  });
});
