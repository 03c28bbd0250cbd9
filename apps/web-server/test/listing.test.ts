import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { originOf } from "../src/listing/listing.ts";
import { inOrder, readOrder } from "../src/listing/order.ts";
import { pictureSize } from "../src/listing/picture-size.ts";
import { asked, bodyOf, textOf } from "./asked.ts";
import { site } from "../src/site.ts";

const root = mkdtempSync(join(tmpdir(), "listing-"));
const outside = mkdtempSync(join(tmpdir(), "outside-"));
const standing = { fields: [], noCache: false, cors: false, coi: false };
const handler = site({ root, listing: true, spa: false, followSymlinks: false, standing, observers: [] });

beforeAll(() => {
  const write = (name: string, content: string | Uint8Array, changed: number): void => {
    writeFileSync(join(root, name), content);
    utimesSync(join(root, name), changed, changed);
  };
  mkdirSync(join(root, "zoo/inner"), { recursive: true });
  write("zoo/lion.txt", "roar", 1000);
  write("film 10.txt", "b".repeat(2000), 3000);
  write("film 2.txt", "First line\nsecond", 2000);
  write("<b>&'.html", "<title>Fish &amp; <i>chips</i></title>", 4000);
  write(".secret", "no", 1);
  writeFileSync(join(outside, "away.txt"), "elsewhere");
  symlinkSync(join(outside, "away.txt"), join(root, "leads-out.txt"));
  symlinkSync(join(root, "film 2.txt"), join(root, "leads-in.txt"));
});
afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(outside, { recursive: true });
});

interface Listed {
  readonly entries: readonly {
    readonly name: string;
    readonly kind: string;
    readonly size?: number;
    readonly what?: string;
    readonly url: string;
  }[];
}

async function listed(target: string): Promise<Listed> {
  return JSON.parse(await textOf(await handler(asked("GET", target, ["Accept", "application/json"]))));
}

describe("a folder as JSON", () => {
  it("shows what a visitor may see: no hidden names, no links that lead out", async () => {
    const { entries } = await listed("/");
    expect(entries.map(({ name }) => name)).toEqual([
      "zoo",
      "<b>&'.html",
      "film 2.txt",
      "film 10.txt",
      "leads-in.txt",
    ]);
  });

  it.each([
    ["/?sort=size&order=desc", ["zoo", "film 10.txt", "<b>&'.html", "leads-in.txt", "film 2.txt"]],
    ["/?sort=changed", ["zoo", "film 2.txt", "leads-in.txt", "film 10.txt", "<b>&'.html"]],
    ["/?sort=name&order=desc", ["zoo", "leads-in.txt", "film 10.txt", "film 2.txt", "<b>&'.html"]],
    ["/?sort=rubbish", ["zoo", "<b>&'.html", "film 2.txt", "film 10.txt", "leads-in.txt"]],
  ])("%s keeps folders first", async (target, names) => {
    expect((await listed(target)).entries.map(({ name }) => name)).toEqual(names);
  });

  it("says what each is", async () => {
    const { entries } = await listed("/");
    const what = Object.fromEntries(entries.map((entry) => [entry.name, entry.what]));
    expect(what).toMatchObject({
      zoo: "1 folder, 1 file",
      "film 2.txt": "“First line”",
      "<b>&'.html": "“Fish & <i>chips</i>”",
    });
  });

  it("gives addresses that lead there", async () => {
    for (const { url, kind } of (await listed("/")).entries) {
      const { status } = await handler(asked("GET", url, ["Accept", "application/json"]));
      expect([url, kind, status]).toEqual([url, kind, 200]);
    }
  });

  it("?json asks for it as well, whatever Accept says", async () => {
    const response = await handler(asked("GET", "/?json", ["Accept", "text/html"]));
    expect(response.fields).toContain("application/json");
  });
});

describe("a folder as a page", () => {
  it("escapes names, in text and in addresses, and has links for wget", async () => {
    const page = await textOf(await handler(asked("GET", "/", ["Accept", "*/*"])));
    expect(page).toContain("&lt;b&gt;&amp;&#39;.html");
    expect(page).not.toContain("<b>&'");
    expect(page).toContain('href="./%3Cb%3E&amp;&#39;.html"');
    expect(page).toContain('href="./zoo/"');
  });

  it("filters without script", async () => {
    const page = await textOf(await handler(asked("GET", "/?name=FILM", ["Accept", "text/html"])));
    expect([page.includes("film 2.txt"), page.includes("zoo/")]).toEqual([true, false]);
  });

  it("forbids every script but its own", async () => {
    const { fields } = await handler(asked("GET", "/", ["Accept", "text/html"]));
    const policy = fields?.[fields.indexOf("Content-Security-Policy") + 1];
    expect(policy).toMatch(
      /default-src 'none'; style-src 'sha256-[^ ]+'; script-src 'sha256-[^ ]+' 'sha256-[^ ]+';/,
    );
  });

  it("never believes a Host that is no host", () => {
    expect(originOf(asked("GET", "/", [], { host: "localhost:8080" }))).toBe("http://localhost:8080");
    expect(originOf(asked("GET", "/", [], { host: "'; rm -rf ~; '" }))).toBe("http://127.0.0.1:80");
  });
});

