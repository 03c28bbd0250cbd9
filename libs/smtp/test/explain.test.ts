/** Everything the core knows has its sentence: a new command, parameter, extension, code or state without one fails here. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  commands,
  explainCancel,
  explained,
  explainEnhanced,
  explainExtension,
  explainMechanism,
  explainParameter,
  explainReply,
  explainSaslStep,
  explainState,
  explainVerb,
  parameterKeywords,
} from "../src/index.ts";

const states = [...new Set(Object.values(commands).flatMap(({ legalIn }) => [...legalIn]))];

/** Codes and enhanced codes that our own sources say. */
function said(): { readonly codes: readonly number[]; readonly enhanced: readonly string[] } {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const folders = ["libs/smtp/src", "apps/mail-relay/src/reception", "apps/mail-relay/src/delivery"];
  const text = folders
    .flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => `${root}/${folder}/${name}`))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const codes = [...text.matchAll(/(?:code: |reply\()([2-5]\d\d)\b/g)].map(([, code]) => Number(code));
  const enhanced = [...text.matchAll(/"([245]\.\d{1,2}\.\d{1,2})"/g)].map(([, code]) => code ?? "");
  return { codes: [...new Set(codes)], enhanced: [...new Set(enhanced)] };
}

const all = [
  ...Object.keys(commands).map((verb) => [verb, explainVerb(verb)] as const),
  ...parameterKeywords.MAIL.map((word) => [`MAIL ${word}`, explainParameter("MAIL", word)] as const),
  ...parameterKeywords.RCPT.map((word) => [`RCPT ${word}`, explainParameter("RCPT", word)] as const),
  ...explained.foreignParameters.map((word) => [word, explainParameter("MAIL", word)] as const),
  ...explained.extensions.map((word) => [`250-${word}`, explainExtension(word)] as const),
  ...explained.mechanisms.map((word) => [word, explainMechanism(word)] as const),
  ...explained.codes.map((code) => [`${code}`, explainReply(code)] as const),
  ...explained.enhanced.flatMap((code) =>
    ["2", "4", "5"].map((family) => [`${family}.${code}`, explainEnhanced(`${family}.${code}`)] as const),
  ),
  ...states.map((state) => [`state ${state}`, explainState(state)] as const),
  ...explained.mechanisms.flatMap((name) =>
    (["client", "server"] as const).map((who) => [`${name} ${who}`, explainSaslStep(name, who, 1)] as const),
  ),
  ["giving up", explainCancel()] as const,
];
const unknown = [
  ["a command", explainVerb("BREW")],
  ["a parameter", explainParameter("MAIL", "FOO")],
  ["an extension", explainExtension("XFOO")],
  ["a mechanism", explainMechanism("FOO")],
  ["a code", explainReply(299)],
  ["no code", explainReply(999)],
  ["an enhanced code", explainEnhanced("5.99.99")],
  ["no enhanced code", explainEnhanced("9.1.1")],
] as const;

describe("every explanation", () => {
  it.each([...all, ...unknown])("%s: one plain sentence with its source", (_, { sentence, source }) => {
    expect(sentence.length).toBeLessThanOrEqual(120);
    expect(sentence).toMatch(/^\S.*[.?]$/);
    expect(source).toMatch(/^(?:RFC \d{3,5} §[\dA-Z.]+|IANA .+|in common use, .+)$/);
  });

  it.each(all)("%s is known", (_, { known }) => {
    expect(known).toBe(true);
  });

  it.each(unknown)("%s that nobody knows is told from those we know", (_, { known }) => {
    expect(known).toBe(false);
  });

  it("covers every code that our own servers say", () => {
    const { codes, enhanced } = said();
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => !explainReply(code).known)).toEqual([]);
    expect(enhanced.filter((code) => !explainEnhanced(code).known)).toEqual([]);
  });

  it("says what may follow by the table of what is legal", () => {
    expect(explainVerb("mail").follows).toContain("RCPT");
    expect(explainVerb("MAIL").follows).not.toContain("MAIL");
    expect(explainVerb("DATA").known).toBe(true);
  });
});
