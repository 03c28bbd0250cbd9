import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, decodeLatin1, encodeLatin1, OctetLane, ReceiveBuffer, writeLatin1 } from "../src/index.ts";

const everyOctet = Uint8Array.from({ length: 256 }, (_, octet) => octet);

describe("latin1", () => {
  it("is the first 256 code points, 0x80 to 0x9f too (a TextDecoder's is windows-1252)", () => {
    const text = decodeLatin1(everyOctet, 0, 256);
    expect(Array.from(text, (character) => character.charCodeAt(0))).toEqual(Array.from(everyOctet));
    expect(encodeLatin1(text)).toEqual(everyOctet);
  });

  it("is read from the middle, and written there", () => {
    expect(decodeLatin1(everyOctet, 65, 68)).toBe("ABC");
    const into = new Uint8Array(6);
    expect(writeLatin1("é!", into, 2)).toBe(4);
    expect(Array.from(into)).toEqual([0, 0, 0xe9, 0x21, 0, 0]);
  });
});

describe("a receive buffer", () => {
  it("holds what was pushed and not taken, in order", () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((push) => ({ push })),
      fc.nat(60).map((take) => ({ take })),
      fc.nat(60).map((skip) => ({ skip })),
      fc.nat(200).map((expected) => ({ expected })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const buffer = new ReceiveBuffer();
        let held: number[] = [];
        for (const one of steps) {
          if ("push" in one) {
            buffer.push(one.push.slice());
            held.push(...one.push);
          } else if ("take" in one) {
            expect(Array.from(buffer.take(one.take))).toEqual(held.slice(0, one.take));
            held = held.slice(one.take);
          } else if ("expected" in one) {
            buffer.expect(one.expected);
          } else {
            buffer.skip(one.skip);
            held = held.slice(one.skip);
          }
          expect(buffer.length).toBe(held.length);
          expect(Array.from(buffer.octets.subarray(buffer.at, buffer.end))).toEqual(held);
        }
      }),
    );
  });

  it("does not change what it has given out", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(Uint8Array.of(1, 2, 3));
    buffer.push(Uint8Array.of(4));
    const view = buffer.take(2);
    for (let i = 0; i < 5000; i++) buffer.push(Uint8Array.of(9));
    expect(Array.from(view)).toEqual([1, 2]);
  });

  it("takes a whole chunk as it came, without a copy", () => {
    const chunk = Uint8Array.of(1, 2, 3);
    const buffer = new ReceiveBuffer();
    buffer.push(chunk);
    expect(buffer.take(3).buffer).toBe(chunk.buffer);
  });

  it("makes room for a message that is told of once, and for the beginning of the next", () => {
    const buffer = new ReceiveBuffer();
    const rooms = new Set<ArrayBufferLike>();
    const piece = new Uint8Array(1000);
    buffer.push(piece);
    buffer.expect(9500);
    for (let i = 1; i < 10; i++) {
      buffer.push(piece);
      rooms.add(buffer.octets.buffer);
    }
    expect(rooms.size).toBe(1);
    expect(buffer.octets.length).toBe(10_500);
  });

  it("joins octet by octet in room that doubles: each is copied twice at the most", () => {
    const buffer = new ReceiveBuffer();
    const rooms = new Set<ArrayBufferLike>();
    for (let i = 0; i < 100_000; i++) {
      buffer.push(Uint8Array.of(i & 0xff));
      rooms.add(buffer.octets.buffer);
    }
    expect(rooms.size).toBeLessThan(20);
  });
});

describe("a slab", () => {
  it("gives each piece to one only", () => {
    const pieces = Array.from({ length: 3000 }, (_, index) => cut((index * 37) % 300).fill(index & 0xff));
    expect(pieces.every((piece, index) => piece.every((octet) => octet === (index & 0xff)))).toBe(true);
    expect(pieces.map(({ length }) => length)).toEqual(
      Array.from({ length: 3000 }, (_, index) => (index * 37) % 300),
    );
  });

  it("does not break its large piece for a large one", () => {
    expect(cut(20_000).buffer.byteLength).toBe(20_000);
  });
});

describe("an octet lane", () => {
  it("knows where its octets stand in the stream, over what is missing too", () => {
    const lane = new OctetLane(10);
    lane.push(Uint8Array.of(1, 2, 3));
    expect([Array.from(lane.take(2)), lane.offset]).toEqual([[1, 2], 12]);
    lane.push(Uint8Array.of(4));
    expect(Array.from(lane.octets)).toEqual([3, 4]);
    lane.take(2);
    lane.skip(100);
    expect([lane.offset, lane.octets.length]).toEqual([114, 0]);
  });

  it("lets go of a large chunk of which little is left", () => {
    const lane = new OctetLane();
    lane.push(new Uint8Array(65_536));
    lane.take(65_530);
    lane.settle();
    expect(lane.octets.buffer.byteLength).toBeLessThan(100);
  });
});
