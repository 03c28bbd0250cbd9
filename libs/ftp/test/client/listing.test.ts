/** LIST as real servers answered it for one folder with difficult names; what differs is only how they write it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseListLine, type ListedEntry } from "../../src/index.ts";

const NOW = Date.UTC(2026, 10, 28, 8);
const TODAY = Date.UTC(2026, 10, 28, 7, 55);

/** Name, type, size, mode, target. */
const expected: readonly (readonly [string, ListedEntry["type"], number, number, string?])[] = [
  [" leading blank", "file", 2, 0o644],
  ["--", "file", 8, 0o644],
  ["-dash", "file", 2, 0o644],
  ["a -> b", "file", 2, 0o644],
  ["a folder", "folder", 4096, 0o755],
  ["absolute", "link", 4, 0o777, "/etc"],
  ["big", "file", 5_368_709_120, 0o644],
  ["link", "link", 9, 0o777, "plain.txt"],
  ["sticky", "folder", 4096, 0o1777],
  ["ünï — 日本.txt", "file", 2, 0o644],
];

const listings: Readonly<Record<string, string>> = {
  "vsftpd 3.0.3": `-rw-r--r--    1 1        0               2 Nov 28 07:55  leading blank
-rw-r--r--    1 1        0               8 Nov 28 07:55 --
-rw-r--r--    1 1        0               2 Nov 28 07:55 -dash
-rw-r--r--    1 1        0               2 Nov 28 07:55 a -> b
drwxr-xr-x    2 1        0            4096 Nov 28 07:55 a folder
lrwxrwxrwx    1 1        0               4 Nov 28 07:55 absolute -> /etc
-rw-r--r--    1 1        0        5368709120 Nov 28 07:55 big
lrwxrwxrwx    1 1        0               9 Nov 28 07:55 link -> plain.txt
drwxrwxrwt    2 1        0            4096 Nov 28 07:55 sticky
-rw-r--r--    1 1        0               2 Nov 28 07:55 ünï — 日本.txt`,
  "ProFTPD 1.3.8": `-rw-r--r--   1 1        0               2 Nov 28 07:55  leading blank
-rw-r--r--   1 1        0               8 Nov 28 07:55 --
-rw-r--r--   1 1        0               2 Nov 28 07:55 -dash
-rw-r--r--   1 1        0               2 Nov 28 07:55 a -> b
drwxr-xr-x   2 1        0            4096 Nov 28 07:55 a folder
lrwxrwxrwx   1 1        0               4 Nov 28 07:55 absolute -> /etc
-rw-r--r--   1 1        0        5368709120 Nov 28 07:55 big
lrwxrwxrwx   1 1        0               9 Nov 28 07:55 link -> plain.txt
drwxrwxrwt   2 1        0            4096 Nov 28 07:55 sticky
-rw-r--r--   1 1        0               2 Nov 28 07:55 ünï — 日本.txt`,
  "Pure-FTPd 1.0.50": `-rw-r--r--    1 1          0                   2 Nov 28 07:55  leading blank
-rw-r--r--    1 1          0                   8 Nov 28 07:55 --
-rw-r--r--    1 1          0                   2 Nov 28 07:55 -dash
-rw-r--r--    1 1          0                   2 Nov 28 07:55 a -> b
drwxr-xr-x    2 1          0                4096 Nov 28 07:55 a folder
lrwxrwxrwx    1 1          0                   4 Nov 28 07:55 absolute -> /etc
-rw-r--r--    1 1          0          5368709120 Nov 28 07:55 big
lrwxrwxrwx    1 1          0                   9 Nov 28 07:55 link -> plain.txt
drwxrwxrwt    2 1          0                4096 Nov 28 07:55 sticky
-rw-r--r--    1 1          0                   2 Nov 28 07:55 ünï — 日本.txt`,
  "pyftpdlib 1.5.7": `-rw-r--r--   1 daemon   root            2 Nov 28 07:55  leading blank
-rw-r--r--   1 daemon   root            8 Nov 28 07:55 --
-rw-r--r--   1 daemon   root            2 Nov 28 07:55 -dash
-rw-r--r--   1 daemon   root            2 Nov 28 07:55 a -> b
drwxr-xr-x   2 daemon   root         4096 Nov 28 07:55 a folder
lrwxrwxrwx   1 daemon   root            4 Nov 28 07:55 absolute -> /etc
-rw-r--r--   1 daemon   root     5368709120 Nov 28 07:55 big
lrwxrwxrwx   1 daemon   root            9 Nov 28 07:55 link -> plain.txt
drwxrwxrwt   2 daemon   root         4096 Nov 28 07:55 sticky
-rw-r--r--   1 daemon   root            2 Nov 28 07:55 ünï — 日本.txt`,
};

