/**
 * Reads of many sockets through one buffer. Node makes 64 KiB for each read and shrinks them to what came: in a
 * dialogue of short lines that is a fifth of what a server costs. Of outgoing sockets Node lets one choose (`onread`);
 * for accepted ones this sets the same fields, and where a Node does not have them, it says so and 'data' does it.
 */
import type { Socket } from "node:net";

/** Octets of one read at most, as Node's own. */
const ROOM = 64 * 1024;

/** Up to so many octets a loop is through before a call of copy has begun. */
const SHORT = 48;

let shared: Buffer | undefined;
let fields: { readonly buffer: symbol; readonly callback: symbol } | undefined;

/** Called as the socket's: `count` octets are in `room` until the next read of any socket. False: it wants no more for now. */
export type SharedReader = (this: Socket, count: number, room: Buffer) => boolean;

/** From now on what comes is for `reader`, not for 'data'; the rest of the socket is as ever. False: not in this Node. */
export function readShared(socket: Socket, reader: SharedReader): boolean {
  // What Node has read already would be behind what comes.
  if (socket.readableLength > 0) return false;
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("useUserBuffer" in handle)) return false;
  const { useUserBuffer } = handle;
  fields ??= fieldsOf(socket);
  if (typeof useUserBuffer !== "function" || fields === undefined) return false;
  shared ??= Buffer.allocUnsafeSlow(ROOM);
  Reflect.set(socket, fields.buffer, shared);
  Reflect.set(socket, fields.callback, reader);
  Reflect.apply(useUserBuffer, handle, [shared]);
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
  const own = Buffer.allocUnsafe(count);
  if (count > SHORT) room.copy(own, 0, 0, count);
  else for (let at = 0; at < count; at++) own[at] = room[at] ?? 0;
  return own;
}
