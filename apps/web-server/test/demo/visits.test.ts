/** Who is shown what: one's own sockets, as the tap saw them, and within bounds. */
import type { Flow } from "@socketscope/socket-core";
import type { Request, Response } from "@socketscope/web";
import { describe, expect, it } from "vitest";
import { DEMO_LIMITS, type DemoLimits } from "../../src/demo/limits.ts";
import { SeenFlows } from "../../src/demo/seen-flows.ts";
import { Visits, visitCookie, type Visit } from "../../src/demo/visits.ts";
import { Watch } from "../../src/demo/watch.ts";
import { asked } from "../asked.ts";

let port = 50_000;
function flow(): Flow {
  port += 1;
  return {
    id: port,
    transport: "tcp",
    local: { host: "127.0.0.1", port: 8080 },
    remote: { host: "127.0.0.1", port },
  };
}

function setUp(limits: Partial<DemoLimits> = {}) {
  const all = { ...DEMO_LIMITS, ...limits };
  const clock = { now: 1000 };
  const now = (): number => clock.now;
  const seen = new SeenFlows(all.flows, now);
  const visits = new Visits(all, now);
  const watch = new Watch(visits, seen, now);
  const answer: Response = { status: 200, fields: ["Content-Type", "text/css"], content: "body {}" };
  const handler = watch.watched((request) => {
    if (request.path === "/") watch.visitOf(request);
    return answer;
  });
  /** A browser: it sends the cookie back that it was given. */
  const browser = (): { ask(path: string, on: Flow): Promise<Request>; visit(): Visit | undefined } => {
    let cookie: string | undefined;
    let last: Request = asked("GET", "/");
    return {
      async ask(path, on) {
        last = asked("GET", path, cookie === undefined ? [] : ["Cookie", `other=1; ${cookie}`], { flow: on });
        await handler(last);
        const visit = path === "/" && cookie === undefined ? watch.visitOf(last) : undefined;
        if (visit !== undefined) cookie = visitCookie(last, visit).split(";")[0];
        return last;
      },
      visit: () => visits.known(last) ?? watch.visitOf(last),
    };
  };
  return { clock, seen, visits, watch, browser };
}

function opened(seen: SeenFlows): Flow {
  const one = flow();
  seen.opened(one);
  seen.speaks(one, "http");
  return one;
}

