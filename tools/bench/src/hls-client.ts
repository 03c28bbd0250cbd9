/** As much of an HLS client as a measurement needs: which addresses a film's first rendition has. */
import { connect } from "node:net";
import { BenchError } from "./bench-error.ts";

const BUFFER = Buffer.alloc(256 * 1024);

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

/**
 * Its octets go into one buffer, over each other: memory that a client takes for what it reads would be measured along.
 * Returns how many they were.
 */
export function passOver(address: string): Promise<number> {
  const { hostname, port, pathname } = new URL(address);
  return new Promise((resolve, reject) => {
    let head = "";
    let length: number | undefined;
    let octets = 0;
    const take = (size: number, buffer: Uint8Array): boolean => {
      octets += size;
      if (length === undefined) {
        head += Buffer.from(buffer.buffer, buffer.byteOffset, size).toString("latin1");
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return true;
        length = Number(/^HTTP\/1\.1 200 [^]*\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]);
        octets -= end + 4;
      }
      if (octets < length) return true;
      socket.destroy();
      if (octets === length) resolve(octets);
      else reject(new BenchError("SERVER", `${head.split("\r\n", 1).join("")} for ${address}`));
      return true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: { buffer: BUFFER, callback: take },
    });
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    socket.once("error", reject);
    socket.once("close", () => reject(new BenchError("SERVER", `${address} broke off`)));
  });
}

async function textOf(address: string): Promise<string> {
  return new TextDecoder().decode(await octetsOf(address));
}

function linesOf(playlist: string): readonly string[] {
  return playlist.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}
