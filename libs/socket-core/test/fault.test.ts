import { describe, expect, it } from "vitest";
import {
  checkFault,
  defaultFaultLimits,
  FaultError,
  type ActiveFault,
  type Fault,
  type FaultAction,
} from "../src/fault.ts";
import { formatFault, formatOctets, parseFault } from "../src/fault-json.ts";
import { FaultMatcher } from "../src/fault-matcher.ts";
import { planFor } from "../src/fault-plan.ts";

const octets = (text: string) => Buffer.from(text, "latin1");
const active = (fault: Omit<Fault, "action">): ActiveFault => ({
  ...fault,
  id: "1",
  acted: 0,
  action: { type: "reset" },
});

describe("which chunks a fault means", () => {
  /** Which of the chunks ("in" of flow 7) were meant. */
  const meant = (fault: Omit<Fault, "action">, ...chunks: string[]): string[] => {
    const matcher = new FaultMatcher("in", 7);
    const faults = [active(fault)];
    return chunks.filter((chunk) => matcher.match(octets(chunk), faults).length > 0);
  };

  it("every one of its direction, where nothing else is said", () => {
    expect(meant({ on: "in" }, "a", "b")).toEqual(["a", "b"]);
    expect(meant({ on: "out" }, "a", "b")).toEqual([]);
  });

  it("only those of its flow", () => {
    expect(meant({ on: "in", match: { flow: 7 } }, "a")).toEqual(["a"]);
    expect(meant({ on: "in", match: { flow: 8 } }, "a")).toEqual([]);
  });

  it("those in which its octets end, wherever the chunks were cut, and each end once", () => {
    const match = { contains: octets("GET") };
    expect(meant({ on: "in", match }, "x GET y", "z")).toEqual(["x GET y"]);
    for (let cut = 1; cut < 7; cut++) {
      const [head, tail] = ["x GET y".slice(0, cut), "x GET y".slice(cut)];
      expect(meant({ on: "in", match }, head, tail)).toEqual([cut >= 5 ? head : tail]);
    }
    expect(meant({ on: "in", match }, "G", "E", "T", "-")).toEqual(["T"]);
    expect(meant({ on: "in", match }, "GE", "-T")).toEqual([]);
    expect(meant({ on: "in", match: { contains: octets("aa") } }, "a", "a", "a")).toEqual(["a", "a"]);
  });

  it("the nth that meets the rest, of each flow", () => {
    expect(meant({ on: "in", match: { nth: 2 } }, "a", "b", "c")).toEqual(["b"]);
    expect(meant({ on: "in", match: { nth: 2, contains: octets("x") } }, "x1", "y", "x2", "x3")).toEqual([
      "x2",
    ]);
    const faults = [active({ on: "in", match: { nth: 1 } })];
    const flows = [new FaultMatcher("in", 1), new FaultMatcher("in", 2)];
    expect(flows.map((flow) => flow.match(octets("a"), faults).length)).toEqual([1, 1]);
  });

  it("so many times over all flows, then no more; it counts what it did", () => {
    const fault = active({ on: "in", times: 3 });
    const flows = [new FaultMatcher("in", 1), new FaultMatcher("in", 2)];
    const hits = [1, 2].flatMap(() => flows.map((flow) => flow.match(octets("a"), [fault]).length));
    expect([hits, fault.acted]).toEqual([[1, 1, 1, 0], 3]);
  });
});

describe("what faults make of a chunk", () => {
  const plan = (text: string, ...actions: FaultAction[]) => {
    const made = planFor(octets(text), actions, defaultFaultLimits);
    return { ...made, octets: Buffer.from(made.octets).toString("latin1") };
  };
  const nothing = {
    waitMs: 0,
    hold: false,
    octets: "abc",
    to: "onward",
    pieces: undefined,
    after: "go-on",
  } as const;

  it.each<[FaultAction, object]>([
    [{ type: "delay", ms: 5 }, { waitMs: 5 }],
    [{ type: "split", octets: 2, ms: 3 }, { pieces: { octets: 2, ms: 3 } }],
    [
      { type: "truncate", octets: 2 },
      { octets: "ab", after: "end" },
    ],
    [
      { type: "truncate", octets: 9 },
      { octets: "abc", after: "end" },
    ],
    [{ type: "reset" }, { octets: "", after: "reset" }],
    [
      { type: "answer", octets: octets("no") },
      { octets: "no", to: "back" },
    ],
    [{ type: "edit", find: octets("b"), replace: octets("BB") }, { octets: "aBBc" }],
    [{ type: "hold" }, { hold: true }],
  ])("%o", (action, wanted) => expect(plan("abc", action)).toEqual({ ...nothing, ...wanted }));

  it("adds several up, in their order", () => {
    expect(
      plan(
        "abc",
        { type: "delay", ms: 5 },
        { type: "edit", find: octets("a"), replace: octets("xyz") },
        { type: "delay", ms: 6 },
        { type: "edit", find: octets("y"), replace: octets("") },
        { type: "truncate", octets: 3 },
        { type: "hold" },
      ),
    ).toEqual({ ...nothing, waitMs: 11, hold: true, octets: "xzb", after: "end" });
  });

  it("edits every place from the left, also at the ends, and not what it has put there itself", () => {
    const edit = (text: string, find: string, replace: string) =>
      plan(text, { type: "edit", find: octets(find), replace: octets(replace) }).octets;
    expect(edit("aXbXX", "X", "XX")).toBe("aXXbXXXX");
    expect(edit("XaX", "X", "")).toBe("a");
    expect(edit("aaa", "aa", "b")).toBe("ba");
    expect(edit("abc", "x", "y")).toBe("abc");
  });

  it("adds no more than editOctets to one chunk", () => {
    const limits = { ...defaultFaultLimits, editOctets: 4 };
    const edit = { type: "edit", find: octets("X"), replace: octets("123") } as const;
    expect(Buffer.from(planFor(octets("XXXX"), [edit], limits).octets).toString()).toBe("123123XX");
  });
});

