import { Spool } from "../src/spool/spool.ts";
import type { Spooled } from "../src/spooled.ts";

export async function spooled(folder: string, text: string, inMemory = 1024): Promise<Spooled> {
  const spool = await Spool.open(`${folder}/incoming`, { inMemory });
  const spooling = spool.begin();
  for (let at = 0; at < text.length; at += 700)
    await spooling.write(Buffer.from(text.slice(at, at + 700), "latin1"));
  return spooling.finish();
}

export async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString("latin1");
}
