import { describe, expect, it } from "vitest";
import { compare, differential } from "../src/differential.ts";
import { NodeReader, ourReading } from "../src/readers.ts";
import { httpWords, requests } from "../src/targets/http-words.ts";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("two readers", () => {
  it.each([
    [["a", "b"], ["a", "b"], "same"],
    [["a"], ["a", "b"], "we are stricter"],
    [["a", "b"], ["a"], "we are laxer"],
    [["a", "b"], ["a", "c"], "read differently"],
    [["a", "b"], ["c"], "read differently"],
  ])("%j and %j: %s", (ours, theirs, verdict) => {
    expect(compare(ours, theirs)).toBe(verdict);
  });

  it("read plain requests the same: content, chunks, pipelines", async () => {
    const node = new NodeReader();
    const readings = await Promise.all(
      requests
        .slice(0, 7)
        .map(async (text) => [ourReading(octets(text)), await new NodeReader().reading(octets(text))]),
    );
    for (const [ours, theirs] of readings) expect(ours).toEqual(theirs);
    expect(await node.reading(octets(requests[3] ?? ""))).toEqual(["POST /late abc", "GET / "]);
  });

  it("never read different requests out of the same octets", async () => {
    const node = new NodeReader();
    const material = { words: httpWords.map(octets), corpus: requests.map(octets) };
    const readers = { ours: ourReading, theirs: (input: Uint8Array) => node.reading(input) };
    const { counts, executions } = await differential(
      readers,
      material,
      { executions: 3000, seconds: 60 },
      1,
    );
    expect(executions).toBe(3000);
    expect(counts["read differently"]).toBe(0);
  });

  it("would be found out: a reader that takes a length for shorter than it is", async () => {
    const sloppy = async (input: Uint8Array): Promise<readonly string[]> =>
      ourReading(octets(Buffer.from(input).toString("latin1").replace("Length: 3", "Length: 2")));
    const material = { words: [], corpus: [octets(requests[3] ?? "")] };
    const { differences } = await differential(
      { ours: ourReading, theirs: sloppy },
      material,
      { executions: 300, seconds: 60 },
      1,
    );
    expect(differences.map(({ verdict }) => verdict)).toContain("read differently");
  });
});