describe("faults as JSON", () => {
  it.each([
    { on: "in", action: { type: "hold" } },
    { on: "in", action: { type: "reset" } },
    {
      on: "out",
      match: { flow: 3, contains: "é", nth: 2 },
      times: 1,
      action: { type: "delay", ms: 500 },
    },
    { on: "out", action: { type: "split", octets: 1, ms: 0 } },
    { on: "out", action: { type: "truncate", octets: 0 } },
    { on: "in", match: { contains: { hex: "ff00" } }, action: { type: "answer", octets: "no\r\n" } },
    { on: "out", action: { type: "edit", find: "a", replace: { hex: "80" } } },
  ])("reads and shows %o", (json) => {
    const fault = parseFault(json);
    checkFault(fault, defaultFaultLimits);
    expect(formatFault({ ...fault, id: "9", acted: 4 })).toEqual({ id: "9", ...json, acted: 4 });
  });

  it("shows as text what is UTF-8 and as hex what is not", () => {
    expect(formatOctets(Buffer.from("é", "utf8"))).toBe("é");
    expect(formatOctets(octets("é"))).toEqual({ hex: "e9" });
  });

  it("leaves 10 ms between the pieces of a split unless told", () => {
    expect(parseFault({ on: "in", action: { type: "split", octets: 3 } }).action).toEqual({
      type: "split",
      octets: 3,
      ms: 10,
    });
  });

  it.each<[unknown, string]>([
    ["reset", "fault"],
    [[], "fault"],
    [{ on: "both", action: { type: "reset" } }, "on"],
    [{ on: "in" }, "action"],
    [{ on: "in", action: { type: "explode" } }, "action.type"],
    [{ on: "in", action: { type: "delay" } }, "action.ms"],
    [{ on: "in", action: { type: "delay", ms: -1 } }, "action.ms"],
    [{ on: "in", action: { type: "delay", ms: 300_001 } }, "action.ms"],
    [{ on: "in", action: { type: "delay", ms: 1.5 } }, "action.ms"],
    [{ on: "in", action: { type: "delay", ms: 1, octets: 1 } }, "action"],
    [{ on: "in", action: { type: "reset", ms: 1 } }, "action"],
    [{ on: "in", action: { type: "split", octets: 0 } }, "action.octets"],
    [{ on: "in", action: { type: "truncate", octets: -1 } }, "action.octets"],
    [{ on: "in", action: { type: "answer", octets: { hex: "0" } } }, "action.octets"],
    [{ on: "in", action: { type: "answer", octets: "x".repeat(65_537) } }, "action.octets"],
    [{ on: "in", action: { type: "edit", find: "", replace: "x" } }, "action.find"],
    [{ on: "in", action: { type: "edit", find: "x".repeat(1025), replace: "" } }, "action.find"],
    [{ on: "in", action: { type: "edit", find: "x", replace: "x".repeat(65_537) } }, "action.replace"],
    [{ on: "in", match: { contain: "x" }, action: { type: "reset" } }, "match"],
    [{ on: "in", match: { contains: "" }, action: { type: "reset" } }, "match.contains"],
    [{ on: "in", match: { nth: 0 }, action: { type: "reset" } }, "match.nth"],
    [{ on: "in", match: { flow: "7" }, action: { type: "reset" } }, "match.flow"],
    [{ on: "in", times: 0, action: { type: "reset" } }, "times"],
  ])("refuses %o, naming the field", (json, field) => {
    const setting = () => checkFault(parseFault(json), defaultFaultLimits);
    expect(setting).toThrow(FaultError);
    expect(setting).toThrow(expect.objectContaining({ code: "FAULT", field }));
  });
});
