import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { markup } from "../src/markup.ts";
import { page } from "../src/page.ts";
import { inlineScript } from "../src/script.ts";
import { transcript } from "../src/transcript.ts";
import { counted, folderCounts, octets } from "../src/units.ts";

const made = page({
  title: "<title>",
  app: "Web",
  home: "/",
  skip: "Skip",
  main: markup`<h1>Here</h1>`,
  style: "h1{color:red}",
});

describe("page", () => {
  it("names its inline styles and scripts exactly as they stand, so that a hash of them is right", () => {
    const between = (tag: string): string[] =>
      [...made.text.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, "g"))].map(
        (match) => match[1] ?? "",
      );
    expect(between("style")).toEqual(made.styles);
    expect(between("script")).toEqual(made.scripts);
  });

  it("loads nothing from elsewhere", () => {
    expect(made.text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(made.text).toContain("<title>&lt;title&gt;</title>");
  });

  it("has scripts that parse, alone", () => {
    for (const script of made.scripts) expect(() => new Script(script)).not.toThrow();
  });
});

describe("inlineScript", () => {
  it("cannot end its element", () => {
    const source = inlineScript(() => {
      document.title = "</script>";
    });
    expect(source).not.toContain("</script>");
  });
});

describe("transcript", () => {
  it("says who speaks by a word, and where the rule stands", () => {
    const rows = transcript([
      {
        who: "client",
        protocol: "http",
        said: "GET / <b>",
        means: "May I?",
        rfc: { rfc: 9110, section: "9.3.1" },
      },
      { who: "server", protocol: "http", said: "404", means: "No.", fault: true },
    ]).toString();
    expect(rows).toContain("Client<svg");
    expect(rows).toContain("</svg>Server");
    expect(rows).toContain("GET / &lt;b&gt;");
    expect(rows).toContain('href="https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1"');
    expect(rows).toContain("row server http fault");
  });
});

describe("units", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [1100, "1.1 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [412e6, "412 MB"],
  ])("%d octets is %s", (count, text) => expect(octets(count)).toBe(text));

  it("counts", () => {
    expect([counted(1, "folder"), counted(0, "file"), counted(1200, "entry", "entries")]).toEqual([
      "1 folder",
      "0 files",
      "1,200 entries",
    ]);
  });
});

it.each([
  [0, 0, "empty"],
  [1, 0, "1 folder"],
  [0, 2, "2 files"],
  [2, 1, "2 folders, 1 file"],
])("%d folders and %d files are: %s", (folders, files, text) =>
  expect(folderCounts(folders, files)).toBe(text),
);
