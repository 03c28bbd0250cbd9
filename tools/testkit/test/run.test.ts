import { describe, expect, it } from "vitest";
import { run } from "../src/run.ts";

const node = (script: string, options = {}) => run(process.execPath, ["-e", script], options);

/** A process that is dead and that nobody has waited for yet (state Z) is dead. */
async function isAlive(pid: number): Promise<boolean> {
  const { text } = await run("ps", ["-o", "stat=", "-p", String(pid)]);
  return text.trim() !== "" && !text.startsWith("Z");
}

describe("run", () => {
  it("gives code, output and errors apart", async () => {
    const result = await node(
      'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3',
    );
    expect(result).toMatchObject({
      code: 3,
      signal: undefined,
      text: "out",
      stderr: "err",
      truncated: false,
    });
  });

  it("feeds the input and ends it", async () => {
    expect((await run("cat", [], { input: "hello" })).text).toBe("hello");
    expect((await run("cat", [])).text).toBe("");
  });

  it("does not mind a program that ignores its input", async () => {
    expect((await run("true", [], { input: new Uint8Array(1024 * 1024) })).code).toBe(0);
  });

  it("keeps no more than maxOutput octets, and says so", async () => {
    const result = await node('process.stdout.write("x".repeat(1e6))', { maxOutput: 1000 });
    expect(result.stdout.length).toBe(1000);
    expect(result.truncated).toBe(true);
  });

  it("passes on nothing of our environment but the way to programs", async () => {
    process.env["SOCKETSCOPE_TEST_SECRET"] = "1";
    const result = await node("console.log(JSON.stringify(process.env))", { env: { A: "b" } });
    delete process.env["SOCKETSCOPE_TEST_SECRET"];
    const seen: unknown = JSON.parse(result.text);
    expect(seen).toMatchObject({ A: "b" });
    expect(seen).not.toHaveProperty("SOCKETSCOPE_TEST_SECRET");
  });

  it("says that a program is not there", async () => {
    await expect(run("no-such-program", [])).rejects.toMatchObject({ code: "NOT_INSTALLED" });
  });

  it("kills the whole group of a program that takes too long", async () => {
    const failure = await run("sh", ["-c", "sleep 60 & echo $! >&2; wait"], { timeout: 500 }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ code: "TIMEOUT" });
    const grandchild = Number(/\n(\d+)\s*$/.exec(failure instanceof Error ? failure.message : "")?.[1]);
    expect(grandchild).toBeGreaterThan(0);
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it("leaves no child behind after a normal end", async () => {
    const result = await run("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"]);
    await expect.poll(() => isAlive(Number(result.text))).toBe(false);
  });
});
