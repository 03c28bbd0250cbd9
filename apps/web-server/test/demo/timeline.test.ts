/** Where the picture puts its bars. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, headlineOf, whyOf } from "../../site/modules/facts.js";
import { timeline } from "../../site/modules/timeline.js";

interface Asked {
  readonly from: number;
  readonly took: number | undefined;
}

function lane(id: number, asked: readonly Asked[], more: object = {}) {
  let free = 0;
  const requests = asked.map(({ from, took }, i) => {
    const begin = free + from;
    const goesOn = took === undefined && i === asked.length - 1;
    free = begin + (took ?? 1);
    const request = { method: "GET", path: `/file-${i}.css`, kind: "style", status: 200, from: begin };
    return goesOn ? request : { ...request, to: free, octets: 10 };
  });
  return {
    id,
    local: "127.0.0.1:8080",
    remoteHost: "127.0.0.1",
    remotePort: 50_000 + id,
    protocol: "http",
    count: requests.length,
    before: 0,
    opened: -1,
    octetsOut: 1000,
    requests,
    ...more,
  };
}

const asked = fc.record({
  from: fc.double({ min: 0, max: 5000, noNaN: true }).map((ms) => Math.round(ms * 10) / 10),
  took: fc.option(
    fc.double({ min: 0, max: 900, noNaN: true }).map((ms) => Math.round(ms * 10) / 10),
    { nil: undefined },
  ),
});
const lanes = fc
  .array(fc.array(asked, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 7 })
  .map((all) => all.map((requests, id) => lane(id, requests)));

describe("the picture", () => {
  it("puts nothing outside of the track and nothing over its neighbour, and what was later further right", () => {
    fc.assert(
      fc.property(lanes, (given) => {
        const { bars } = timeline(given, 13);
        for (const list of bars.values()) {
          let free = -0.02;
          for (const { left, width } of list) {
            expect(left).toBeGreaterThanOrEqual(free);
            expect(left + width).toBeLessThanOrEqual(100.02);
            // Places are rounded to a hundredth of a percent.
            free = left + width - 0.02;
          }
        }
        const moments = [...bars.values()].flat().toSorted((a, b) => a.from - b.from);
        for (const [i, bar] of moments.entries())
          expect(bar.left).toBeGreaterThanOrEqual((moments[i - 1]?.left ?? 0) - 0.02);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps its words apart, and begins to count at the first moment", () => {
    fc.assert(
      fc.property(lanes, (given) => {
        const { ticks } = timeline(given, 20);
        expect(ticks[0]).toEqual({ left: 0, at: 0 });
        for (const [i, { left }] of ticks.entries())
          if (i > 0) expect(left - (ticks[i - 1]?.left ?? 0)).toBeGreaterThan(20 - 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it("draws a request of no time at all wide enough to be seen", () => {
    const { bars } = timeline(
      [
        lane(1, [
          { from: 0, took: 0 },
          { from: 300, took: 0 },
        ]),
      ],
      13,
    );
    const requests = (bars.get(1) ?? []).filter(({ kind }) => kind !== "accept");
    expect(requests).toHaveLength(2);
    for (const { width } of requests) expect(width).toBeGreaterThan(10);
  });

  it("claims no opening for a socket that was open before, or that nobody saw", () => {
    const kinds = (more: object): string[] =>
      (timeline([lane(1, [{ from: 0, took: 1 }], more)], 13).bars.get(1) ?? []).map(({ kind }) => kind);
    expect(kinds({})).toEqual(["accept", "style"]);
    expect(kinds({ secured: 3 })).toEqual(["accept", "tls", "style"]);
    expect(kinds({ before: 4 })).toEqual(["style"]);
    expect(kinds({ opened: undefined })).toEqual(["style"]);
  });

  it("draws the last forty requests, and says how many it leaves out", () => {
    const many = Array.from({ length: 45 }, () => ({ from: 5, took: 1 }));
    const { bars, left } = timeline([lane(1, many)], 13);
    expect(left).toBe(5);
    expect(bars.get(1)).toHaveLength(40);
  });
});

describe("the numbers above it", () => {
  const used = [
    lane(1, [
      { from: 0, took: 1 },
      { from: 0, took: 1 },
      { from: 0, took: 1 },
    ]),
    lane(
      2,
      [
        { from: 0, took: 1 },
        { from: 0, took: 1 },
      ],
      { before: 3 },
    ),
    lane(3, [{ from: 0, took: undefined }], { protocol: "websocket" }),
  ];

  it("counts a socket as reused when a request found it open", () => {
    expect(factsOf(used)).toMatchObject({
      sockets: 3,
      fresh: 2,
      requests: 6,
      reused: 4,
      octets: 3000,
      webSockets: 1,
    });
    expect(headlineOf(factsOf(used)).join("")).toBe(
      "Hello again. Your browser used three sockets, two of them new.",
    );
    expect(headlineOf(factsOf(used.slice(0, 1))).join("")).toBe(
      "Hello. Your browser opened one socket to show you this page.",
    );
    expect(headlineOf(factsOf(used.slice(1, 2))).join("")).toBe(
      "Hello again. Your browser used one socket it already had.",
    );
  });

  it("does not count the WebSocket among the six", () => {
    expect(whyOf(used, factsOf(used)).answer).toContain("not counted among the six");
    expect(whyOf(used, factsOf(used)).question).toBe("Why three?");
  });

  it("tells no octets of a socket that others use too", () => {
    expect(factsOf([lane(1, [{ from: 0, took: 1 }], { octetsOut: undefined })]).octetsKnown).toBe(false);
  });
});
