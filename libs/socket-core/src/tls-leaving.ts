/**
 * TLS ends and the connection goes on in clear (RFC 2228 §3: CCC). Each direction has its own moment: ours when our
 * close_notify is on its way, the peer's when it has said its own, or octets that are no TLS.
 */
import type { TLSSocket } from "node:tls";
import { listenForData, listenTo, stopListening } from "./socket-events.ts";
import type { TlsDetour } from "./tls-detour.ts";

export interface Leaving {
  /** What the peer says, under TLS until `left` and in clear from then on. */
  data(octets: Uint8Array): void;
  /** Our close_notify (RFC 8446 §6.1) is on its way: what is said now is said in clear. */
  said(): void;
  /** So is what comes. */
  left(): void;
  broke(): void;
}

/**
 * `patience`: milliseconds in which the peer may be the first to say close_notify. A client that reads ours together
 * with the answer that announces it, as lftp may, takes it for the end of the connection.
 */
export function leaveTls(secured: TLSSocket, detour: TlsDetour, patience: number, by: Leaving): void {
  let said = false;
  let over = false;
  const late = setTimeout(() => secured.end(), patience);
  const goOn = (): void => {
    if (!said || !over) return;
    by.left();
    detour.passTo((octets) => by.data(octets));
  };
  stopListening(secured);
  listenTo(secured, {
    onData: (octets) => by.data(octets),
    onLent: () => false,
    onEnd() {
      over = true;
      clearTimeout(late);
      secured.end();
      goOn();
    },
    onDrain: () => undefined,
    onError: () => by.broke(),
    onTlsError: () => by.broke(),
    onClose: () => clearTimeout(late),
  });
  listenForData(secured);
  detour.leave();
  secured.once("finish", () => {
    said = true;
    by.said();
    goOn();
  });
}
