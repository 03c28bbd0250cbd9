/** As much of an HLS client as a measurement needs: which addresses a film's first rendition has. */
import { BenchError } from "./bench-error.ts";

export interface Rendition {
  readonly init: string;
  readonly segments: readonly string[];
}

export async function openRendition(master: string): Promise<Rendition> {
  const [variant] = linesOf(await textOf(master));
  const address = new URL(variant ?? "", master).href;
  const media = await textOf(address);
  const init = /^#EXT-X-MAP:URI="([^"]+)"/m.exec(media)?.[1];
  const segments = linesOf(media).map((line) => new URL(line, address).href);
  if (init === undefined || segments.length === 0) throw new BenchError("SERVER", `no film at ${master}`);
  return { init: new URL(init, address).href, segments };
}

export async function octetsOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new BenchError("SERVER", `${response.status} for ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function textOf(address: string): Promise<string> {
  return new TextDecoder().decode(await octetsOf(address));
}

function linesOf(playlist: string): readonly string[] {
  return playlist.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}
