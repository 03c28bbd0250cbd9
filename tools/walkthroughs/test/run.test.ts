import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "@socketscope/testkit";
import { describe, expect, it } from "vitest";
import { describeFailure, type Outcome } from "../src/outcome.ts";
import { parseWalkthrough } from "../src/parse.ts";
import { type RunOptions, WalkthroughRun } from "../src/run.ts";
import type { Walkthrough } from "../src/step.ts";
import { updateText } from "../src/update.ts";

function fixture(name: string): string {
  return readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), "utf8");
}

async function within<T>(
  walkthrough: Walkthrough,
  options: RunOptions,
  use: (run: WalkthroughRun) => Promise<T>,
): Promise<T> {
  const run = new WalkthroughRun(walkthrough, options);
  try {
    return await use(run);
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

function runAll(text: string, options: RunOptions = {}) {
  const walkthrough = parseWalkthrough("W.md", text);
  return within(walkthrough, options, async (run) => {
    const outcomes = await run.all();
    return { steps: walkthrough.steps, outcomes, values: run.values, folder: run.folder };
  });
}

function failures({ steps, outcomes }: Awaited<ReturnType<typeof runAll>>): string[] {
  return outcomes.flatMap((outcome, at) =>
    outcome.state === "failed" && steps[at] !== undefined
      ? [describeFailure("W.md", steps[at], outcome)]
      : [],
  );
}

function states(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((one) => one.state);
}

describe("a walkthrough", () => {
  it("passes when every output is as it is written", async () => {
    const done = await runAll(fixture("passing.md"));
    expect(failures(done)).toEqual([]);
    expect(states(done.outcomes).filter((state) => state === "left out")).toHaveLength(2);
    expect(existsSync(done.folder)).toBe(false);
  });

  it("says file, line, what differs, the command and what it printed", async () => {
    const told = failures(await runAll(fixture("failing.md")));
    expect(told.map((text) => text.split("\n  ")[0])).toEqual([
      "W.md:6: expected: three",
      "W.md:8: expected exit status 5, it was 4",
      "W.md:11: {{nowhere}} has no value: no step before has captured it",
      "W.md:14: expected no further line, got: more than expected",
      "W.md:15: expected this line, the output had ended: less than expected",
      "W.md:18: file=../outside.txt leads out of the sandbox",
      "W.md:23: it was cut off after 1 s",
      "W.md:33: server did not show this within 1 s: never",
      "W.md:35: expected exit status 1, it was 130",
      "W.md:40: other did not show this before its end (exit status 0): never",
      "W.md:44: nothing runs in the terminal nobody",
    ]);
    expect(told[0]).toBe(
      [
        "W.md:6: expected: three",
        "    but got: two",
        String.raw`  $ printf 'one\ntwo\n'`,
        "  it printed:",
        "  | one",
        "  | two",
      ].join("\n"),
    );
  });

  it("runs the steps before the one that is asked for, each once", async () => {
    const text = "```console\n$ echo x >> f\n$ cat f\nx\n$ cat f\nx\n```\n";
    await within(parseWalkthrough("W.md", text), {}, async (run) => {
      const [late, early] = await Promise.all([run.step(2), run.step(1)]);
      expect(states([late, early])).toEqual(["passed", "passed"]);
    });
  });
});

describe("a command", () => {
  it("sees a clean environment, an empty input, and no descriptor of ours", async () => {
    process.env["SOCKETSCOPE_WALKTHROUGH_TEST"] = "leaked";
    const text = [
      "```console",
      '$ echo "[$SOCKETSCOPE_WALKTHROUGH_TEST]"; cat; echo $TERM',
      "[]",
      "dumb",
      "$ (echo x >&98) 2>&-; (echo x >&99) 2>&-; echo $?",
      "1",
      "```",
    ].join("\n");
    const done = await runAll(text);
    delete process.env["SOCKETSCOPE_WALKTHROUGH_TEST"];
    expect(failures(done)).toEqual([]);
  });

  it("that prints without end is cut off", async () => {
    const done = await runAll("```console\n$ yes\n$ echo next\nnext\n```\n", { maxOutput: 10_000 });
    expect(failures(done)[0]).toContain("W.md:2: it was cut off: it printed too much");
    expect(states(done.outcomes)).toEqual(["failed", "passed"]);
  });

  it("leaves no process behind, not even one in a group of its own", async () => {
    const text = [
      "```console timeout=1",
      "$ sleep 601 & echo {{job}} $!",
      "```",
      "```console in=t",
      "$ set -m; sleep 602 & echo $!; sleep 603",
      "{{own}}",
      "```",
      "```console timeout=1",
      "$ (trap '' TERM; echo $BASHPID; sleep 604; sleep 605)",
      "```",
    ].join("\n");
    const done = await runAll(text.replace("{{job}} ", ""));
    const pids = [
      ...done.outcomes.flatMap((one) => (one.state === "failed" ? one.output.split("\n") : [])),
      ...done.values.values(),
    ].filter((line) => /^\d+$/.test(line));
    expect(pids).toHaveLength(3);
    for (const pid of pids) expect(alive(Number(pid)), pid).toBe(false);
  });

  it("sees the workspace, and what it writes stays out of it", async () => {
    using folder = new TemporaryFolder("walkthrough");
    writeFileSync(join(folder.path, "README.md"), "of the workspace\n");
    mkdirSync(join(folder.path, "apps"));
    const text =
      "```console\n$ cat README.md\nof the workspace\n$ echo x > new\n$ ls\nREADME.md\napps\nnew\n```\n";
    const done = await runAll(text, { workspace: folder.path });
    expect(failures(done)).toEqual([]);
    expect(existsSync(join(folder.path, "new"))).toBe(false);
  });
});

describe("a file", () => {
  it("does not go through a link into the workspace", async () => {
    using folder = new TemporaryFolder("walkthrough");
    mkdirSync(join(folder.path, "apps"));
    symlinkSync("apps", join(folder.path, "more"));
    const blocks = ["apps/x", "more/deep/x", "/tmp/walkthrough-x"].map(
      (path) => `\`\`\`text file=${path}\nx\n\`\`\``,
    );
    const done = await runAll(blocks.join("\n"), { workspace: folder.path });
    expect(failures(done).map((text) => text.split("\n")[0])).toEqual([
      "W.md:1: file=apps/x leads out of the sandbox",
      "W.md:4: file=more/deep/x leads out of the sandbox",
      "W.md:7: file=/tmp/walkthrough-x leads out of the sandbox",
    ]);
  });

  it("gets the captured values", async () => {
    const text =
      "```console\n$ echo 4711\n{{n}}\n```\n```text file=f\nn={{n}}\n```\n```console\n$ cat f\nn=4711\n```\n";
    expect(failures(await runAll(text))).toEqual([]);
  });
});

describe("update", () => {
  async function updated(text: string): Promise<string> {
    const { steps, outcomes, values } = await runAll(text);
    return updateText(text, steps, outcomes, values);
  }

  it("writes what is printed, keeps the lines that fit, and puts names for values", async () => {
    const text = [
      "1. list",
      "   ```console",
      "   $ echo port 40123",
      "   port {{port}}",
      String.raw`   $ printf 'at 09:00\nold\n40123 is new\nend 7\n'; (exit 2)`,
      "   at [..]",
      "   wrong",
      "   end [..]",
      "   $ echo added",
      "   ```",
    ];
    const after = [
      ...text.slice(0, 5),
      "   ? 2",
      "   at [..]",
      "   old",
      "   {{port}} is new",
      "   end [..]",
    ];
    expect(await updated(text.join("\n"))).toBe(
      [...after, "   $ echo added", "   added", "   ```"].join("\n"),
    );
  });

  it("leaves a file that passes as it is, and gives one that passes", async () => {
    const passing = fixture("passing.md");
    expect(await updated(passing)).toBe(passing);
    const wrong = passing.replace("\nhello\n$ cd", "\ngoodbye\n$ cd").replace("? 1\nkept", "lost");
    expect(failures(await runAll(await updated(wrong)))).toEqual([]);
  });

  it("does not write down what was cut off", async () => {
    const text = "```console timeout=1\n$ echo x; sleep 60\ny\n```\n";
    expect(await updated(text)).toBe(text);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
