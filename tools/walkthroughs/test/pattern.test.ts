import { describe, expect, it } from "vitest";
import { fillIn, matchOutput } from "../src/pattern.ts";

const none = new Map<string, string>();

describe("what fits", () => {
  const cases: readonly [name: string, expected: string[], actual: string[]][] = [
    ["the same lines", ["a", "b"], ["a", "b"]],
    ["nothing, for nothing", [], []],
    ["blanks and CR at the end of a line", ["a", "b "], ["a  \r", "b\r"]],
    ["any text", ["HTTP/1.1 [..] OK"], ["HTTP/1.1 200 OK"]],
    ["no text for any text", ["a[..]"], ["a"]],
    ["any lines", ["a", "...", "d"], ["a", "b", "c", "d"]],
    ["no line for any lines", ["a", "...", "b"], ["a", "b"]],
    ["any lines at the start", ["...", "c"], ["a", "b", "c"]],
    ["any lines at the end", ["a", "..."], ["a", "b"]],
    ["the last lines, not the first like them", ["...", "a", "b"], ["a", "b", "a", "b"]],
    ["several elisions", ["...", "b", "...", "d", "..."], ["a", "b", "c", "d", "e"]],
    ["signs that mean something in a pattern", ["(a|b)* [x] $ ^ \\d {2}"], ["(a|b)* [x] $ ^ \\d {2}"]],
    ["a value twice in a line", ["{{a}} {{a}}"], ["7 7"]],
  ];
  it.each(cases)("%s", (_, expected, actual) => {
    expect(matchOutput(expected, actual, none).matches).toBe(true);
  });
});

describe("what does not fit, and the line it is shown at", () => {
  const cases: readonly [name: string, expected: string[], actual: string[], at: [number, number]][] = [
    ["another line", ["a", "b"], ["a", "x"], [1, 1]],
    ["a line too many", ["a"], ["a", "b"], [1, 1]],
    ["a line too few", ["a", "b"], ["a"], [1, 1]],
    ["a blank before", ["a"], [" a"], [0, 0]],
    ["a line after an elision that never comes", ["a", "...", "d"], ["a", "b", "c"], [2, 2]],
    [
      "the nearest place, where two lines follow an elision",
      ["...", "b", "c", "..."],
      ["a", "b", "x"],
      [2, 2],
    ],
    ["an elision does not repeat lines", ["a", "b", "...", "b", "c"], ["a", "b", "c"], [3, 2]],
    ["a value that differs within a line", ["{{a}} {{a}}"], ["7 8"], [0, 0]],
    ["a blank in a value", ["<{{a}}>"], ["<7 8>"], [0, 0]],
  ];
  it.each(cases)("%s", (_, expected, actual, [line, got]) => {
    expect(matchOutput(expected, actual, none)).toEqual({ matches: false, expected: line, actual: got });
  });
});

describe("values", () => {
  it("are captured where they are met first, and must stay the same", () => {
    const expected = ["http://[..]:{{port}}/", "...", "port {{port}}"];
    const match = matchOutput(expected, ["http://127.0.0.1:8080/", "-", "port 8080"], none);
    expect(match).toMatchObject({ matches: true, captured: new Map([["port", "8080"]]) });
    expect(matchOutput(expected, ["http://127.0.0.1:8080/", "port 8081"], none)).toMatchObject({
      matches: false,
      expected: 2,
    });
  });

  it("end where a word does before any text", () => {
    const match = matchOutput(["{{a}}[..] {{b}}[..]"], ['4711  59002"]'], none);
    expect(match).toMatchObject({ captured: new Map(Object.entries({ a: "4711", b: "59002" })) });
  });

  it("known from before are compared, not captured", () => {
    const values = new Map([["port", "1.80"]]);
    expect(matchOutput(["{{port}}"], ["1.80"], values).matches).toBe(true);
    expect(matchOutput(["{{port}}"], ["1x80"], values).matches).toBe(false);
  });

  it("go into a command; those without a value are named", () => {
    const missing: string[] = [];
    const filled = fillIn("{{a}} {{b}} {{.Go}}", new Map([["a", "1"]]), (name) => missing.push(name));
    expect(filled).toBe("1 {{b}} {{.Go}}");
    expect(missing).toEqual(["b"]);
  });
});

describe("an output that goes on", () => {
  it("fits with more after it, and says how much was taken", () => {
    expect(matchOutput(["...", "b"], ["a", "b", "c"], none, { open: true })).toMatchObject({ taken: 2 });
  });
  it("does not fit before it is there", () => {
    expect(matchOutput(["a", "b"], ["a"], none, { open: true }).matches).toBe(false);
  });
});
