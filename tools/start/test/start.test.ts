import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { serversIn, startAll } from "../src/start.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A workspace whose apps are these programs. */
function workspace(apps: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "start-"));
  made.push(folder);
  symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
  for (const [app, program] of Object.entries(apps)) {
    mkdirSync(join(folder, "apps", app, "src"), { recursive: true });
    writeFileSync(join(folder, "apps", app, "src/main.ts"), program);
  }
  return folder;
}

const waits = `process.on("SIGTERM", () => { console.log("drained"); process.exit(0); }); setInterval(() => {}, 1000); console.log("ready");`;

describe("npm start", () => {
  it("finds the servers, not the clients", () => {
    expect(serversIn(workspace({ "web-server": "", "web-client": "", inspector: "" }))).toEqual([
      "inspector",
      "web-server",
    ]);
  });

  it("stops the others when one dies, says which, and fails", async () => {
    const folder = workspace({ one: waits, two: `console.error("I fall"); process.exitCode = 3;` });
    const out = new PassThrough();
    const err = new PassThrough();
    const code = await startAll({ workspace: folder, apps: ["one", "two"], out, err });
    out.end();
    err.end();
    expect(code).toBe(1);
    const said = await text(err);
    expect(said).toContain("two: I fall\n");
    expect(said).toContain("start: two ended (exit code 3)");
  });

  it("passes one SIGTERM on and ends with 0 when all drained", async () => {
    const folder = workspace({ one: waits });
    const out = new PassThrough();
    const err = new PassThrough();
    let said = "";
    out.on("data", (octets: Buffer) => {
      if (said === "") process.emit("SIGTERM");
      said += octets.toString();
    });
    expect(await startAll({ workspace: folder, apps: ["one"], out, err })).toBe(0);
    expect(said).toContain("drained");
  });
});
