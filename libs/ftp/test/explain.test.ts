/** Nothing that the core knows or says is without its sentence: the words are read from the core, not from the explanations. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  commands,
  explainedFtp,
  explainFact,
  explainFtpFeature,
  explainFtpReply,
  explainFtpState,
  explainFtpVerb,
  factNames,
  FtpServer,
  type FtpState,
} from "../src/index.ts";
import { notCarriedOut } from "../src/commands.ts";
import { converse } from "./server/support.ts";

const sources = readdirSync(new URL("../src/", import.meta.url))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8"))
  .join("\n");
/** Every code that a `reply(` of the core has. */
const codes = [...new Set([...sources.matchAll(/\breply\(\s*(\d{3}),/g)].map(([, code]) => Number(code)))];
const features = converse(["FEAT\r\n"], { ccc: true, modeZ: true })
  .said.split("\r\n")
  .filter((line) => line.startsWith(" "))
  .map((line) => line.trim().split(" ")[0] ?? "");
const states = [
  ...new Set(
    Object.values(commands).flatMap(({ legalIn, leadsTo }): readonly string[] => [...legalIn, leadsTo]),
  ),
];

describe("nothing is left out", () => {
  it.each(Object.keys(commands))("command %s", (verb) => {
    expect(explainFtpVerb(verb.toLowerCase()).known).toBe(true);
  });
  it.each(codes)("code %d", (code) => {
    expect(explainFtpReply(code).known).toBe(true);
  });
  it.each(features)("feature %s", (word) => {
    expect(explainFtpFeature(word).known).toBe(true);
  });
  it.each([...factNames])("fact %s", (name) => {
    expect(explainFact(name.toUpperCase()).known).toBe(true);
  });
  it.each(states.filter((state) => state !== "same"))("state %s", (state) => {
    expect(explainFtpState(state as FtpState).known).toBe(true);
  });
  it("the words of the core were found", () => {
    expect([codes.length > 20, features.length, states.length]).toEqual([true, 24, 7]);
    expect(new FtpServer({ tls: true, secure: false, family: 4 }).state).toBe("greeting");
    expect(notCarriedOut.size).toBeGreaterThan(20);
  });
});

describe("every explanation", () => {
  it("is one plain sentence with its source", () => {
    const all = [
      ...[...explainedFtp.verbs, ...explainedFtp.foreignVerbs, "XYZZY", "constructor"].map(explainFtpVerb),
      ...[...explainedFtp.codes, 199, 299, 999].map((code) => explainFtpReply(code)),
      explainFtpReply(226, "ABOR"),
      ...[...explainedFtp.features, "XYZZY"].map(explainFtpFeature),
      ...[...explainedFtp.facts, "xyzzy"].map(explainFact),
    ];
    for (const { sentence, source } of all) {
      expect(sentence.length, sentence).toBeLessThanOrEqual(120);
      expect(sentence).toMatch(/^[A-Z].*[.?]$/);
      expect(source, sentence).toMatch(/^(?:RFC \d{3,5}(?: §[\dA-Z.]+)?|draft-[\w-]+|in use, in no RFC)$/);
    }
  });

  it("says what may follow, by the table of the core", () => {
    expect(explainFtpVerb("RNFR").follows).toContain("RNTO");
    expect(explainFtpVerb("USER").follows).toContain("PASS");
    expect(explainFtpVerb("USER").follows).not.toContain("RETR");
    expect(explainFtpVerb("AUTH").follows).toContain("USER");
    expect(explainFtpVerb("QUIT").follows).toEqual([]);
    expect(explainFtpVerb("XYZZY").known).toBe(false);
  });

  it("of 226 hangs on what it answers", () => {
    expect(explainFtpReply(226, "RETR").sentence).not.toBe(explainFtpReply(226, "ABOR").sentence);
  });
});
