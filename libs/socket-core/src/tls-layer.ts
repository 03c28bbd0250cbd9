/** TLS laid over a connection that was in clear until now, and what stands between the two where somebody asked. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Flow } from "./flow.ts";
import type { SecuringHow } from "./stream.ts";
import type { TapPoint } from "./tap-point.ts";
import { TappedWire, tellKeys } from "./tap-wire.ts";
import { secure, type TlsOptions } from "./tls.ts";
import { TlsDetour } from "./tls-detour.ts";
import { watchEnd, type TlsEnd } from "./tls-end.ts";

export interface TlsLayer {
  readonly secured: TLSSocket;
  /** The last that came: what another connection to this server can go on with. */
  session: Uint8Array | undefined;
  /** With `watchEnd`. */
  readonly end: TlsEnd | undefined;
  /** With `mayLeave`. */
  readonly detour: TlsDetour | undefined;
}

/** `done`: once, with what `secure` has to say. */
export function layTls(
  plain: Socket,
  options: TlsOptions,
  { watchEnd: watches = false, mayLeave = false, begun }: SecuringHow,
  { flow, wireTap }: { readonly flow: Flow; readonly wireTap: TapPoint | undefined },
  done: (error: unknown, secured: TLSSocket) => void,
): TlsLayer {
  const see = (direction: "in" | "out", octets: Uint8Array): void => wireTap?.bytes(flow, direction, octets);
  wireTap?.speaks(flow, "tls");
  const detour = mayLeave ? new TlsDetour(plain, see) : undefined;
  const wire = detour ?? (watches || wireTap !== undefined ? new TappedWire(plain, see) : plain);
  const secured = secure(wire, options, done);
  tellKeys(secured, flow, wireTap);
  const end = watches ? watchEnd(wire, secured) : undefined;
  detour?.carries(secured);
  if (watches && begun !== undefined) wire.once("data", begun);
  const layer: TlsLayer = { secured, session: undefined, end, detour };
  // Not getSession(): under TLS 1.3 it has one that cannot be gone on with until the server's ticket is here.
  secured.on("session", (session: Uint8Array) => {
    layer.session = session;
  });
  return layer;
}
