import { describe, expect, it } from "vitest";
import { memoryCases, rateCases, type RateCase } from "../src/cases.ts";
import { readResult } from "../src/load.ts";
import { mailAmounts, mailCases } from "../src/mail-cases.ts";
import { judgeAmount } from "../src/memory.ts";
import { judge } from "../src/rates.ts";
import { intoDocument, markers, rowsOf, toMarkdown } from "../src/report.ts";
import { median } from "../src/statistics.ts";
import { videoAmounts } from "../src/video-cases.ts";

const one: RateCase = {
  id: "file",
  title: "A file",
  path: "/",
  connections: 1,
  unit: "requests/s",
  ours: "ours-files",
  peers: ["slow", "fast"],
  beside: ["nginx"],
  floor: 3,
  goal: { above: "nginx" },
};
const rates = (ours: number): Map<string, number[]> =>
  new Map([
    ["ours-files", [ours, ours, ours]],
    ["slow", [10, 10, 10]],
    ["fast", [20, 20, 20]],
    ["nginx", [80, 80, 80]],
  ]);

describe("the median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[], Number.NaN],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });
});

describe("a ratio", () => {
  it("is to the fastest of the peers, its goal what the other reaches", () => {
    expect(judge(one, rates(60))).toMatchObject({ value: 3, against: "fast", goal: 4, passed: true });
  });
  it("is the median of the rounds' ratios: a noisy round counts once, and a noisy minute not at all", () => {
    const noisy = rates(0).set("ours-files", [60, 6, 0.6, 1]).set("fast", [20, 2, 0.2, 20]);
    expect(judge(one, noisy).value).toBeCloseTo(3);
  });
  it("below the floor is broken", () => {
    expect(judge(one, rates(59)).passed).toBe(false);
  });
  it("that was not measured is broken", () => {
    expect(judge(one, new Map()).passed).toBe(false);
  });
});

describe("stalls", () => {
  it.each([
    [0, true, "| 0 stalls | ≤ 0 stalls |"],
    [1, false, "| 1 stalls **broken** | ≤ 0 stalls |"],
    [Number.NaN, false, "**broken**"],
  ])("%d of them", (ours, passed, cells) => {
    const result = judgeAmount(videoAmounts.live, "60 s", { ours });
    expect(result.passed).toBe(passed);
    expect(toMarkdown({ machine: {}, effort: "", results: [result] })).toContain(cells);
  });
});

describe("an amount of memory", () => {
  it.each([
    [6, true],
    [6.1, false],
    [Number.NaN, false],
  ])("of %d KiB: %s", (ours, passed) => {
    expect(judgeAmount(memoryCases.idle, "10", { ours }).passed).toBe(passed);
  });
});

describe("wrk's result", () => {
  const output = (requests: number, octets: number, errors: string): string =>
    `Running 1s test\nRESULT {"requests":${requests},"octets":${octets},"microseconds":2000000,"errors":[${errors}]}\n`;

  it("is a rate", () => {
    expect(readResult(output(100, 5000, "0,0,0,0,0"))).toEqual({
      requestsPerSecond: 50,
      octetsPerSecond: 2500,
    });
  });
  it.each([
    ["a wrong status", output(100, 5000, "0,0,0,1,0"), "0, 0, 0, 1, 0"],
    ["no answer", output(0, 0, "0,0,0,0,0"), "nothing was answered"],
    ["no result", "unable to connect", "unable to connect"],
  ])("with %s is worth nothing", (_name, text, message) => {
    expect(() => readResult(text)).toThrow(message);
  });
});

describe("the table", () => {
  const report = (ours: number) =>
    toMarkdown({ machine: { node: "v20" }, effort: "Once", results: [judge(one, rates(ours))] });

  it("shows what was measured, promised and broken", () => {
    expect(report(90).split("\n")[2]).toBe(
      "| A file | 90 requests/s | fast: 20 requests/s | 4.50 × | ≥ 3.00 × | 4.00 × reached | slow: 10 requests/s; nginx: 80 requests/s |",
    );
    expect(report(50)).toContain("| 2.50 × **broken** |");
    expect(report(50)).toContain("node v20");
  });

  it("keeps the rows that were not measured again, in their places", () => {
    const rows = (text: string): string[] => rowsOf(`${markers.begin}\n${text}\n${markers.end}`);
    const before = ["| A file | old |", "| Memory (10 at once) | 1 KiB |"];
    const table = toMarkdown({ machine: {}, effort: "", results: [judge(one, rates(90))] }, before);
    expect(rows(table)).toEqual([expect.stringContaining("| 4.50 × |"), before[1]]);
    expect(rows(report(90))).toHaveLength(1);
    expect(rowsOf("no table")).toEqual([]);
  });

  it("takes its place in a document, and the rest stays", () => {
    const document = `a\n${markers.begin}\nold\n${markers.end}\nb\n`;
    expect(intoDocument(document, "new")).toBe(`a\n${markers.begin}\nnew\n${markers.end}\nb\n`);
  });
  it.each(["none", `${markers.end}${markers.begin}`, `${markers.begin}${markers.end}`.repeat(2)])(
    "has no place in %j",
    (document) => {
      expect(() => intoDocument(document, "new")).toThrow("once each");
    },
  );
});

describe("the cases", () => {
  it("have names of their own", () => {
    const all = [rateCases, Object.values(memoryCases), mailCases, Object.values(mailAmounts)].flat();
    const ids = all.map((each) => each.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
