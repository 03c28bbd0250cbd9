/** Faults on a listener: what the peer gets, what our side hears, what the tap shows. */
import { describe, expect, it } from "vitest";
import { FaultError, Intercept, listenTcp, parseFault } from "../src/index.ts";
import { FakeTime } from "./support/fake-time.ts";
import { hold, intercepted, until } from "./support/intercepted.ts";
import { Peer, turns } from "./support/peer.ts";

describe("an intercept without faults", () => {
  it("is no part of any stream", async () => {
    const { peer, intercept, told } = await intercepted();
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect([intercept.waiting, intercept.held(), told]).toEqual([0, [], []]);
  });

  it("is obeyed from when a listener listens until it has drained", async () => {
    const { intercept, listener, peer } = await intercepted();
    const refused = new Intercept();
    expect([intercept.obeyed, refused.obeyed]).toEqual([true, false]);
    const again = { ...listener.address, protocol: "lines", intercept: refused };
    await expect(listenTcp(again, () => {})).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
    peer.socket.destroy();
    await listener.drain(0);
    expect([intercept.obeyed, refused.obeyed]).toEqual([false, false]);
  });
});

describe("a fault", () => {
  it("delays what goes out, and keeps the order of what comes behind", async () => {
    const fault = { on: "out", match: { contains: "a!" }, action: { type: "delay", ms: 500 } };
    const { peer, time, intercept, told, wire } = await intercepted({ faults: [fault] });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    peer.socket.write("b\n");
    await until(() => intercept.waiting === 6);
    time.advance(499);
    await turns();
    expect([peer.received, wire]).toEqual(["", ['in "a\\n"', 'in "b\\n"']]);
    time.advance(1);
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb!\n");
    expect(told).toEqual(['out passed "a!\\n" "a!\\n"']);
    expect(intercept.waiting).toBe(0);
  });

  it("delays by the time since it came, not by the place in the line", async () => {
    const { peer, time, intercept } = await intercepted({
      faults: [{ on: "out", action: { type: "delay", ms: 500 } }],
    });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    time.advance(300);
    peer.socket.write("b\n");
    await until(() => intercept.waiting === 6);
    time.advance(200);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    time.advance(300);
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb!\n");
  });

  it("splits: our side gets the pieces one after the other", async () => {
    const fault = { on: "in", action: { type: "split", octets: 2, ms: 10 } };
    const { peer, time, heard, intercept } = await intercepted({ faults: [fault] });
    peer.socket.write("abcd\n");
    await until(() => intercept.waiting === 5);
    time.advance(10);
    expect(heard).toEqual([]);
    time.advance(10);
    expect(await peer.until((got) => got.length >= 6)).toBe("abcd!\n");
    expect(intercept.waiting).toBe(0);
  });

  it("answers with the whole of it, though another fault splits", async () => {
    const { peer, heard, time } = await intercepted({
      faults: [
        { on: "in", action: { type: "split", octets: 1, ms: 10 } },
        { on: "in", action: { type: "answer", octets: "no\n" } },
      ],
    });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    expect([heard, time.armed]).toEqual([[], 0]);
  });

  it("splits: what goes out leaves in pieces, which the tap shows as they left", async () => {
    const fault = { on: "out", action: { type: "split", octets: 2, ms: 10 } };
    const { peer, time, wire, told } = await intercepted({ faults: [fault] });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 2)).toBe("a!");
    time.advance(10);
    expect(await peer.until((got) => got.length >= 3)).toBe("a!\n");
    expect(wire).toEqual(['in "a\\n"', 'out "a!"', 'out "\\n"']);
    expect(told).toEqual(['out passed "a!\\n" "a!\\n"']);
  });

  it("truncates what goes out: the peer gets so many octets and a FIN, and nothing after it", async () => {
    const fault = { on: "out", match: { nth: 2 }, action: { type: "truncate", octets: 1 } };
    const { peer, seen, told } = await intercepted({ faults: [fault] });
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    peer.socket.write("b\n");
    expect(await peer.until((_, ended) => ended)).toBe("a!\nb");
    seen.link.send("more");
    peer.socket.end();
    expect(await seen.over).toBe("we-ended");
    expect(peer.received).toBe("a!\nb");
    expect(told[0]).toBe('out end "b!\\n" "b"');
  });

  it("truncates what comes in: our side gets so many octets and hears of a FIN, and nothing after it", async () => {
    const fault = { on: "in", action: { type: "truncate", octets: 2 } };
    const { peer, seen, heard, told } = await intercepted({ faults: [fault] });
    peer.socket.write("a\nb\n");
    expect(await peer.until((_, ended) => ended)).toBe("a!\n");
    expect([heard, seen.core.told]).toEqual([["a"], ["end"]]);
    expect(told).toEqual(['in end "a\\nb\\n" "a\\n"']);
    peer.socket.end();
    expect(await seen.over).toBe("peer-ended");
  });

  it("resets", async () => {
    const { peer, seen, heard } = await intercepted({
      faults: [{ on: "in", match: { contains: "boom" }, action: { type: "reset" } }],
    });
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    const failed = new Promise<unknown>((resolve) => peer.socket.once("error", resolve));
    peer.socket.write("boom\n");
    expect(await failed).toMatchObject({ code: "ECONNRESET" });
    expect([await seen.over, heard]).toEqual(["io", ["a"]]);
  });

  it("answers instead: our side never hears the question", async () => {
    const fault = { on: "in", match: { contains: "q" }, action: { type: "answer", octets: "no\n" } };
    const { peer, heard, wire, told } = await intercepted({ faults: [fault] });
    peer.socket.write("q\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("no\na!\n");
    expect(heard).toEqual(["a"]);
    expect(wire.slice(0, 2)).toEqual(['in "q\\n"', 'out "no\\n"']);
    expect(told).toEqual(['in answered "q\\n" "no\\n"']);
  });

  it("answers instead: the peer never hears our answer; without octets, nothing", async () => {
    const { peer, intercept } = await intercepted({
      faults: [{ on: "out", action: { type: "answer", octets: "no\n" } }],
    });
    peer.socket.write("q\n");
    expect(await peer.until((got) => got.length >= 3)).toBe("no\n");
    intercept.replace([
      parseFault({ on: "out", match: { contains: "q" }, action: { type: "answer", octets: "" } }),
    ]);
    peer.socket.write("q\nq\n");
    await until(() => intercept.faults[0]?.acted === 1);
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("no\na!\n");
  });

  it("edits both ways; the tap shows what the wire saw and, derived, the other side of it", async () => {
    const { peer, heard, wire, told } = await intercepted({
      faults: [
        { on: "in", action: { type: "edit", find: "a", replace: "bb" } },
        { on: "out", action: { type: "edit", find: "!", replace: "?" } },
      ],
    });
    peer.socket.write("a\n");
    expect(await peer.until((got) => got.length >= 4)).toBe("bb?\n");
    expect(heard).toEqual(["bb"]);
    expect(wire).toEqual(['in "a\\n"', 'out "bb?\\n"']);
    expect(told).toEqual(['in passed "a\\n" "bb\\n"', 'out passed "bb!\\n" "bb?\\n"']);
  });

  it("meets open connections as well as new ones, and none once it is removed", async () => {
    const { peer, intercept, listener } = await intercepted();
    peer.socket.write("a\n");
    await peer.until((got) => got.length >= 3);
    const { id } = intercept.add(
      parseFault({ on: "out", action: { type: "edit", find: "!", replace: "?" } }),
    );
    peer.socket.write("b\n");
    expect(await peer.until((got) => got.length >= 6)).toBe("a!\nb?\n");
    const later = await Peer.to(listener);
    later.socket.write("c\n");
    expect(await later.until((got) => got.length >= 3)).toBe("c?\n");
    expect([intercept.faults[0]?.acted, intercept.remove("0"), intercept.remove(id)]).toEqual([
      2,
      false,
      true,
    ]);
    peer.socket.write("d\n");
    expect(await peer.until((got) => got.length >= 9)).toBe("a!\nb?\nd!\n");
    later.socket.destroy();
  });

  it("lets go what waits for it when it is removed; what another has changed stays changed", async () => {
    const { peer, intercept, time } = await intercepted({
      faults: [
        { on: "out", action: { type: "edit", find: "!", replace: "?" } },
        { on: "out", action: { type: "delay", ms: 500 } },
      ],
    });
    peer.socket.write("a\n");
    await until(() => intercept.waiting === 3);
    intercept.remove(intercept.faults[1]?.id ?? "");
    expect(await peer.until((got) => got.length >= 3)).toBe("a?\n");
    expect(time.armed).toBe(0);
  });

  it("goes on in one piece with what is left when a split is removed halfway", async () => {
    const fault = { on: "out", action: { type: "split", octets: 2, ms: 10 } };
    const { peer, intercept } = await intercepted({ faults: [fault] });
    peer.socket.write("abc\n");
    await peer.until((got) => got === "ab");
    intercept.replace([]);
    expect(await peer.until((got) => got.length >= 5)).toBe("abc!\n");
    peer.socket.write("d\n");
    expect(await peer.until((got) => got.length >= 8)).toBe("abc!\nd!\n");
  });

  it("holds the end of the stream behind what waits, both ways", async () => {
    const { peer, intercept, time, seen, heard } = await intercepted({
      faults: [{ on: "in", action: { type: "delay", ms: 500 } }],
    });
    peer.socket.end("a\n");
    await until(() => intercept.waiting === 2);
    await turns(20);
    expect([heard, seen.core.told]).toEqual([[], []]);
    intercept.add(parseFault({ on: "out", action: { type: "delay", ms: 700 } }));
    time.advance(500);
    await until(() => seen.core.told.length > 0);
    await turns(20);
    expect([heard, peer.received, peer.ended]).toEqual([["a"], "", false]);
    time.advance(700);
    expect(await peer.until((_, ended) => ended)).toBe("a!\n");
    expect(await seen.over).toBe("peer-ended");
  });
});

describe("setting faults", () => {
  it("takes all or none, and no more than its limit", () => {
    const intercept = new Intercept({ faults: 2 }, new FakeTime());
    const [first] = intercept.replace([parseFault(hold("in"))]);
    const bad = parseFault({ on: "in", action: { type: "delay", ms: -1 } });
    expect(() => intercept.replace([parseFault(hold("out")), bad])).toThrow(FaultError);
    expect(() => intercept.add(bad)).toThrow(FaultError);
    expect(intercept.faults).toEqual([first]);
    intercept.add(parseFault(hold("out")));
    expect(() => intercept.add(parseFault(hold("in")))).toThrow(/no more than 2/);
    expect(() => intercept.replace([1, 2, 3].map(() => parseFault(hold("in"))))).toThrow(/no more than 2/);
  });
});
