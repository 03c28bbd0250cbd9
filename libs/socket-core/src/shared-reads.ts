/**
 * Reads of many sockets through one buffer. Node makes 64 KiB for each read and shrinks them to what came: in a
 * dialogue of short lines that is a fifth of what a server costs. Of outgoing sockets Node lets one choose (`onread`);
 * for accepted ones this sets the same fields, and where a Node does not have them, it says so and 'data' does it.
 */
import type { Socket } from "node:net";

/** Octets of one read at most: of a dialogue as Node's own, of files as many as a second-level cache holds beside the rest. */
const ROOM = { dialogue: 64 * 1024, bulk: 128 * 1024 } as const;

export type RoomFor = keyof typeof ROOM;

/** Up to so many octets a loop is through before a call of copy has begun. */
const SHORT = 48;

const rooms: { [For in RoomFor]?: Buffer } = {};
let fields: { readonly buffer: symbol; readonly callback: symbol } | undefined;

/** Called as the socket's: `count` octets are in `room` until the next read of any socket. False: it wants no more for now. */
export type SharedReader = (this: Socket, count: number, room: Buffer) => boolean;

/** Up to so many octets Node cuts what is allocated from a pool of its own. */
const POOLED = 4096;
/** And up to so many we do: memory asked for by itself, and given back by the collector, is dearer than the copy into it. */
const MIDDLING = 16 * 1024;
const SLAB = 64 * 1024;

let slab: Buffer | undefined;
let used = 0;

function fromSlab(count: number): Buffer {
  if (slab === undefined || used + count > SLAB) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  used += count;
  return slab.subarray(used - count, used);
}

/** From now on what comes is for `reader`, not for 'data'; the rest of the socket is as ever. False: not in this Node. */
export function readShared(socket: Socket, reader: SharedReader, what: RoomFor = "dialogue"): boolean {
  // What Node has read already would be behind what comes.
  if (socket.readableLength > 0) return false;
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("useUserBuffer" in handle)) return false;
  const { useUserBuffer } = handle;
  fields ??= fieldsOf(socket);
  if (typeof useUserBuffer !== "function" || fields === undefined) return false;
  const room = (rooms[what] ??= Buffer.allocUnsafeSlow(ROOM[what]));
  Reflect.set(socket, fields.buffer, room);
  Reflect.set(socket, fields.callback, reader);
  Reflect.apply(useUserBuffer, handle, [room]);
  return true;
}

function fieldsOf(socket: Socket): typeof fields {
  const named = (name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
  const buffer = named("kBuffer");
  const callback = named("kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

/** Octets of one's own: the room is written over soon. */
export function takeOut(room: Buffer, count: number): Uint8Array {
  const own = count > POOLED && count <= MIDDLING ? fromSlab(count) : Buffer.allocUnsafe(count);
  if (count > SHORT) room.copy(own, 0, 0, count);
  else for (let at = 0; at < count; at++) own[at] = room[at] ?? 0;
  return own;
}
