import type { SourceView } from "@socketscope/inspector";
import { describe, expect, it } from "vitest";
import { runningAlready } from "../src/ground.ts";
import { parseLessons } from "../src/parse.ts";
import { commandsOf, renderStep } from "../src/render.ts";

const plain = { color: false, width: 100 };

const text = `# A text

<!-- lesson 3
title: Three words
minutes: 7
without Linux: another way
-->

## 1. First

Prose with **stress
over a line** and a [link](../src/a.ts).

\`\`\`console
$ echo {{port}}
1
\`\`\`

<!-- check it is seen
seen: proto:smtp "RCPT"
then: code:550
missing: code:503 => MAIL comes first.
nothing: Nothing yet,
  as it seems.
hint: Try.
wrong: true => Nothing yet
-->

## 2. Second

\`\`\`text
<!-- check this is a block, and no check
-->
\`\`\`

<!-- lesson 4
title: More
minutes: 1
-->

## 3. Third
`;

describe("lessons in a walkthrough", () => {
  it("take the sections from their comment to the next one's", () => {
    const [third, fourth] = parseLessons("a.md", text);
    expect(third).toMatchObject({ number: 3, title: "Three words", minutes: 7, withoutLinux: "another way" });
    expect(third?.steps.map((step) => step.title)).toEqual(["First", "Second"]);
    expect(fourth?.steps.map((step) => step.title)).toEqual(["Third"]);
  });

  it("have checks, taken out of the text", () => {
    const [step] = parseLessons("a.md", text)[0]?.steps ?? [];
    expect(step?.checks).toHaveLength(1);
    expect(step?.checks[0]).toMatchObject({
      title: "it is seen",
      nothing: "Nothing yet, as it seems.",
      hint: "Try.",
      wrong: [{ command: "true", told: "Nothing yet" }],
      line: 19,
    });
    expect(step?.text).not.toContain("check");
  });

  it.each([
    ["no title", text.replace("title: Three words\n", ""), "a.md:3: a lesson needs"],
    [
      "a filter that cannot be read",
      text.replace("proto:smtp", "prot:smtp"),
      "a.md:20: the filter at character 1",
    ],
    ["a word that is none", text.replace("hint: ", "hind: "), "a.md:25: there is no hind:"],
    ["nothing to see", text.replace(/seen: .*\nthen: .*\n/, ""), "a.md:19: a check needs"],
    ["advice without words", text.replace(" => MAIL comes first.", ""), "a.md:22: what is seen"],
  ])("are refused with file and line: %s", (_, broken, message) => {
    expect(() => parseLessons("a.md", broken)).toThrow(message);
  });
});

describe("a step in a terminal", () => {
  const step = parseLessons("a.md", text)[0]?.steps[0]?.text ?? "";

  it("has its numbers where they are known, and their names where not", () => {
    expect(renderStep(step, new Map([["port", "25"]]), plain)).toContain("    $ echo 25\n");
    expect(commandsOf(step, new Map())).toBe("echo PORT\n");
  });

  it("has no Markdown left", () => {
    expect(renderStep(step, new Map(), plain)).toContain(
      "Prose with stress over a line and a link (src/a.ts).",
    );
  });

  it("is as wide as the terminal, colours not counted", () => {
    expect(renderStep(step, new Map(), { color: true, width: 24 }).replaceAll("\u001B", "")).toContain(
      "Prose with [1mstress over a\nline[22m and a link\n",
    );
  });

  it("tells of a server that runs already where the text begins one", () => {
    const begins = "$ npm start -- mail-relay --port 0\n$ npm start -- web-server --state second\n";
    const running = (app: string, connected: boolean): SourceView => ({
      key: 1,
      app,
      engine: "hand",
      pid: 1,
      listeners: [],
      connected,
      missed: { octets: 0, flows: 0 },
      here: true,
    });
    const servers = [running("mail-relay", true), running("web-server", true)];
    expect(runningAlready(begins, servers)).toEqual(["mail-relay"]);
    expect(runningAlready(begins, [running("mail-relay", false)])).toEqual([]);
  });
});
