import { describe, expect, it } from "vitest";
import { cure } from "../src/doctor.ts";
import { parseLessons } from "../src/parse.ts";
import { commandsOf, renderStep } from "../src/render.ts";

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
    expect(renderStep(step, new Map([["port", "25"]]), false)).toContain("    $ echo 25\n");
    expect(commandsOf(step, new Map())).toBe("echo PORT\n");
  });

  it("has no Markdown left", () => {
    expect(renderStep(step, new Map(), false)).toContain(
      "Prose with stress\nover a line and a link (src/a.ts).",
    );
  });
});

describe("doctor", () => {
  it.each([
    ["swaks", "debian", "sudo apt-get install swaks"],
    ["swaks", "macos", "brew install swaks"],
    ["swaks", "windows", "in WSL"],
    ["ss", "macos", "npm run socket -- table"],
    ["unheard-of", "debian", "install unheard-of"],
  ] as const)("names the line that brings %s on %s", (name, system, line) => {
    expect(cure(name, system)).toContain(line);
  });
});
