import { describe, expect, it } from "vitest";
import { fuzz } from "../src/campaign.ts";
import { octetByOctet, somewhere } from "../src/cuts.ts";
import { minimise } from "../src/minimise.ts";
import { MAX_INPUT, mutate } from "../src/mutate.ts";
import { Random } from "../src/random.ts";
import { Finding, type Target } from "../src/target.ts";

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");

function planted(run: Target["run"]): Target {
  return { name: "planted", code: /nothing/, words: ["bug"], seeds: ["hello\nworld\n"], run };
}

describe("a campaign", () => {
  it("finds a planted bug and cuts it down to what it takes", () => {
    const target = planted((input) => {
      if (latin1(input).includes("bug")) throw new Finding("PLANTED", "found");
      return [];
    });
    const { found } = fuzz(target, [Buffer.from("some bug here")], { executions: 100, seconds: 5 }, 1);
    expect(found.map(({ code, input }) => [code, latin1(input)])).toEqual([["PLANTED", "bug"]]);
  });

  it("finds a story that depends on where the network cuts", () => {
    const target = planted((input, cut) => [
      String(cut(input).filter((piece) => latin1(piece) === "lo").length),
    ]);
    const { found } = fuzz(
      target,
      Array<Buffer>(20).fill(Buffer.from("lo")),
      { executions: 500, seconds: 5 },
      1,
    );
    expect(found.map(({ code }) => code)).toEqual(["DEPENDS_ON_CUTS"]);
  });

  it("tells bugs apart by the place that threw", () => {
    const target = planted((input) => {
      if (input[0] === 104) throw new TypeError("one");
      if (input[0] === 119) throw new TypeError("another");
      return [];
    });
    const { found } = fuzz(target, [Buffer.from("h"), Buffer.from("w")], { executions: 10, seconds: 5 }, 1);
    expect(found).toHaveLength(2);
  });

  it("is the same again for the same seed", () => {
    const inputs = (seed: number): string[] => {
      const seen: string[] = [];
      const target = planted((input) => {
        seen.push(latin1(input));
        return [];
      });
      fuzz(target, [], { executions: 600, seconds: 30 }, seed);
      return seen;
    };
    expect(inputs(3)).toEqual(inputs(3));
    expect(inputs(3)).not.toEqual(inputs(4));
  });
});

describe("minimise", () => {
  it("leaves nothing that can be taken away", () => {
    const input = Buffer.from("xxaxxxxbxxxxxxxxxcx");
    const keeps = (octets: Uint8Array): boolean => /a.*b.*c/.test(latin1(octets));
    expect(latin1(minimise(input, keeps))).toBe("abc");
  });

  it("stops after so many tries", () => {
    let tries = 0;
    minimise(new Uint8Array(100_000), () => (tries++, false), 50);
    expect(tries).toBeLessThanOrEqual(50);
  });
});

describe("mutate", () => {
  it("keeps inputs within their bound and changes them in many ways", () => {
    const random = new Random(1);
    const material = { words: [Buffer.from("word")], corpus: [Buffer.from("a line\nand 12 more\n")] };
    const input = Buffer.from("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    const outputs = new Set(Array.from({ length: 2000 }, () => latin1(mutate(input, random, material))));
    expect(outputs.size).toBeGreaterThan(1500);
    expect(Math.max(...Array.from(outputs, (output) => output.length))).toBeLessThanOrEqual(MAX_INPUT);
  });
});

describe("cuts", () => {
  it("lose nothing", () => {
    const input = Buffer.from("all of it");
    for (let seed = 0; seed < 100; seed++) expect(Buffer.concat(somewhere(seed)(input))).toEqual(input);
    expect(Buffer.concat(octetByOctet(input))).toEqual(input);
  });
});
