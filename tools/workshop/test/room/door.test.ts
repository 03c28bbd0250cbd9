/** Who may ask the room what: the token, the guard, the bounds; and what a participant's program makes of the answers. */
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { TemporaryFolder } from "@socketscope/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Place } from "../../src/place.ts";
import { MAX_REPORT } from "../../src/room/report.ts";
import { slidesOf } from "../../src/room/slides.ts";
import { TakingPart } from "../../src/room/taking-part.ts";
import { lessons, openStage, personAt, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const ask = (path: string, options: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, stage.room.page), { redirect: "manual", ...options });
const page = async (): Promise<string> => (await ask("/")).text();

/** With fields that fetch does not let us choose. */
function askAs(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(new URL(path, stage.room.page), { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("the room's door", () => {
  it.each([
    ["another token", personAt("Ann", 1, 0), 401, "w3ned-mj0ag-yjvbr-tx9eq"],
    ["an empty token", personAt("Ann", 1, 0), 401, ""],
    ["no report", "hello", 400, undefined],
    ["a step that no lesson has", { ...personAt("Ann", 1, 0), step: 99 }, 400, undefined],
    ["a name that is markup", { ...personAt("Ann", 1, 0), name: "<script>" }, 400, undefined],
    [
      "more than a report",
      JSON.stringify({ ...personAt("Ann", 1, 0), more: "x".repeat(MAX_REPORT) }),
      400,
      undefined,
    ],
  ])("refuses %s, and shows nobody", async (_, report, status, token) => {
    expect((await stage.report(report, token)).status).toBe(status);
    expect(await page()).toContain("Nobody takes part yet");
  });

  it.each([
    ["GET", "/report", {}, 405],
    ["GET", "/reset", {}, 405],
    ["POST", "/", {}, 405],
    ["GET", "/nothing", {}, 404],
    ["GET", "/slides/99", {}, 404],
    ["GET", "/slides/1/99", {}, 404],
    ["GET", "/slides/1/0", {}, 404],
    // DNS rebinding, and a page of another site that would reset us.
    ["GET", "/", { Host: "evil.example" }, 421],
    ["POST", "/reset", { Origin: "https://evil.example" }, 403],
    ["POST", "/reset", { "Sec-Fetch-Site": "cross-site" }, 403],
  ])("answers %s %s with %j: %i", async (method, path, headers, status) => {
    expect(await askAs(method, path, headers)).toBe(status);
  });

  it("lets in who has the token, and tells them when all begin anew", async () => {
    const first = await stage.report(personAt("Ann", 1, 1));
    expect(await first.json()).toEqual({ beginning: 1 });
    const html = await page();
    expect(html).toContain("<b>Ann</b>");
    expect(html).toContain("1 person takes part, 1 is here now");
    expect((await stage.report({ ...personAt("Ann", 1, 1), seat: "f".repeat(16) })).status).toBe(409);
    expect((await ask("/wall").then((answer) => answer.text())).includes("Ann")).toBe(false);
    expect((await ask("/reset", { method: "POST" })).status).toBe(303);
    expect(await page()).toContain("Nobody takes part yet");
    expect(await (await stage.report(personAt("Ann", 1, 1))).json()).toEqual({ beginning: 2 });
    await ask("/reset", { method: "POST" });
  });
});

describe("the slides", () => {
  it.each(lessons)("of lesson $number tell each step, in its order and in pieces that fit", (lesson) => {
    const slides = slidesOf(lesson);
    expect([...new Set(slides.slice(1).map(({ step }) => step))]).toEqual(lesson.steps.map((_, at) => at));
    for (const { body } of slides) {
      const text = body.toString();
      expect(text.match(/\n/g)?.length ?? 0).toBeLessThan(30);
      // No mark of Markdown is left, and no comment that only we read.
      expect(text.replaceAll(/<pre[^]*?<\/pre>/g, "")).not.toMatch(/```|\*\*|\]\(|&lt;!--|\{\{/);
    }
  });

  it("lead from one to the next", async () => {
    const first = await (await ask("/slides/6")).text();
    expect(/rel="next" href="([^"]+)"/.exec(first)?.[1]).toBe("/slides/6/2");
    expect(await (await ask("/slides/6/2")).text()).toContain('rel="prev" href="/slides/6/1"');
  });
});

describe("who takes part", () => {
  async function taking(
    name: string,
    token: string,
  ): Promise<{ said: string; anew: number; state: string; end(): void }> {
    const folder = new TemporaryFolder("seat");
    const [lesson] = lessons;
    if (lesson !== undefined) await Place.begin(folder.path, lesson, 1, 5);
    const seen = { said: "", anew: 0, state: folder.path, end: () => end() };
    const { hostname: host, port } = new URL(stage.room.page);
    const part = new TakingPart({
      state: folder.path,
      room: { host, port: Number(port), token, name },
      print: (text) => (seen.said += text),
      anew: () => (seen.anew += 1),
    });
    const end = (): void => {
      part[Symbol.dispose]();
      folder[Symbol.dispose]();
    };
    return seen;
  }

  it("is seen, and told when all begin anew", async () => {
    const one = await taking("Bea", stage.room.token);
    await expect.poll(page).toContain("<b>Bea</b>");
    expect(one.anew).toBe(0);
    await ask("/reset", { method: "POST" });
    // The next word is due when the progress is another one.
    const [lesson] = lessons;
    if (lesson !== undefined) await Place.begin(one.state, lesson, 0, 9);
    await expect.poll(() => one.anew).toBe(1);
    expect(existsSync(join(one.state, "workshop.json"))).toBe(true);
    expect(readFileSync(join(one.state, "workshop.json"), "utf8")).not.toContain(stage.room.token);
    one.end();
  });

  it("hears once why not, and goes on with the lesson", async () => {
    const one = await taking("Cy", "w3ned-mj0ag-yjvbr-tx9eq");
    await expect.poll(() => one.said).toContain("You do not take part in the room: the token is another one");
    one.end();
  });
});
