import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Handler } from "@socketscope/web";
import { site } from "../src/site.ts";
import { asked, fieldOf, textOf, type AskedMore } from "./asked.ts";

let root: string;
let inbox: string;
let handler: Handler;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "upload-"));
  inbox = join(root, "inbox");
  mkdirSync(join(inbox, "deeper"), { recursive: true });
  writeFileSync(join(root, "outside.txt"), "not yours");
  const standing = { fields: [], noCache: false, cors: false, coi: false };
  handler = site({
    root,
    listing: true,
    spa: false,
    followSymlinks: false,
    standing,
    observers: [],
    writable: { folder: inbox, maxBody: 1000 },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

async function put(target: string, body: AskedMore["body"], fields: string[] = []): Promise<number> {
  return (await handler(asked("PUT", target, fields, { ...(body !== undefined && { body }) }))).status;
}

describe("PUT", () => {
  it("RFC 9110 §9.3.4: creates with 201 and an address, replaces with 204, and the ETag is the one a GET says", async () => {
    const created = await handler(asked("PUT", "/inbox/a%20b.txt", [], { body: ["one ", "two"] }));
    expect([created.status, fieldOf(created, "Location")]).toEqual([201, "/inbox/a%20b.txt"]);
    expect(readFileSync(join(inbox, "a b.txt"), "utf8")).toBe("one two");
    const got = await handler(asked("GET", "/inbox/a%20b.txt"));
    expect(fieldOf(created, "ETag")).toBe(fieldOf(got, "ETag"));
    expect(await put("/inbox/a%20b.txt", "three")).toBe(204);
    expect(readFileSync(join(inbox, "a b.txt"), "utf8")).toBe("three");
  });

  it("leaves nothing beside it, whether it went well or not", async () => {
    await put("/inbox/a.txt", "x");
    await put("/inbox/b.txt", "y".repeat(1001));
    await put("/inbox/c.txt", ["y".repeat(600), "y".repeat(600)]);
    const broken = asked("PUT", "/inbox/d.txt", [], { body: ["a"] });
    const body = {
      ...broken.body,
      async *[Symbol.asyncIterator]() {
        yield Buffer.from("half");
        throw new TypeError("gone");
      },
    };
    await expect(handler({ ...broken, body })).rejects.toThrow("gone");
    expect(readdirSync(inbox).toSorted()).toEqual(["a.txt", "deeper"]);
  });

  it.each([
    ["announced", "z".repeat(1001)],
    ["chunked", ["z".repeat(999), "zz"]],
  ])("refuses more than --max-body, %s, with 413", async (_how, body) => {
    expect(await put("/inbox/big", body)).toBe(413);
  });

  it.each([
    ["/outside.txt", 405],
    ["/new.txt", 405],
    ["/inbox/../outside.txt", 405],
    ["/inbox/%2e%2e/outside.txt", 405],
    ["/inbox/..%2foutside.txt", 400],
    ["/inbox/.hidden", 403],
    ["/inbox/none/a.txt", 409],
    ["/inbox/deeper", 409],
    ["/inbox/", 409],
    ["/inbox/deeper/a.txt", 201],
  ])("%s → %d", async (target, status) => {
    expect(await put(target, "x")).toBe(status);
    expect(readFileSync(join(root, "outside.txt"), "utf8")).toBe("not yours");
  });

  it("names what may be asked of a folder that takes no uploads, as OPTIONS does there", async () => {
    for (const method of ["PUT", "DELETE", "OPTIONS"]) {
      const response = await handler(asked(method, "/outside.txt"));
      expect(fieldOf(response, "Allow"), method).toBe("GET, HEAD, OPTIONS");
    }
  });

  it("does not follow links out, whether of folder or file", async () => {
    const away = mkdtempSync(join(tmpdir(), "away-"));
    writeFileSync(join(away, "f"), "theirs");
    symlinkSync(away, join(inbox, "folder"));
    symlinkSync(join(away, "f"), join(inbox, "file"));
    expect([await put("/inbox/folder/x", "x"), await put("/inbox/file", "x")]).toEqual([405, 409]);
    expect([readdirSync(away), readFileSync(join(away, "f"), "utf8")]).toEqual([["f"], "theirs"]);
    rmSync(away, { recursive: true });
  });

  it("RFC 9110 §13.1: If-None-Match: * only creates, If-Match only replaces what is known", async () => {
    expect(await put("/inbox/a", "1", ["If-Match", "*"])).toBe(412);
    expect(await put("/inbox/a", "1", ["If-None-Match", "*"])).toBe(201);
    expect(await put("/inbox/a", "2", ["If-None-Match", "*"])).toBe(412);
    const etag = fieldOf(await handler(asked("HEAD", "/inbox/a")), "ETag") ?? "";
    expect(await put("/inbox/a", "2", ["If-Match", '"other"'])).toBe(412);
    expect(await put("/inbox/a", "2", ["If-Match", etag])).toBe(204);
    expect(await put("/inbox/a", "3", ["If-Match", etag])).toBe(412);
    expect(readFileSync(join(inbox, "a"), "utf8")).toBe("2");
  });

  it("of two at once that both only create, one wins", async () => {
    const outcomes = await Promise.all(
      ["1", "2", "3"].map((body) => put("/inbox/race", body, ["If-None-Match", "*"])),
    );
    expect(outcomes.toSorted()).toEqual([201, 412, 412]);
    expect(readdirSync(inbox).toSorted()).toEqual(["deeper", "race"]);
  });

  it("RFC 9110 §14.5: refuses a part", async () => {
    expect(await put("/inbox/a", "x", ["Content-Range", "bytes 0-0/5"])).toBe(400);
  });
});

describe("DELETE", () => {
  it("RFC 9110 §9.3.5: removes a file, once, on condition", async () => {
    writeFileSync(join(inbox, "a"), "1");
    const remove = async (fields: string[] = []): Promise<number> =>
      (await handler(asked("DELETE", "/inbox/a", fields))).status;
    expect(await remove(["If-Match", '"other"'])).toBe(412);
    expect(existsSync(join(inbox, "a"))).toBe(true);
    expect([await remove(), await remove()]).toEqual([204, 404]);
  });
  it("removes no folder, and nothing outside", async () => {
    const statuses = await Promise.all(
      ["/inbox/deeper", "/inbox/", "/outside.txt"].map(
        async (target) => (await handler(asked("DELETE", target))).status,
      ),
    );
    expect(statuses).toEqual([409, 409, 405]);
  });
});

describe("forms", () => {
  const form = (parts: readonly (readonly [name: string, content: string])[]): string =>
    `${parts.map(([name, content]) => `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`).join("")}--b--\r\n`;
  const send = (body: string, fields: string[] = [], target = "/inbox/"): ReturnType<Handler> =>
    handler(asked("POST", target, ["Content-Type", "multipart/form-data; boundary=b", ...fields], { body }));

  it("RFC 9110 §9.3.3, §15.4.4: puts every file in place and leads a browser back", async () => {
    const response = await send(
      form([
        ["a.txt", "one"],
        ["ü.txt", "two"],
      ]),
      ["Accept", "text/html"],
    );
    expect([response.status, fieldOf(response, "Location")]).toEqual([303, "/inbox/"]);
    expect([readFileSync(join(inbox, "a.txt"), "utf8"), readFileSync(join(inbox, "ü.txt"), "utf8")]).toEqual([
      "one",
      "two",
    ]);
    const plain = await send(form([["c.txt", ""]]));
    expect([plain.status, await textOf(plain)]).toEqual([201, "/inbox/c.txt\n"]);
  });

  it.each([
    ["../../outside.txt", "outside.txt"],
    ["C:\\\\Users\\\\me\\\\note.txt", "note.txt"],
  ])("takes of %s the name alone", async (sent, kept) => {
    await send(form([[sent, "x"]]));
    expect(readFileSync(join(inbox, kept), "utf8")).toBe("x");
    expect(readFileSync(join(root, "outside.txt"), "utf8")).toBe("not yours");
  });

  it.each([
    [
      "a hidden name",
      form([
        ["fine.txt", "x"],
        [".bad", "y"],
      ]),
      400,
    ],
    ["an end too early", form([["a.txt", "x"]]).slice(0, -12), 400],
    ["no file", "--b--\r\n", 400],
    ["too many octets", form([["a.txt", "x".repeat(1000)]]), 413],
  ])("%s → nothing is kept", async (_what, body, status) => {
    expect((await send(body)).status).toBe(status);
    expect(readdirSync(inbox)).toEqual(["deeper"]);
  });

  it("refuses other types, and forms of other sites", async () => {
    const urlencoded = await handler(
      asked("POST", "/inbox/", ["Content-Type", "application/x-www-form-urlencoded"], { body: "a=b" }),
    );
    expect(urlencoded.status).toBe(415);
    expect((await send(form([["a.txt", "x"]]), ["Origin", "https://evil.test"])).status).toBe(403);
    expect(readdirSync(inbox)).toEqual(["deeper"]);
  });
});

it("without --writable nothing can be changed", async () => {
  const standing = { fields: [], noCache: false, cors: false, coi: false };
  const closed = site({ root, listing: true, spa: false, followSymlinks: false, standing, observers: [] });
  const statuses = await Promise.all(
    ["PUT", "DELETE", "POST"].map(async (method) => (await closed(asked(method, "/inbox/a"))).status),
  );
  expect(statuses).toEqual([405, 405, 405]);
});
