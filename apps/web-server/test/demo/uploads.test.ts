/** The shelf for uploads: what is kept, for whom, how long, and how much. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hand } from "@socketscope/web/engine";
import { SHELF_LIMITS, ShelfFull, UploadShelf } from "../../src/demo/upload-shelf.ts";
import { asked } from "../asked.ts";
import { servingDemo } from "./serving-demo.ts";

const TYPE = "multipart/form-data; boundary=b";
function form(...files: readonly (readonly [name: string, content: string])[]): string {
  const parts = files.map(
    ([name, content]) =>
      `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`,
  );
  return `${parts.join("")}--b--\r\n`;
}
const bodyOf = (body: string | readonly string[]) => asked("POST", "/upload", [], { body }).body;

let folder: TemporaryFolder;
let place: string;
beforeEach(() => {
  folder = new TemporaryFolder("shelf");
  place = join(folder.path, "uploads");
});
afterEach(() => {
  vi.useRealTimers();
  folder[Symbol.dispose]();
});

describe("the shelf", () => {
  it("keeps the octets, and counts their digest from the disk and the pieces from the socket", async () => {
    const shelf = await UploadShelf.open(place);
    const whole = form(["a.txt", "Ahoy"], ["b.txt", "x".repeat(1000)]);
    const upload = await shelf.take(TYPE, bodyOf([whole.slice(0, 30), whole.slice(30)]), "me");
    const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(upload.files).toEqual([
      { name: "a.txt", octets: 4, sha256: sha("Ahoy") },
      { name: "b.txt", octets: 1000, sha256: sha("x".repeat(1000)) },
    ]);
    expect(upload).toMatchObject({ pieces: 2, octets: whole.length, largest: whole.length - 30 });
    expect(shelf.find(upload.id, "me")).toBe(upload);
    expect(shelf.find(upload.id, "another")).toBeUndefined();
    await shelf.close();
    expect(existsSync(place)).toBe(false);
  });

  it("begins empty, whatever a run before it left", async () => {
    mkdirSync(place);
    writeFileSync(join(place, "left.txt"), "x");
    await UploadShelf.open(place);
    expect(readdirSync(place)).toEqual([]);
  });

  it("forgets after its time, on the disk too", async () => {
    const shelf = await UploadShelf.open(place, { ...SHELF_LIMITS, keepMs: 1000 });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const upload = await shelf.take(TYPE, bodyOf(form(["a.txt", "Ahoy"])), "me");
    vi.advanceTimersByTime(999);
    expect(shelf.find(upload.id, "me")).toBe(upload);
    vi.advanceTimersByTime(1);
    expect(shelf.find(upload.id, "me")).toBeUndefined();
    expect(shelf.taken).toBe(0);
    vi.useRealTimers();
    await expect.poll(() => readdirSync(place)).toEqual([]);
  });

  it("lets the oldest go for a new one, and refuses what has no room", async () => {
    const one = form(["a.txt", "x".repeat(100)]);
    const shelf = await UploadShelf.open(place, {
      ...SHELF_LIMITS,
      octets: one.length * 2,
      form: one.length * 2,
    });
    const [first, second, third] = [
      await shelf.take(TYPE, bodyOf(one), "me"),
      await shelf.take(TYPE, bodyOf(one), "me"),
      await shelf.take(TYPE, bodyOf(one), "me"),
    ];
    expect([first, second, third].map(({ id }) => shelf.find(id, "me") !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(shelf.taken).toBeLessThanOrEqual(shelf.limits.octets);
    // While one that may be as long as any is on its way, there is no room for another.
    const endless = shelf.take(TYPE, bodyOf([form(["c.txt", "y"])]), "me");
    await expect(shelf.take(TYPE, bodyOf([form(["d.txt", "y"])]), "me")).rejects.toThrow(ShelfFull);
    await endless;
  });

  it("keeps so many uploads", async () => {
    const shelf = await UploadShelf.open(place, { ...SHELF_LIMITS, uploads: 2 });
    const ids: string[] = [];
    for (const name of ["a", "b", "c"])
      ids.push((await shelf.take(TYPE, bodyOf(form([name, "x"])), "me")).id);
    expect(ids.map((id) => shelf.find(id, "me") !== undefined)).toEqual([false, true, true]);
  });

  it("leaves nothing behind of a form that is too long or broken", async () => {
    const shelf = await UploadShelf.open(place, { ...SHELF_LIMITS, form: 200 });
    await expect(shelf.take(TYPE, bodyOf([form(["a.txt", "x".repeat(300)])]), "me")).rejects.toThrow(
      /200 octets/,
    );
    await expect(shelf.take(TYPE, bodyOf(["--b\r\nContent-Dis"]), "me")).rejects.toThrow(/cannot be read/);
    expect(readdirSync(place)).toEqual([]);
    expect(shelf.taken).toBe(0);
  });
});

describe("/upload without script", () => {
  it("leads to a page that only the same browser sees", async () => {
    const server = await servingDemo(hand);
    const body = new FormData();
    body.append("file", new Blob(["Ahoy"]), "a.txt");
    const home = await fetch(server.origin);
    const cookie = home.headers.get("set-cookie")?.split(";")[0] ?? "";
    const headers = { Accept: "text/html", Cookie: cookie };
    const answer = await fetch(`${server.origin}/upload`, {
      method: "POST",
      body,
      headers,
      redirect: "manual",
    });
    expect(answer.status).toBe(303);
    const location = `${server.origin}${answer.headers.get("location")}`;
    const page = await fetch(location, { headers });
    expect(await page.text()).toContain(createHash("sha256").update("Ahoy").digest("hex"));
    const file = await fetch(`${location}a.txt`, { headers });
    expect(file.headers.get("content-disposition")).toBe("attachment");
    expect(file.headers.get("content-type")).toBe("application/octet-stream");
    expect(await file.text()).toBe("Ahoy");
    const stranger = await fetch(location, { headers: { Accept: "text/html" } });
    expect(stranger.status).toBe(404);
    expect((await fetch(`${location}a.txt`)).status).toBe(404);
    const none = await fetch(`${server.origin}/upload`, { headers: { Accept: "application/json" } });
    expect(none.status).toBe(405);
    expect(none.headers.get("allow")).toBe("POST");
    await server.close();
    expect(server.errors).toEqual([]);
  });
});
