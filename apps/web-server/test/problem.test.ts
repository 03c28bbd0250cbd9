import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContentTooLarge, type Handler } from "@socketscope/web";
import { differing, nearest } from "../src/problem/nearest.ts";
import { site } from "../src/site.ts";
import { asked, fieldOf, textOf } from "./asked.ts";

const root = mkdtempSync(join(tmpdir(), "problem-"));
const standing = { fields: [], noCache: false, cors: false, coi: false };
const handler = site({ root, listing: true, spa: false, followSymlinks: false, standing, observers: [] });

beforeAll(() => {
  mkdirSync(join(root, "films"));
  writeFileSync(join(root, "films/a-desk-40-seconds.mp4"), "x");
  writeFileSync(join(root, "films/.a-desk-40-secon.mp4"), "x");
});
afterAll(() => rmSync(root, { recursive: true }));

const HTML = ["Accept", "text/html,*/*;q=0.8"];

describe("404 (RFC 9110 §15.5.5)", () => {
  it("is two lines for curl", async () => {
    const response = await handler(asked("GET", "/nothing", ["Accept", "*/*"]));
    expect([response.status, await textOf(response)]).toEqual([
      404,
      "404 Not Found\nThere is no file by this name.\n",
    ]);
  });

  it("RFC 9457 §4.2.1: is problem+json for who asks for JSON", async () => {
    const response = await handler(asked("GET", "/nothing", ["Accept", "application/json"]));
    expect(fieldOf(response, "Content-Type")).toBe("application/problem+json");
    expect(JSON.parse(await textOf(response))).toEqual({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "There is no file by this name.",
    });
  });

  it("is a page for a browser, with the nearest name, and the folder that is there", async () => {
    const page = await textOf(await handler(asked("GET", "/films/a-desk-40-second.mp4", HTML)));
    expect(page).toContain('href="/films/a-desk-40-seconds.mp4"');
    expect(page).toContain("<mark>s</mark>");
    expect(page).toContain('href="/films/"');
    // A hidden name is nearer, and nobody's business.
    expect(page).not.toContain(".a-desk");
  });

  it("links the sections that define what was said", async () => {
    const page = await textOf(await handler(asked("GET", "/nothing", HTML)));
    expect(page).toContain("https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5");
    expect(page).toContain("https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1");
  });

  it("escapes what was asked", async () => {
    const page = await textOf(
      await handler(asked("GET", "/<script>alert(1)</script>", [...HTML, "Referer", "<i>"])),
    );
    expect(page).not.toMatch(/<script>alert|<i>/);
  });

  it("depends on Accept, says so, and is not kept", async () => {
    const response = await handler(asked("GET", "/nothing", HTML));
    expect([fieldOf(response, "Vary"), fieldOf(response, "Cache-Control")]).toEqual(["Accept", "no-store"]);
  });

  it("does not tell what is in a folder where folders are not listed", async () => {
    const closed = site({ root, listing: false, spa: false, followSymlinks: false, standing, observers: [] });
    const page = await textOf(await closed(asked("GET", "/films/a-desk-40-second.mp4", HTML)));
    expect(page).not.toContain("a-desk-40-seconds");
  });
});

it("400 names what is malformed, 405 what is allowed", async () => {
  const bad = await handler(asked("GET", "/%zz", HTML));
  expect(bad.status).toBe(400);
  const post = await handler(asked("POST", "/films/"));
  expect([post.status, fieldOf(post, "Allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});

describe("500", () => {
  const failure = new TypeError("<secret>");
  const failing = (handler: Handler): { site: Handler; seen: unknown[] } => {
    const seen: unknown[] = [];
    const mounts = [{ path: "/broken", handler }];
    const options = {
      root,
      listing: true,
      spa: false,
      followSymlinks: false,
      standing,
      observers: [],
      mounts,
    };
    return { site: site({ ...options, onError: (error) => seen.push(error) }), seen };
  };

  it.each<[string, Handler]>([
    [
      "throws",
      () => {
        throw failure;
      },
    ],
    ["rejects", () => Promise.reject(failure)],
  ])("is a page that tells the visitor nothing, when a handler %s", async (_how, handler) => {
    const { site: broken, seen } = failing(handler);
    const response = await broken(asked("GET", "/broken", HTML));
    expect([response.status, await textOf(response)]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(seen).toEqual([failure]);
    expect(await textOf(await broken(asked("GET", "/broken")))).toMatch(
      /^500 Internal Server Error\n.*log.*\n$/,
    );
  });

  it("leaves a body that is too long to the engine, which has to close", async () => {
    const { site: broken, seen } = failing(() => Promise.reject(new ContentTooLarge(10)));
    await expect(Promise.resolve(broken(asked("GET", "/broken")))).rejects.toThrow(ContentTooLarge);
    expect(seen).toEqual([]);
  });
});

describe("nearest", () => {
  const names = ["index.html", "style.css", "README.md"].map((name) => ({ name }));
  it.each([
    ["indx.html", "index.html", 1],
    ["idnex.html", "index.html", 1],
    ["readme.md", "README.md", 0],
    ["sytle.ccs", "style.css", 2],
    ["qqqqqqqq", undefined, undefined],
    ["i", undefined, undefined],
  ])("%s → %s", (asked, name, distance) => {
    const near = nearest(asked, names);
    expect([near?.candidate.name, near?.distance]).toEqual([name, distance]);
  });

  it("marks the letters that are new", () => {
    expect(differing("second.mp4", "seconds.mp4").flatMap((isNew, index) => (isNew ? [index] : []))).toEqual([
      6,
    ]);
  });
});
