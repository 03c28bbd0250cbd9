/**
 * What happens on Node's socket, told to one object. All sockets share one set of listeners, and the socket knows
 * whom to tell: six closures for each connection would be a tenth of what an idle one costs.
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

export interface SocketEvents {
  onData(octets: Uint8Array): void;
  /** The peer's FIN. */
  onEnd(): void;
  onDrain(): void;
  onError(): void;
  /** A TLSSocket made by hand says by this alone that it cannot read a record, and stays open. */
  onTlsError(): void;
  onClose(): void;
}

const listener = Symbol("who is told");
type ListenedTo = Socket & { [listener]?: SocketEvents };

/** Everything but the octets: they begin to flow with {@link listenForData}. */
export function listenTo(socket: ListenedTo, events: SocketEvents): void {
  socket[listener] = events;
  socket.on("end", onEnd);
  socket.on("drain", onDrain);
  socket.on("error", onError);
  socket.on("close", onClose);
  if (socket instanceof TLSSocket) socket.on("_tlsError", onTlsError);
}

export function listenForData(socket: Socket): void {
  socket.on("data", onData);
}

/** Takes off our own listeners only: Node needs its own. */
export function stopListening(socket: Socket): void {
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