describe("a visitor", () => {
  it("is shown his own sockets only, though others come from the same address", async () => {
    const { seen, browser } = setUp();
    const [mine, also, his] = [opened(seen), opened(seen), opened(seen)];
    const me = browser();
    const he = browser();
    await me.ask("/", mine);
    await he.ask("/", his);
    await me.ask("/a.css", also);
    await me.ask("/b.css", mine);
    expect(
      me
        .visit()
        ?.view(undefined)
        .map(({ id, count }) => [id, count]),
    ).toEqual([
      [mine.id, 2],
      [also.id, 1],
    ]);
    expect(
      he
        .visit()
        ?.view(undefined)
        .map(({ id }) => id),
    ).toEqual([his.id]);
  });

  it("is told no octets of a connection that a proxy shares among several", async () => {
    const { seen, browser } = setUp();
    const shared = opened(seen);
    const me = browser();
    const he = browser();
    await me.ask("/", shared);
    seen.bytes(shared, "out", new Uint8Array(100));
    expect(me.visit()?.view(undefined)[0]?.octetsOut).toBe(100);
    await he.ask("/", shared);
    expect(me.visit()?.view(undefined)[0]).toMatchObject({ count: 1, octetsOut: undefined });
    expect(he.visit()?.view(undefined)[0]).toMatchObject({ count: 1, octetsOut: undefined });
  });

  it("is known by a cookie of this port, out of reach for scripts and other sites", () => {
    const { visits } = setUp();
    const visit = visits.create();
    const request = asked("GET", "/", [], { flow: flow(), secure: true });
    expect(visit && visitCookie(request, visit)).toMatch(
      /^socketscope-visit-8080=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it("who brings a cookie that nobody gave him is nobody", () => {
    const { visits } = setUp();
    visits.create();
    const cookie = `socketscope-visit-8080=${"A".repeat(22)}`;
    expect(visits.known(asked("GET", "/", ["Cookie", cookie], { flow: flow() }))).toBeUndefined();
  });
});

describe("a lane", () => {
  it("says what the tap saw, in milliseconds since the load", async () => {
    const { clock, seen, browser } = setUp();
    const one = opened(seen);
    clock.now = 1004;
    seen.secured(one, "TLSv1.3", "", "http/1.1");
    clock.now = 1010;
    const me = browser();
    const first = await me.ask("/", one);
    const load = me.visit()?.load(one, 1010);
    clock.now = 1020;
    await me.ask("/site.css", one);
    seen.bytes(one, "out", new Uint8Array(500));
    clock.now = 1030;
    seen.closed(one, "peer-ended");
    expect(first.path).toBe("/");
    expect(me.visit()?.view(load)).toEqual([
      {
        id: one.id,
        local: "127.0.0.1:8080",
        remoteHost: "127.0.0.1",
        remotePort: one.remote.port,
        opened: -10,
        secured: -6,
        tls: "TLSv1.3",
        protocol: "http",
        protocolSince: undefined,
        count: 2,
        before: 0,
        requests: [
          { method: "GET", path: "/", status: 200, kind: "style", octets: 7, from: 0, to: 0 },
          { method: "GET", path: "/site.css", status: 200, kind: "style", octets: 7, from: 10, to: 10 },
        ],
        octetsIn: 0,
        octetsOut: 500,
        closed: 20,
        closedBy: "peer-ended",
      },
    ]);
  });

  it("begins anew with each load, and keeps what was before as a number", async () => {
    const { clock, seen, browser } = setUp();
    const one = opened(seen);
    const me = browser();
    await me.ask("/", one);
    await me.ask("/a.css", one);
    seen.bytes(one, "out", new Uint8Array(500));
    clock.now = 2000;
    await me.ask("/", one);
    const load = me.visit()?.load(one, 2000);
    seen.bytes(one, "out", new Uint8Array(30));
    expect(me.visit()?.view(load)[0]).toMatchObject({ count: 1, before: 2, octetsOut: 30 });
    expect(me.visit()?.view(load)[0]?.requests).toHaveLength(1);
  });

  it("claims nothing of a connection whose opening was not seen", async () => {
    const { seen, browser } = setUp({ flows: 1 });
    opened(seen);
    const unseen = opened(seen);
    const me = browser();
    await me.ask("/", unseen);
    expect(me.visit()?.view(undefined)[0]).toMatchObject({
      opened: undefined,
      octetsOut: undefined,
      count: 1,
    });
  });
});

describe("bounds", () => {
  it("forget the browser that was silent longest, never one that looks on", async () => {
    const { visits } = setUp({ visits: 2 });
    const [first, second] = [visits.create(), visits.create()];
    second?.feeds.add(() => undefined);
    visits.create();
    expect(visits.size).toBe(2);
    const known = (visit: Visit | undefined): boolean => {
      const request = asked("GET", "/", [], { flow: flow() });
      const cookie = visit === undefined ? "" : (visitCookie(request, visit).split(";")[0] ?? "");
      return visits.known(asked("GET", "/", ["Cookie", cookie], { flow: flow() })) !== undefined;
    };
    expect(known(first)).toBe(false);
    expect(known(second)).toBe(true);
  });

  it("refuse a new one while all look on", () => {
    const { visits } = setUp({ visits: 1 });
    visits.create()?.feeds.add(() => undefined);
    expect(visits.create()).toBeUndefined();
  });

  it("forget a browser after its time", async () => {
    const { clock, seen, browser, visits } = setUp({ visitMs: 100 });
    const me = browser();
    const request = await me.ask("/", opened(seen));
    const visit = me.visit();
    clock.now += 101;
    const cookie = visit === undefined ? "" : (visitCookie(request, visit).split(";")[0] ?? "");
    expect(visits.known(asked("GET", "/", ["Cookie", cookie], { flow: request.flow }))).toBeUndefined();
  });

  it("keep so many sockets of a browser, open ones before closed ones", async () => {
    const { seen, browser } = setUp({ lanes: 3 });
    const flows = [opened(seen), opened(seen), opened(seen), opened(seen)];
    const me = browser();
    for (const [i, one] of flows.entries()) {
      await me.ask(i === 0 ? "/" : "/a.css", one);
      if (i === 1) seen.closed(one, "peer-ended");
    }
    expect(
      me
        .visit()
        ?.view(undefined)
        .map(({ id }) => id),
    ).toEqual([flows[0], flows[2], flows[3]].map((one) => one?.id));
  });

  it("draw so many requests of a socket, and count all", async () => {
    const { seen, browser } = setUp({ requests: 3 });
    const one = opened(seen);
    const me = browser();
    for (const path of ["/", "/1", "/2", "/3", "/4"]) await me.ask(path, one);
    const [lane] = me.visit()?.view(undefined) ?? [];
    expect(lane?.count).toBe(5);
    expect(lane?.requests.map(({ path }) => path)).toEqual(["/2", "/3", "/4"]);
  });

  it("keep so many loads; of one forgotten the last one stands in", () => {
    const { visits } = setUp({ loads: 2 });
    const visit = visits.create();
    const loads = [1, 2, 3].map((at) => visit?.load(flow(), at));
    expect(visit?.findLoad(2)).toBe(loads[1]);
    expect(visit?.findLoad(1)).toBe(loads[2]);
  });
});
