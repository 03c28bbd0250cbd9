/**
 * What happens on Node's socket, told to one object. All sockets share one set of listeners, and the socket knows
 * whom to tell: six closures for each connection would be a tenth of what an idle one costs.
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { readShared, takeOut, type RoomFor } from "./shared-reads.ts";

export interface SocketEvents {
  onData(octets: Uint8Array): void;
  /** As `Receiver.borrow`. */
  onLent(octets: Uint8Array): boolean;
  /** The peer's FIN. */
  onEnd(): void;
  onDrain(): void;
  onError(): void;
  /** A TLSSocket made by hand says by this alone that it cannot read a record, and stays open. */
  onTlsError(): void;
  onClose(): void;
}

const listener = Symbol("who is told");
type ListenedTo = Socket & { [listener]?: SocketEvents | undefined };

/** Everything but the octets: they begin to flow with {@link listenForData}. */
export function listenTo(socket: ListenedTo, events: SocketEvents): void {
  socket[listener] = events;
  socket.on("end", onEnd);
  socket.on("drain", onDrain);
  socket.on("error", onError);
  socket.on("close", onClose);
  if (socket instanceof TLSSocket) socket.on("_tlsError", onTlsError);
}

/** `room`: through the buffer of {@link readShared} for such, where there is one. */
export function listenForData(socket: Socket, room?: RoomFor): void {
  if (room === undefined || !readShared(socket, room === "bulk" ? onBulk : onRead, room))
    socket.on("data", onData);
  // As a listener for 'data' does; who was paused stays so.
  else if (socket.readableFlowing !== false) socket.resume();
}

/** Takes off our own listeners only: Node needs its own. */
export function stopListening(socket: ListenedTo): void {
  socket[listener] = undefined;
  socket.off("data", onData);
  socket.off("end", onEnd);
  socket.off("drain", onDrain);
  socket.off("error", onError);
  socket.off("close", onClose);
  socket.off("_tlsError", onTlsError);
}

function onData(this: ListenedTo, octets: Uint8Array): void {
  this[listener]?.onData(octets);
}
function onRead(this: ListenedTo, count: number, room: Buffer): boolean {
  const octets = takeOut(room, count);
  const events = this[listener];
  // We listen no more: whoever does now listens for 'data'.
  if (events === undefined) return this.push(octets);
  events.onData(octets);
  return true;
}
function onBulk(this: ListenedTo, count: number, room: Buffer): boolean {
  const lent = count === room.length ? room : room.subarray(0, count);
  return this[listener]?.onLent(lent) === true || onRead.call(this, count, room);
}
function onEnd(this: ListenedTo): void {
  this[listener]?.onEnd();
}
function onDrain(this: ListenedTo): void {
  this[listener]?.onDrain();
}
function onError(this: ListenedTo): void {
  this[listener]?.onError();
}
function onTlsError(this: ListenedTo): void {
  this[listener]?.onTlsError();
}
function onClose(this: ListenedTo): void {
  this[listener]?.onClose();
}
