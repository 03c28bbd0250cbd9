/** The event streams: what is sent, when, and what is not. */
import { Fields } from "@socketscope/http";
import type { Flow } from "@socketscope/socket-core";
import type { Request, Response } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import { DEMO_LIMITS, type DemoLimits } from "../../src/demo/limits.ts";
import { Live } from "../../src/demo/live.ts";
import { SeenFlows } from "../../src/demo/seen-flows.ts";
import { Visits, visitCookie } from "../../src/demo/visits.ts";
import { Watch } from "../../src/demo/watch.ts";
import { asked } from "../asked.ts";

const FLOW: Flow = {
  id: 1,
  transport: "tcp",
  local: { host: "127.0.0.1", port: 8080 },
  remote: { host: "127.0.0.1", port: 50_001 },
};

function setUp(limits: Partial<DemoLimits> = {}) {
  const all: DemoLimits = { ...DEMO_LIMITS, gatherMs: 1, tickMs: 10, ...limits };
  const now = (): number => performance.now();
  const seen = new SeenFlows(all.flows, now);
  const visits = new Visits(all, now);
  const watch = new Watch(visits, seen, now);
  const live = new Live(watch, all);
  seen.opened(FLOW);
  const handler = watch.watched((request) =>
    request.path === "/live" ? live.sockets(request) : { status: 200, content: "x" },
  );
  const visit = visits.create();
  const first = asked("GET", "/", [], { flow: FLOW });
  const cookie = visit === undefined ? "" : (visitCookie(first, visit).split(";")[0] ?? "");
  const ask = async (path: string, fields: readonly string[] = []): Promise<Response> =>
    handler(asked("GET", path, ["Cookie", cookie, ...fields], { flow: FLOW }));
  return { live, seen, visit, ask, handler };
}

/** Reads events until `enough`, then lets go. */
async function eventsOf(response: Response, enough: (text: string) => boolean): Promise<string> {
  const { content } = response;
  if (typeof content !== "object" || !("pieces" in content)) throw new TypeError("no stream");
  let text = "";
  for await (const piece of content.pieces) {
    text += Buffer.from(piece).toString("utf8");
    if (enough(text)) break;
  }
  return text;
}

describe("/live", () => {
  it("tells the visitor's sockets at once, and later what changed, and nothing when nothing did", async () => {
    const { ask } = setUp();
    await ask("/a.css");
    const response = await ask("/live");
    expect(new Fields(response.fields ?? []).get("content-type")).toBe("text/event-stream");
    const text = await eventsOf(response, (so) => so.split("event: clock").length > 4);
    const news = text.split("\n").filter((line) => line.startsWith("data: {"));
    // Its own answer began after the first news: that is the second, and there is no third.
    expect(news).toHaveLength(2);
    const [first, second] = news.map((line) => JSON.parse(line.slice("data: ".length)));
    expect(first.lanes[0]).toMatchObject({ id: 1, count: 2, remotePort: 50_001 });
    expect(second.lanes[0].requests.at(-1)).toMatchObject({ path: "/live", status: 200, kind: "live" });
  });

  it("sends octets along with the clock, since they are no news by themselves", async () => {
    const { ask, seen } = setUp({ gatherMs: 60_000 });
    const response = await ask("/live");
    seen.bytes(FLOW, "out", new Uint8Array(77));
    const text = await eventsOf(response, (so) => so.includes('"octetsOut":77'));
    expect(text.indexOf("event: clock")).toBeLessThan(text.indexOf('"octetsOut":77'));
  });

  it("says to one that came back where it left off, and believes digits only", async () => {
    const { ask } = setUp();
    const again = await eventsOf(await ask("/live", ["Last-Event-ID", "352"]), (so) => so.includes("clock"));
    expect(again).toContain("event: again\ndata: 352\n");
    const odd = await eventsOf(await ask("/live", ["Last-Event-ID", "<b>"]), (so) => so.includes("clock"));
    expect(odd).not.toContain("again");
  });

  it("counts the clock's ids up", async () => {
    const { ask } = setUp();
    const text = await eventsOf(await ask("/live"), (so) => so.split("event: clock").length > 3);
    const ids = [...text.matchAll(/^id: (\d+)\ndata: \d\d:\d\d:\d\d$/gm)].map(([, id]) => Number(id));
    expect(ids.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it("shows who sends no cookie his own connection, and no other", async () => {
    const { handler, ask } = setUp();
    await ask("/a.css");
    const other: Flow = { ...FLOW, id: 2, remote: { host: "127.0.0.1", port: 50_002 } };
    const stranger: Request = asked("GET", "/live", [], { flow: other });
    const text = await eventsOf(await handler(stranger), (so) => so.includes("clock"));
    expect(text).toContain('"remotePort":50002');
    expect(text).not.toContain('"remotePort":50001');
  });

  it("does not go on for a reader who is gone, and then no timer runs", async () => {
    const { ask, live, visit } = setUp();
    await eventsOf(await ask("/live"), () => true);
    expect(live.open).toBe(0);
    expect(visit?.feeds.size).toBe(0);
  });

  it("refuses more streams than may be, of one browser and of all", async () => {
    const one = setUp({ feedsPerVisit: 1 });
    await one.ask("/live");
    expect((await one.ask("/live")).status).toBe(503);
    const all = setUp({ feeds: 1 });
    all.live.clock();
    expect((await all.ask("/live")).status).toBe(503);
    expect(all.live.clock().status).toBe(503);
    one.live.close();
    all.live.close();
    expect([one.live.open, all.live.open]).toEqual([0, 0]);
  });

  it("keeps nothing back for a reader who does not read: he gets the newest, once", async () => {
    const { ask, visit } = setUp({ tickMs: 1 });
    const response = await ask("/live");
    for (let i = 0; i < 200; i += 1) {
      visit?.changed();
      await ask(`/file-${i}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { content } = response;
    if (typeof content !== "object" || !("pieces" in content)) throw new TypeError("no stream");
    const first = await content.pieces[Symbol.asyncIterator]().next();
    await content.pieces[Symbol.asyncIterator]().return?.();
    const news =
      Buffer.from(first.value ?? [])
        .toString()
        .split("event: sockets").length - 1;
    // Of two hundred: as many as the kilobyte held that may wait.
    expect(news).toBeLessThan(6);
  });
});
