/**
 * Whether the peer ended TLS itself, by close_notify (RFC 8446 §6.1), before TCP ended below it. Node says 'end' to both;
 * where it did not, somebody on the way may have cut the rest off.
 */
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

export interface TlsEnd {
  /** Undefined while neither has ended. */
  readonly cleanly: boolean | undefined;
}

/** `wire`: what stands between the system's socket and `secured`, which has had no octet yet. */
export function watchEnd(wire: Duplex, secured: TLSSocket): TlsEnd {
  const end: { cleanly: boolean | undefined } = { cleanly: undefined };
  const push = secured.push.bind(secured);
  // TLS pushes its end as soon as it has read close_notify, however slowly its reader takes what came before.
  secured.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null) end.cleanly ??= true;
    return push(chunk, encoding);
  };
  // Before TLS's own listener, and behind everything that was on the wire.
  wire.prependListener("end", () => {
    end.cleanly ??= false;
  });
  return end;
}
