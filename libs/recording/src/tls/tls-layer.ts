/**
 * What TCP carried, with TLS taken off where the keys are there. A ClientHello may come in the midst of a talk (STARTTLS).
 * Until something was opened all is held, so that what no key opens is told as it came.
 */
import type { Direction } from "@socketscope/wire";
import type { TlsCrypto } from "./crypto.ts";
import type { KeyLog } from "./key-log.ts";
import { CONTENT } from "./record-reader.ts";
import { type TlsEvent, TlsOpener } from "./tls-opener.ts";

interface Carried {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly direction: Direction;
  readonly octets: Uint8Array;
}

interface Hole {
  readonly at: number;
  readonly direction: Direction;
  /** How many are missing. */
  readonly gap: number;
}

export type TlsSaid =
  | Carried
  | Hole
  | { readonly at: number; readonly secured: Extract<TlsEvent, { type: "secured" }> }
  /** TLS has ended, the connection goes on. */
  | { readonly at: number; readonly cleared: true }
  /** What follows are TLS's records as they are. */
  | { readonly at: number; readonly sealed: true }
  /** What is under TLS is not known, and why. */
  | { readonly at: number; readonly unopened: string };

export interface TlsLayerLimits {
  /** Octets that are held until something is opened. Default 256 KiB: the longest handshakes carry chains of certificates. */
  readonly maxHeld: number;
}

export const defaultTlsLayerLimits: TlsLayerLimits = { maxHeld: 256 * 1024 };

export class TlsLayer {
  readonly #crypto: TlsCrypto;
  readonly #keys: KeyLog;
  readonly #limits: TlsLayerLimits;
  #state: "clear" | "held" | "opened" | "passed" = "clear";
  #opener: TlsOpener | undefined;
  #held: (Carried | Hole)[] = [];
  #heldOctets = 0;
  #cleared = false;

  constructor(crypto: TlsCrypto, keys: KeyLog, limits: Partial<TlsLayerLimits> = {}) {
    this.#crypto = crypto;
    this.#keys = keys;
    this.#limits = { ...defaultTlsLayerLimits, ...limits };
  }

  feed(carried: Carried): readonly TlsSaid[] {
    const { at, direction, octets } = carried;
    if (this.#state === "clear" && mayBeginTls(octets)) {
      this.#state = "held";
      this.#opener = new TlsOpener(this.#crypto, this.#keys, direction);
    }
    const opener = this.#opener;
    if (opener === undefined) return [carried];
    if (this.#state === "held") this.#hold(carried, octets.length);
    const said = this.#told(opener.feed(direction, octets), at);
    return this.#heldOctets > this.#limits.maxHeld
      ? [...said, ...this.#release(at, `its handshake is longer than ${this.#limits.maxHeld} octets`)]
      : said;
  }

  gap(hole: Hole): readonly TlsSaid[] {
    const opener = this.#opener;
    if (opener === undefined) return [hole];
    if (this.#state === "held") this.#hold(hole, 0);
    return this.#told(opener.gap(hole.direction), hole.at);
  }

  /** The connection, or the capture, has ended. */
  end(at: number): readonly TlsSaid[] {
    return this.#opener === undefined ? [] : this.#told(this.#opener.end(), at);
  }

  #hold(one: Carried | Hole, octets: number): void {
    this.#held.push(one);
    this.#heldOctets += octets;
  }

  #told(events: readonly TlsEvent[], at: number): readonly TlsSaid[] {
    if (this.#state === "held" && this.#opener?.opened === true) {
      this.#state = "opened";
      this.#held = [];
      this.#heldOctets = 0;
    }
    return events.flatMap((event) => this.#one(event, at));
  }

  #one(event: TlsEvent, at: number): readonly TlsSaid[] {
    switch (event.type) {
      case "data":
        return [{ at, direction: event.direction, octets: event.octets }];
      case "secured":
        return [{ at, secured: event }];
      case "clear": {
        const said = { at, direction: event.direction, octets: event.octets };
        if (this.#cleared) return [said];
        this.#cleared = true;
        return [{ at, cleared: true }, said];
      }
      case "lost":
        // How many octets it would have been nobody knows; that there are some is told to whoever reads on.
        return [
          { at, unopened: event.why },
          { at, direction: event.direction, gap: 0 },
        ];
      case "passed-over":
        return [{ at, unopened: event.why }];
      case "failed":
        return this.#release(at, event.why);
    }
  }

  /** All as it came. `why`: undefined where it is no TLS. */
  #release(at: number, why: string | undefined): readonly TlsSaid[] {
    const held = this.#held;
    this.#held = [];
    this.#heldOctets = 0;
    this.#opener = undefined;
    this.#state = why === undefined ? "clear" : "passed";
    if (why === undefined) return held;
    const since = held[0]?.at ?? at;
    // A capture without any keys asked for nothing to be opened.
    const unopened = this.#keys.empty ? [] : [{ at: since, unopened: why }];
    return [{ at: since, sealed: true }, ...unopened, ...held];
  }
}

/** Whether a ClientHello may begin so: a record of a handshake, of version 3.x, with that message. */
function mayBeginTls([type, major, , , , message]: Uint8Array): boolean {
  return type === CONTENT.handshake && (major ?? 3) === 3 && (message ?? 1) === 1;
}
