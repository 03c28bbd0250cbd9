/** Byte search: what is kept is looked through whole, step by step, and no secret can be guessed by it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchOctets } from "../src/api/search.ts";
import { OctetSearch } from "../src/octet-search.ts";
import type { Store, StoreLimits } from "../src/store/store.ts";
import type { MessageView } from "../src/views.ts";
import { opens, says, speaks, storeWith } from "./support/stores.ts";

/** A store in which each flow has said these pieces, turn by turn. */
function storeOf(
  protocol: string,
  flows: readonly (readonly string[])[],
  limits: Partial<StoreLimits> = {},
): Store {
  const { store, take } = storeWith(limits);
  for (const flow of flows.keys()) take(opens(flow), speaks(flow, protocol));
  for (let turn = 0; flows.some((pieces) => turn < pieces.length); turn++)
    for (const [flow, pieces] of flows.entries()) {
      const octets = Buffer.from(pieces[turn] ?? "", "latin1");
      if (octets.length > 0) take(says(flow, "in", octets));
    }
  return store;
}

function saidWith(store: Store, text: string, showSecrets = false): string[] {
  const { found, to, end } = searchOctets(store, Buffer.from(text, "latin1"), 0, {
    showSecrets,
    maxMs: 10_000,
  });
  expect(to).toBe(end);
  const all = [...store.sockets.values()].flatMap(({ kept }) => kept.map(({ view }) => view));
  return found.map((order) => all.find((view) => view.order === order)?.said ?? "");
}

describe("a byte search", () => {
  it("finds messages of all sockets in the order of the talk, across the chunks they came in", () => {
    const store = storeOf("smtp", [
      ["NOOP on", "e\r\nNOOP two\r\n"],
      ["NOOP on", "e\r\n", "NOOP three\r\n"],
    ]);
    expect(saidWith(store, "one\r\n")).toEqual(["NOOP one", "NOOP one"]);
    expect(saidWith(store, "NOOP t")).toEqual(["NOOP two", "NOOP three"]);
    // Nothing is found across two messages: each is one.
    expect(saidWith(store, "\r\nN")).toEqual([]);
  });

  it("does not find what is masked, not by a piece of it either, but finds what stands around it", () => {
    const secret = Buffer.from("\0ann\0wonder").toString("base64");
    const store = storeOf("smtp", [[`EHLO me\r\nAUTH PLAIN ${secret}\r\n`]]);
    for (const length of [1, 4, secret.length])
      for (let at = 0; at + length <= secret.length; at++) {
        const piece = secret.slice(at, at + length);
        if (!"AUTH PLAIN EHLO me".includes(piece))
          expect([piece, saidWith(store, piece)]).toEqual([piece, []]);
      }
    expect(saidWith(store, "AUTH PLAIN ")).toHaveLength(1);
    expect(saidWith(store, secret, true)).toHaveLength(1);
  });

  it("finds what lies across the edge of what is looked through at once", () => {
    const window = 256 * 1024;
    fc.assert(
      fc.property(fc.integer({ min: -6, max: 2 }), fc.integer({ min: 1, max: 3 }), (around, edge) => {
        const at = window * edge + around;
        const store = storeOf("gopher", [["x".repeat(at) + "needle" + "x".repeat(window)]]);
        // What nobody knows is a message once it ends.
        store.take(0, { type: "closed", at: 3, flow: 0, reason: "peer-ended" });
        expect(saidWith(store, "needle")).toHaveLength(1);
        expect(saidWith(store, "needles")).toHaveLength(0);
      }),
      { numRuns: 10 },
    );
  });

  it("says of how many messages nothing can be said, their octets being gone", () => {
    const store = storeOf("smtp", [["NOOP first\r\n", "NOOP second\r\n", "NOOP third\r\n"]], {
      maxOctets: 13,
    });
    const options = { showSecrets: false, maxMs: 1000 };
    expect(searchOctets(store, Buffer.from("NOOP"), 0, options)).toMatchObject({ found: [3], unkept: 2 });
  });

  it("goes on from where it had to stop, and looks at what came meanwhile", async () => {
    const store = storeOf("smtp", [Array.from({ length: 50 }, (_, at) => `NOOP ${at}\r\n`)]);
    const [socket] = store.sockets.values();
    const views = (): readonly MessageView[] => socket?.kept.map(({ view }) => view) ?? [];
    const search = new OctetSearch(Buffer.from("4").toString("hex"));
    let steps = 0;
    let later: Promise<void> | undefined;
    const ask = async (path: string) => {
      const [, from] = /^\/api\/search\?hex=34&from=(\d+)$/.exec(path) ?? [];
      steps += 1;
      if (steps === 3) {
        store.take(0, {
          type: "bytes",
          at: 3,
          flow: 0,
          direction: "in",
          octets: Buffer.from("NOOP 44x\r\n"),
        });
        later = search.lookOn(ask, () => true);
      }
      return searchOctets(store, Buffer.from("4"), Number(from), { showSecrets: false, maxMs: 0 });
    };
    const last = views().at(-1);
    expect(search.progress).toBeDefined();
    expect(last && search.holds(last)).toBeUndefined();
    await search.lookOn(ask, () => true);
    await later;
    expect(steps).toBeGreaterThanOrEqual(50);
    expect(search.progress).toBeUndefined();
    const found = views().filter((view) => search.holds(view) === true);
    expect(found.map(({ said }) => said)).toEqual(
      views().flatMap(({ said }) => (said.includes("4") ? [said] : [])),
    );
    expect(found.at(-1)?.said).toBe("NOOP 44x");
  });

  it("stops where nobody wants it any more", async () => {
    const store = storeOf("smtp", [Array.from({ length: 10 }, () => "NOOP\r\n")]);
    const search = new OctetSearch("4e");
    let steps = 0;
    const ask = async () => searchOctets(store, Buffer.from("N"), steps++, { showSecrets: false, maxMs: 0 });
    await search.lookOn(ask, () => steps < 3);
    expect(steps).toBe(3);
  });
});
