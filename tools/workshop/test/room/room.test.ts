import { beforeEach, describe, expect, it } from "vitest";
import { parseLessons } from "../../src/parse.ts";
import { isName, MAX_NAME, readReport, type Report } from "../../src/room/report.ts";
import { Room } from "../../src/room/room.ts";

const lessons = parseLessons(
  "a.md",
  "<!-- lesson 1\ntitle: A\nminutes: 1\n-->\n\n## One\n\n## Two\n\n<!-- lesson 2\ntitle: B\nminutes: 1\n-->\n\n## Three\n",
);
const seat = "0123456789abcdef";
const ann: Report = { name: "Ann", seat, lesson: 1, step: 1, done: { 1: [0] } };

describe("a report", () => {
  it("is a name, a place and what is done", () => {
    expect(readReport(JSON.stringify(ann), lessons)).toEqual(ann);
    expect(readReport(JSON.stringify({ ...ann, secret: "lost", done: { 1: [0, 0, 1] } }), lessons)).toEqual({
      ...ann,
      done: { 1: [0, 1] },
    });
  });

  it.each([
    ["no JSON", "hello"],
    ["a list", "[]"],
    ["null", "null"],
    ["no name", JSON.stringify({ ...ann, name: undefined })],
    ["a name that is markup", JSON.stringify({ ...ann, name: "<b>" })],
    ["another seat", JSON.stringify({ ...ann, seat: "../../etc/passwd" })],
    ["a lesson that is none", JSON.stringify({ ...ann, lesson: 3 })],
    ["a step that is none", JSON.stringify({ ...ann, step: 2 })],
    ["half a step", JSON.stringify({ ...ann, step: 0.5 })],
    ["a step before the first", JSON.stringify({ ...ann, step: -1 })],
    ["done steps of no lesson", JSON.stringify({ ...ann, done: { 3: [0] } })],
    ["done steps that are none", JSON.stringify({ ...ann, done: { 1: [2] } })],
    ["done steps that are no list", JSON.stringify({ ...ann, done: { 1: "all" } })],
    [
      "names of everything",
      '{"name":"Ann","seat":"0123456789abcdef","lesson":1,"step":0,"done":{"__proto__":[0]}}',
    ],
  ])("is none with %s", (_, text) => {
    expect(readReport(text, lessons)).toBeUndefined();
  });

  it.each([
    ["Zoë", true],
    ["李 小龙", true],
    ["O'Neil-Smith Jr.", true],
    ["x".repeat(MAX_NAME), true],
    ["x".repeat(MAX_NAME + 1), false],
    ["", false],
    [" Ann", false],
    ["Ann\u001B[2J", false],
    ["Ann\u202Etxt", false],
    ["a\nb", false],
    [7, false],
  ])("may have the name %j: %s", (name, right) => {
    expect(isName(name)).toBe(right);
  });
});

describe("a room", () => {
  let now = 0;
  let room: Room;
  let told = 0;
  beforeEach(() => {
    now = 0;
    told = 0;
    room = new Room(() => now, { people: 2, away: 30, gone: 100 });
    room.watch(() => (told += 1));
  });

  it("knows since when somebody is at a step, and who is away", () => {
    room.take(ann);
    now = 20;
    room.take({ ...ann, done: { 1: [0, 1] } });
    now = 40;
    expect(room.people).toMatchObject([{ name: "Ann", since: 40, away: false, done: { 1: [0, 1] } }]);
    room.take({ ...ann, lesson: 2, step: 0 });
    now = 71;
    expect(room.people).toMatchObject([{ lesson: 2, since: 31, away: true }]);
  });

  it("tells of what is new, and of that only", () => {
    room.take(ann);
    room.take(ann);
    expect(told).toBe(1);
    room.take({ ...ann, step: 0 });
    room.reset();
    expect(told).toBe(3);
  });

  it("keeps a name for who had it first", () => {
    expect(room.take(ann)).toBe("seated");
    expect(room.take({ ...ann, name: "ANN", seat: "f".repeat(16) })).toBe("taken");
    expect(room.take({ ...ann, name: "ann" })).toBe("seated");
    expect(room.people).toHaveLength(1);
  });

  it("is full, until somebody is away for long", () => {
    room.take(ann);
    now = 10;
    room.take({ ...ann, name: "Bob" });
    now = 99;
    expect(room.take({ ...ann, name: "Cy" })).toBe("full");
    expect(room.take({ ...ann, name: "Bob" })).toBe("seated");
    now = 100;
    expect(room.take({ ...ann, name: "Cy" })).toBe("seated");
    expect(room.people.map(({ name }) => name)).toEqual(["Bob", "Cy"]);
  });

  it("begins anew with nobody, and with another number", () => {
    room.take(ann);
    const before = room.beginning;
    room.reset();
    expect(room.people).toEqual([]);
    expect(room.beginning).not.toBe(before);
  });
});
