import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { expect, it, onTestFinished } from "vitest";
import { ClauseLines } from "../src/clause-lines.ts";

function workspaceOf(files: Readonly<Record<string, string>>): ClauseLines {
  const folder = new TemporaryFolder("clauses");
  onTestFinished(() => folder[Symbol.dispose]());
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  return new ClauseLines(folder.path);
}

it("names the line of the end that our program is, and a dissector's only where no core has one", () => {
  const lines = workspaceOf({
    "apps/any/src/policy.ts": "// RFC 959 §4.1.3: a policy\n",
    "libs/ftp/src/client-legality.ts": "\n// RFC 959 §4.1.3: what a client may say\n",
    "libs/ftp/src/dissect.ts": "// RFC 959 §4.1.3\n// RFC 959 §5.3\n",
    "libs/ftp/src/server.ts": "\n\n// RFC 959 §4.1.3: what is answered\n",
  });
  expect(lines.lineOf("RFC 959 §4.1.3", "ftp", "server")).toEqual({
    file: "libs/ftp/src/server.ts",
    line: 3,
  });
  expect(lines.lineOf("RFC 959 §4.1.3", "ftp", "client")).toEqual({
    file: "libs/ftp/src/client-legality.ts",
    line: 2,
  });
  expect(lines.lineOf("RFC 959 §5.3", "ftp", "server")?.file).toBe("libs/ftp/src/dissect.ts");
});

it("takes the section around one that nobody cites, and nothing for what is no clause", () => {
  const lines = workspaceOf({ "libs/smtp/src/server.ts": "// RFC 5321 §4.1: commands\n" });
  expect(lines.lineOf("RFC 5321 §4.1.1.3", "smtp", "server")?.line).toBe(1);
  expect(lines.lineOf("RFC 9999 §4.1", "smtp", "server")).toBeUndefined();
  expect(lines.lineOf(undefined, "smtp", "server")).toBeUndefined();
});
