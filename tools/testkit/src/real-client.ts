/**
 * Tests that need a program we did not write. Without it a user sees the test skipped, by name and reason; in CI
 * (`CI=true`) the same test fails, because there nothing may be skipped.
 */
import { findProgram } from "@socketscope/peers";
import * as vitest from "vitest";
import { LaunchError } from "./launch-error.ts";

export { findProgram };

export interface RealClients {
  /** What is missing, or undefined when all is here. */
  readonly missing: string | undefined;
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void> | void, timeout?: number): void;
}

/** The program's path. Throws LaunchError NOT_INSTALLED. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new LaunchError("NOT_INSTALLED", missingText([name]));
  return path;
}

/** `realClient("curl", "certutil").it("…", …)`: all of them are needed. */
export function realClient(...programs: readonly string[]): RealClients {
  return needing(missingText(programs.filter((name) => findProgram(name) === undefined)));
}

/** For what is no program: `needing(isRoot ? undefined : "only root may make a network namespace")`. */
export function needing(missing: string | undefined, inCi = process.env["CI"] === "true"): RealClients {
  const { describe: suite, it: test } = vitest;
  if (missing === undefined || missing === "") {
    return {
      missing: undefined,
      describe: (name, body) => suite(name, body),
      it: (name, body, ms) => test(name, body, ms),
    };
  }
  if (!inCi) {
    const named = (name: string): string => `${name} (skipped: ${missing})`;
    return {
      missing,
      describe: (name, body) => suite.skip(named(name), body),
      it: (name, body) => test.skip(named(name), body),
    };
  }
  const fail = (): never => {
    throw new LaunchError("NOT_INSTALLED", `${missing}; in CI nothing may be skipped`);
  };
  return {
    missing,
    describe: (name) => {
      suite(name, () => {
        test("has what it needs", fail);
      });
    },
    it: (name) => test(name, fail),
  };
}

function missingText(names: readonly string[]): string {
  if (names.length === 0) return "";
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} not installed, see tools/setup-clients.sh`;
}
