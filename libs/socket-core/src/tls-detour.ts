/**
 * What stands between the system's socket and a TLS that the connection may outlive, as FTP's control connection does
 * behind CCC (RFC 2228 §3). TLS gets its records one by one: what the peer said in clear behind its close_notify, in the
 * same segment even, stays here, and is nobody's ciphertext.
 */
import type { TLSSocket } from "node:tls";
import { TappedWire } from "./tap-wire.ts";
import { watchEnd, type TlsEnd } from "./tls-end.ts";

/** RFC 8446 §5.1: change_cipher_spec, alert, handshake, application_data; RFC 6520: heartbeat. */
const FIRST_TYPE = 20;
const LAST_TYPE = 24;
const HEADER = 5;
/** RFC 5246 §6.2.3: no record is longer. */
const LONGEST = 2 ** 14 + 2048;
/** Octets that wait for TLS, above which the socket does. */
const ENOUGH = 2 * LONGEST;

export class TlsDetour extends TappedWire {
  #end: TlsEnd | undefined;
  /** Came, and TLS has not had it. */
  #waiting: Uint8Array = new Uint8Array(0);
  #tcpEnded = false;
  /** TLS gets nothing more. */
  #over = false;
  #giving = false;
  #full = false;
  /** TLS ends and the connection goes on. */
  #leaving = false;
  #onward: ((octets: Uint8Array) => void) | undefined;

  /** Before its first octet. */
  carries(secured: TLSSocket): void {
    this.#end = watchEnd(this, secured);
    // Whoever spoke in clear until now may have paused it.
    this.socket.resume();
  }

  /** From now on the end of TLS is not the end of the connection. */
  leave(): void {
    this.#leaving = true;
  }

  /** TLS is over: what stands behind it, and all that comes, is for `reader`. */
  passTo(reader: (octets: Uint8Array) => void): void {
    this.#onward = reader;
    this.socket.resume();
    const rest = this.#waiting;
    this.#waiting = new Uint8Array(0);
    if (rest.length > 0) reader(rest);
  }

  override came(octets: Uint8Array): void {
    if (this.#onward !== undefined) return this.#onward(octets);
    this.#waiting = this.#waiting.length === 0 ? octets : Buffer.concat([this.#waiting, octets]);
    this.#give();
    if (this.#waiting.length > (this.#over ? 0 : ENOUGH)) {
      this.#full = true;
      this.socket.pause();
    }
  }

  protected override cameToItsEnd(): void {
    this.#tcpEnded = true;
    this.#give();
  }

  /** One record at a time, and the next when TLS has taken it: only then it is known whether that was the last. */
  #give(): void {
    if (this.#giving || this.#onward !== undefined) return;
    this.#giving = true;
    while (!this.#over && this.readableLength === 0) {
      const octets = this.#next();
      if (octets === undefined) break;
      this.#waiting = this.#waiting.subarray(octets.length);
      this.see("in", octets);
      this.push(octets);
      this.#over ||= this.#end?.cleanly === true;
    }
    if (!this.#over && this.readableLength === 0 && this.#tcpEnded) this.#endTls();
    this.#giving = false;
    if (this.#full && !this.#over && this.#waiting.length <= ENOUGH) {
      this.#full = false;
      this.socket.resume();
    }
  }

  #next(): Uint8Array | undefined {
    const [type, , , high = 0, low = 0] = this.#waiting;
    if (type === undefined) return undefined;
    const length = high * 256 + low;
    if (type < FIRST_TYPE || type > LAST_TYPE || length > LONGEST) {
      // No record: who goes on in clear without a close_notify of its own, as curl does (--ftp-ssl-ccc-mode passive),
      // says so by this octet. Before we asked for the end of TLS it is an error that TLS finds by itself.
      if (!this.#leaving) return this.#waiting;
      this.#endTls();
      return undefined;
    }
    return this.#waiting.length < HEADER + length || this.#waiting.length < HEADER
      ? undefined
      : this.#waiting.subarray(0, HEADER + length);
  }

  #endTls(): void {
    this.#over = true;
    this.push(null);
  }

  override _read(): void {
    // What comes is given to TLS as it takes it, see resume().
  }

  /** TLS takes octets again. */
  override resume(): this {
    super.resume();
    process.nextTick(giveOn, this);
    return this;
  }

  giveOn(): void {
    this.#give();
  }

  override _final(done: () => void): void {
    if (this.#leaving) done();
    else super._final(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#leaving) done(error);
    else super._destroy(error, done);
  }
}

// Behind the tick in which a paused stream lets go of what it holds.
function giveOn(detour: TlsDetour): void {
  detour.giveOn();
}
