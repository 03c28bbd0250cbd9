/** As much of an HLS client as a measurement needs: which addresses a film's first rendition has. */
import { get } from "node:http";
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

/** Its octets are let go as they come: a client that holds them would be measured along. Returns how many they were. */
export function passOver(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(address, (response) => {
      let octets = 0;
      response.on("data", (chunk: Uint8Array) => (octets += chunk.length));
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode === 200) resolve(octets);
        else reject(new BenchError("SERVER", `${response.statusCode ?? 0} for ${address}`));
      });
    }).once("error", reject);
  });
}

async function textOf(address: string): Promise<string> {
  return new TextDecoder().decode(await octetsOf(address));
}

function linesOf(playlist: string): readonly string[] {
  return playlist.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}
