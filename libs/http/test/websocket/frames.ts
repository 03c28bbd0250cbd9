/** Frames written by hand for the tests, also those our own writer refuses to make. */
import type { WebSocketEvent } from "@socketscope/http/websocket";

/** `"81 05 48"` as octets. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.split(/\s+/).filter(Boolean), (pair) => Number.parseInt(pair, 16));
}

export const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

export interface RawFrame {
  readonly first: number;
  readonly payload?: Uint8Array | string;
  /** False: sent as it is. Default true. */
  readonly masked?: boolean;
  /** Octets of the extended length, though fewer would do. */
  readonly extended?: 2 | 8;
  /** What the length field claims. */
  readonly claims?: bigint;
}

export function raw(frame: RawFrame): Uint8Array {
  const payload =
    typeof frame.payload === "string" ? Buffer.from(frame.payload) : (frame.payload ?? new Uint8Array(0));
  const claims = frame.claims ?? BigInt(payload.length);
  const extended = frame.extended ?? (claims < 126n ? 0 : claims < 65_536n ? 2 : 8);
  const mask = frame.masked === false ? 0 : 0x80;
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(claims);
  const short = extended === 0 ? Number(claims) : extended === 2 ? 126 : 127;
  const head = [frame.first, mask | short, ...(extended === 0 ? [] : length.subarray(8 - extended))];
  const body = mask === 0 ? payload : payload.map((octet, i) => octet ^ (KEY[i % 4] ?? 0));
  return Uint8Array.from([...head, ...(mask === 0 ? [] : KEY), ...body]);
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Events as one readable line each; pieces of one message joined, since the network cuts where it likes. */
export function story(events: readonly WebSocketEvent[]): readonly string[] {
  const lines: string[] = [];
  let pieces: Uint8Array[] = [];
  const flush = (): void => {
    if (pieces.length > 0) lines.push(`data ${show(join(...pieces))}`);
    pieces = [];
  };
  for (const event of events) {
    if (event.type === "data") {
      if (event.octets.length > 0) pieces.push(event.octets);
      continue;
    }
    flush();
    if (event.type === "message") lines.push(`message ${event.kind} ${event.length ?? "?"}`);
    else if (event.type === "close") lines.push(`close ${event.code} ${JSON.stringify(event.reason)}`);
    else if (event.type === "ping" || event.type === "pong")
      lines.push(`${event.type} ${show(event.octets)}`);
    else lines.push(event.type);
  }
  flush();
  return lines;
}

function show(octets: Uint8Array): string {
  return octets.length > 40
    ? `${octets.length} octets`
    : JSON.stringify(Buffer.from(octets).toString("latin1"));
}
