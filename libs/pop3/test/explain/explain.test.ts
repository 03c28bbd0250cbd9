/** Nothing that the core knows is without its sentence: the tables are read from the core, not from the explanations. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  commands,
  explainCapability,
  explainedPop3,
  explainPop3Reply,
  explainPop3SaslStep,
  explainPop3State,
  explainPop3Verb,
  explainResponseCode,
  Pop3Server,
  type Pop3State,
} from "../../src/index.ts";

function capabilities(): readonly string[] {
  const core = new Pop3Server({ stls: true, passwords: true, mechanisms: ["PLAIN"], afterTls: true });
  core.receive(Buffer.from("CAPA\r\n"));
  const event = core.next();
  if (typeof event === "string" || event.type !== "said" || event.answer.type !== "lines") return [];
  return event.answer.lines.map((line) => line.split(" ")[0] ?? "");
}
const codes = [
  ...(/type ErrorCode = ([^;]+);/
    .exec(readFileSync(new URL("../../src/events.ts", import.meta.url), "utf8"))?.[1]
    ?.matchAll(/"([^"]+)"/g) ?? []),
].map((match) => match[1] ?? "");
const states = Object.values(commands).flatMap(({ legalIn }): readonly Pop3State[] => legalIn);

describe("nothing is left out", () => {
  it.each(Object.keys(commands))("command %s", (verb) => {
    expect(explainPop3Verb(verb.toLowerCase()).known).toBe(true);
    expect(explainPop3Reply(true, verb).sentence).not.toBe("Yes: it was done.");
  });
  it.each(capabilities())("capability %s", (word) => expect(explainCapability(word).known).toBe(true));
  it("all of them are offered", () => expect(capabilities()).toHaveLength(9));
  it.each(codes)("response code %s", (code) => expect(explainResponseCode(code).known).toBe(true));
  it("the response codes of the core were found", () => expect(codes).toHaveLength(5));
  it.each([...new Set(states)])("state %s", (state) => expect(explainPop3State(state).known).toBe(true));
});

describe("every explanation", () => {
  it("is one plain sentence with its source", () => {
    const all = [
      ...[...explainedPop3.verbs, ...explainedPop3.foreignVerbs, "XYZZY", "constructor"].flatMap((verb) => [
        explainPop3Verb(verb),
        explainPop3Reply(true, verb),
        explainPop3Reply(false, verb),
      ]),
      ...[...explainedPop3.capabilities, "XYZZY"].map(explainCapability),
      ...[...explainedPop3.codes, "XYZZY"].map(explainResponseCode),
      explainPop3Reply(true),
      explainPop3Reply(false),
      explainPop3SaslStep("client"),
      explainPop3SaslStep("server"),
    ];
    for (const { sentence, source } of all) {
      expect(sentence.length, sentence).toBeLessThanOrEqual(120);
      expect(sentence).toMatch(/^[A-Z].*[.?]$/);
      expect(source, sentence).toMatch(/^RFC \d{3,5} §[\dA-Z.]+$/);
    }
  });
  it("says what may follow, by the table of the core", () => {
    expect(explainPop3Verb("PASS").follows).toContain("RETR");
    expect(explainPop3Verb("USER").follows).not.toContain("RETR");
    expect(explainPop3Verb("STLS").follows).toContain("USER");
    expect(explainPop3Verb("QUIT").follows).toEqual([]);
    expect(explainPop3Verb("XYZZY").known).toBe(false);
  });
});