describe("a folder as an archive", () => {
  it("holds what a visitor may see, with the right octets, for GNU tar", async () => {
    const response = await handler(asked("GET", "/?tar"));
    const file = join(outside, "site.tar.gz");
    writeFileSync(file, await bodyOf(response));
    const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n").toSorted();
    expect(names).toEqual([
      "site/",
      "site/<b>&'.html",
      "site/film 10.txt",
      "site/film 2.txt",
      "site/leads-in.txt",
      "site/zoo/",
      "site/zoo/inner/",
      "site/zoo/lion.txt",
    ]);
    execFileSync("tar", ["-xzf", file, "-C", outside]);
    expect(readFileSync(join(outside, "site/film 10.txt"), "utf8")).toBe("b".repeat(2000));
  });

  it("stops reading when the client goes", async () => {
    const { content } = await handler(asked("GET", "/?tar"));
    if (typeof content !== "object" || !("pieces" in content)) throw new TypeError("not streamed");
    const pieces = content.pieces[Symbol.asyncIterator]();
    await pieces.next();
    await expect(pieces.return?.()).resolves.toMatchObject({ done: true });
  });
});

describe("order", () => {
  it("reads only what there is", () => {
    expect(readOrder("sort=__proto__")).toBeUndefined();
    expect(readOrder("sort=size&order=desc")).toEqual({ column: "size", descending: true });
    expect(inOrder([], { column: "name", descending: false })).toEqual([]);
  });
});

describe("pictureSize", () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
  it.each([
    ["image/png", bytes("89504e470d0a1a0a 0000000d 49484452 00000280 000001e0"), { width: 640, height: 480 }],
    ["image/gif", bytes("474946383961 8002 e001"), { width: 640, height: 480 }],
    ["image/jpeg", bytes("ffd8 ffe0 0004 0000 ffc0 0011 08 01e0 0280 03"), { width: 640, height: 480 }],
    [
      "image/webp",
      bytes("52494646 00000000 57454250 56503858 0a000000 00000000 7f0200 df0100"),
      { width: 640, height: 480 },
    ],
    [
      "image/svg+xml",
      Buffer.from('<?xml version="1.0"?><svg viewBox="0 0 640 480">'),
      { width: 640, height: 480 },
    ],
  ])("%s", (type, head, size) => {
    expect(pictureSize(head, type)).toEqual(size);
    // Cut anywhere it says nothing, and never throws.
    for (let length = 0; length < head.length - 1; length++)
      expect(pictureSize(head.subarray(0, length), type)).toBeUndefined();
  });
});

describe("a long folder", () => {
  const long = mkdtempSync(join(tmpdir(), "long-"));
  const longSite = site({
    root: long,
    listing: true,
    spa: false,
    followSymlinks: false,
    standing,
    observers: [],
  });
  const COUNT = 1203;
  beforeAll(() => {
    // Names and sizes run against each other.
    for (let i = 1; i <= COUNT; i++) writeFileSync(join(long, `n${i}.bin`), Buffer.alloc(COUNT - i));
  });
  afterAll(() => rmSync(long, { recursive: true }));

  const rows = async (query: string): Promise<{ names: string[]; page: string }> => {
    const page = await textOf(await longSite(asked("GET", `/${query}`, ["Accept", "text/html"])));
    return { names: [...page.matchAll(/data-name="([^"]+)"/g)].map(([, name = ""]) => name), page };
  };

  it("comes in pages of 500, in one order over all of them", async () => {
    const [one, three] = [await rows(""), await rows("?page=3")];
    expect([one.names.length, one.names[0], one.names.at(-1)]).toEqual([500, "n1.bin", "n500.bin"]);
    expect([three.names.length, three.names[0], three.names.at(-1)]).toEqual([203, "n1001.bin", "n1203.bin"]);
    expect(one.page).toContain("1–500 of 1,203, page 1 of 3");
    expect((await rows("?sort=size")).names[0]).toBe("n1203.bin");
  });

  it("links to the pages beside it, order and filter kept, and never further", async () => {
    const middle = (await rows("?sort=size&order=desc&name=bin&page=1")).page;
    expect(middle).toContain('rel="next" href="?sort=size&amp;order=desc&amp;name=bin&amp;page=2"');
    expect(middle).not.toContain('rel="prev"');
    expect((await rows("?page=99")).page).toContain("page 3 of 3");
    expect((await rows("?page=-1")).page).toContain("page 1 of 3");
  });

  it("is searched whole, and sorted by links: a script would see one page of it", async () => {
    const { names, page } = await rows("?name=n120");
    expect(names).toEqual(["n120.bin", "n1200.bin", "n1201.bin", "n1202.bin", "n1203.bin"]);
    expect(page).toContain("data-sortable");
    expect((await rows("")).page).not.toMatch(/<table data-sortable|autocomplete="off" data-filter/);
  });

  it("is whole as JSON", async () => {
    const text = await textOf(await longSite(asked("GET", "/?json")));
    expect(JSON.parse(text)).toMatchObject({ complete: true, entries: { length: COUNT } });
  });
});
