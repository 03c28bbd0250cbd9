import { describe, expect, it } from "vitest";
import { decodeLatin1, PieceWriter, ReceiveBuffer } from "../src/index.ts";

describe("a piece writer", () => {
  it("puts text and octets one behind the other, and starts anew after each message", () => {
    const writer = new PieceWriter();
    writer.begin();
    writer.text("caf\u00e9 ");
    writer.octets(new Uint8Array([0, 255]));
    expect([...writer.take()]).toEqual([99, 97, 102, 0xe9, 32, 0, 255]);
    writer.begin();
    expect(writer.take().length).toBe(0);
  });

  it("forgets a message that was not taken", () => {
    const writer = new PieceWriter();
    writer.begin();
    writer.text("half");
    writer.begin();
    writer.text("whole");
    expect(decodeLatin1(writer.take())).toBe("whole");
  });

  it("gives octets that no later message touches, over many slabs and for a message larger than one", () => {
    const writer = new PieceWriter();
    const lengths = [1, 1000, 65_535, 65_536, 200_000, 0, 7, 30_000, 30_000, 30_000];
    const pieces = lengths.map((length, index) => {
      writer.begin();
      for (let left = length; left > 0; left -= 999)
        writer.text(String.fromCharCode(65 + index).repeat(Math.min(left, 999)));
      return writer.take();
    });
    expect(pieces.map((piece) => piece.length)).toEqual(lengths);
    for (const [index, piece] of pieces.entries())
      expect(piece.every((octet) => octet === 65 + index)).toBe(true);
  });
});

describe("a receive buffer", () => {
  it("holds no chunk once all of it is taken: an idle connection would keep it", () => {
    const buffer = new ReceiveBuffer();
    for (const empty of [() => buffer.skip(3), () => buffer.take(3)]) {
      buffer.push(new Uint8Array([1, 2, 3]));
      empty();
      expect([buffer.octets.buffer.byteLength, buffer.length]).toEqual([0, 0]);
    }
  });
});