describe.each(Object.entries(listings))("LIST of %s", (_server, text) => {
  it("has each name, size, mode and target", () => {
    const found = text.split("\n").map((line) => parseListLine(line, NOW));
    expect(found.map((entry) => [entry?.name, entry?.type, entry?.size, entry?.mode, entry?.target])).toEqual(
      expected.map(([name, type, size, mode, target]) => [name, type, size, mode, target]),
    );
    for (const entry of found) expect(entry?.modified).toBe(TODAY);
  });
});

describe("dates, kinds and owners", () => {
  it.each<readonly [line: string, name: string, modified: number | undefined]>([
    ["-rwsr-xr-x   1 1        0               0 Feb  3  2001 old", "old", Date.UTC(2001, 1, 3)],
    ["-rwxr-xr-x   1 daemon   root            0 Feb 03  2001 old", "old", Date.UTC(2001, 1, 3)],
    [
      "-rw-r--r--   1 a        b               0 Dec 24 20:00 last year",
      "last year",
      Date.UTC(2025, 11, 24, 20),
    ],
    ["-rw-r--r--   1 a        b               0 Nov 29 07:00 east", "east", Date.UTC(2026, 10, 29, 7)],
    ["-rw-r--r--   1 a        b               0 Feb 30  2001 no day", "no day", undefined],
    ["-rw-r--r--   1 a        b               1 2026-11-28 07:55 iso", "iso", TODAY],
    ["-rw-r--r--   1 user                     1 Nov 28 07:55 no group", "no group", TODAY],
    ["-rw-r--r--+  1 user Domain Users        1 Nov 28 07:55 a b", "a b", TODAY],
    ["-rw-r--r--   1 7 7 7 Nov 28 07:55 numbers", "numbers", TODAY],
    ["-rw-r--r--   1 a        b               1 Nov 28 07:55 1 Nov 28 07:55 x", "1 Nov 28 07:55 x", TODAY],
  ])("%s", (line, name, modified) => {
    const entry = parseListLine(line, NOW);
    expect([entry?.name, entry?.modified]).toEqual([name, modified]);
  });

  it("a FIFO is neither file nor folder; a bit of set-user-id is told", () => {
    expect(parseListLine("prw-r--r--   1 1 0 0 Nov 28 07:55 fifo", NOW)?.type).toBe("other");
    expect(parseListLine("-rwsr-xr-x   1 1 0 0 Nov 28 07:55 x", NOW)?.mode).toBe(0o4755);
    expect(parseListLine("-rwSr--r-T   1 1 0 0 Nov 28 07:55 x", NOW)?.mode).toBe(0o5644);
  });
});

describe("the form of MS-DOS (IIS)", () => {
  it.each<readonly [line: string, entry: Partial<ListedEntry>]>([
    [
      "11-28-26  07:55AM       <DIR>          a folder",
      { name: "a folder", type: "folder", size: undefined, modified: TODAY },
    ],
    ["11-28-26  07:55PM                   12 a b.txt", { name: "a b.txt", type: "file", size: 12 }],
    ["11-28-2026  12:05AM                   12 x", { name: "x", modified: Date.UTC(2026, 10, 28, 0, 5) }],
    [
      "11-28-2026  19:05                   12  lead",
      { name: " lead", modified: Date.UTC(2026, 10, 28, 19, 5) },
    ],
    ["11-28-99  07:55AM           5368709120 old", { name: "old", size: 5_368_709_120 }],
    ["11-28-26  07:55AM    <JUNCTION>     link", { name: "link", type: "link" }],
  ])("%s", (line, entry) => {
    expect(parseListLine(line, NOW)).toMatchObject(entry);
  });
});

describe("what is no entry", () => {
  it.each([
    "total 44",
    "",
    "hello",
    "-rw-r--r--",
    "-rw-r--r-- 1 a b 1 Nov 28 07:55",
    "13-45 x",
    "drwx 1 2 3",
  ])("%j", (line) => {
    expect(parseListLine(line, NOW)).toBeUndefined();
  });
  it("whatever comes, it is told in time that grows with the line", () => {
    const word = fc.constantFrom(
      "-rw-r--r-- ",
      "1 ",
      "Nov ",
      "28 ",
      "07:55 ",
      "x",
      " ",
      "<DIR>",
      "2026-11-28 ",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const entry = parseListLine(words.join(""), NOW);
        if (entry !== undefined) expect(words.join("")).toContain(entry.name);
      }),
    );
    expect(parseListLine(`-rw-r--r-- ${"1 ".repeat(100_000)}`, NOW)).toBeUndefined();
  });
});
