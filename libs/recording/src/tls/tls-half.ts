/** One direction of a connection under TLS: its records, what protects them now, its handshake's messages. */
import type { Direction } from "@socketscope/wire";
import { HandshakeReader } from "./handshake.ts";
import type { Protection } from "./protection.ts";
import { RecordReader, type TlsRecord } from "./record-reader.ts";

export interface TlsHalf {
  readonly direction: Direction;
  readonly who: "client" | "server";
  readonly reader: RecordReader;
  /** Records that wait, for keys or for what the other side says. */
  readonly records: TlsRecord[];
  handshake: HandshakeReader;
  /** Undefined: its records are in clear. */
  protection: Protection | undefined;
  /** "ended": by an alert, what follows is no record; "lost": nothing of it can be opened any more. */
  state: "open" | "ended" | "lost";
  /** Its Finished was read. */
  finished: boolean;
  /** A record of it was opened. */
  opened: boolean;
}

export function tlsHalf(direction: Direction, who: TlsHalf["who"]): TlsHalf {
  return {
    direction,
    who,
    reader: new RecordReader(),
    records: [],
    handshake: new HandshakeReader(),
    protection: undefined,
    state: "open",
    finished: false,
    opened: false,
  };
}
