/** What a caller passes in is one argument of one command, or it is refused. */
import { LocalError } from "@socketscope/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientVerbs, ftpClientLegality, showClientCommand } from "../../src/index.ts";
import { greeted, heard, ready, sent } from "./told.ts";

describe("arguments", () => {
  it.each<readonly [argument: string, line: string]>([
    ["a b", "RETR a b\r\n"],
    [" leading and trailing ", "RETR  leading and trailing \r\n"],
    ["-dash", "RETR -dash\r\n"],
    ["ü 日", "RETR Ã¼ æ\u0097¥\r\n"],
    ["tab\there", "RETR tab\there\r\n"],
    ["no UTF-8: \udcff", "RETR no UTF-8: ÿ\r\n"],
  ])("%j", (argument, line) => {
    const core = ready();
    const octets = core.send({ type: "command", verb: "RETR", argument });
    expect(Buffer.from(octets).toString("latin1").startsWith(line)).toBe(true);
  });

  it.each(["a\r\nDELE b", "a\nb", "a\rb", "a\0b", "", "\ud800", "x".repeat(5000)])(
    "refuses %j",
    (argument) => {
      const core = ready();
      expect(() => sent(core, "RETR", argument)).toThrow(LocalError);
      expect([core.state, sent(core, "NOOP")]).toEqual(["ready", "NOOP\r\n"]);
    },
  );

  it("an empty password is one", () => {
    const core = greeted();
    sent(core, "USER", "me");
    heard(core, "331 ?\r\n");
    expect(sent(core, "PASS", "")).toBe("PASS \r\n");
  });

  const inReady = clientVerbs.filter((verb) => ftpClientLegality[verb].legal.includes("ready"));
  it.each(inReady.filter((verb) => ftpClientLegality[verb].argument === "required"))(
    "%s is nothing without one",
    (verb) => {
      expect(() => sent(ready(), verb)).toThrow(LocalError);
    },
  );
  it.each(inReady.filter((verb) => ftpClientLegality[verb].argument === "none"))("%s has none", (verb) => {
    expect(() => sent(ready(), verb, "x")).toThrow(LocalError);
  });

  it("whatever is passed in, what leaves is one line or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom(...clientVerbs), (argument, verb) => {
        let line = "";
        try {
          line = sent(ready(), verb, argument);
        } catch (error) {
          expect(error).toBeInstanceOf(LocalError);
          return;
        }
        expect(line.slice(-2)).toBe("\r\n");
        expect(/[\r\n\0]/.test(line.slice(0, -2))).toBe(false);
      }),
    );
  });
});

describe("shown in a log", () => {
  it.each<readonly [verb: "PASS" | "ACCT" | "RETR" | "NOOP", argument: string | undefined, shown: string]>([
    ["PASS", "secret", "PASS ******"],
    ["ACCT", "secret", "ACCT ******"],
    ["RETR", "a\u001b[2Jb", "RETR a?[2Jb"],
    ["NOOP", undefined, "NOOP"],
  ])("%s %j", (verb, argument, shown) => {
    expect(showClientCommand(verb, argument)).toBe(shown);
  });
});
