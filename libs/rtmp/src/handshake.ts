/** The simple handshake (RTMP 1.0 §5.2): a version, then 1536 octets each way, then the same back. */
import { RtmpError } from "./errors.ts";

export const RTMP_VERSION = 3;
/** Octets of C1, S1, C2 and S2. */
export const HANDSHAKE = 1536;
/** Of them, those behind the two times. */
export const HANDSHAKE_RANDOM = 1528;

/** §5.2.2: what begins with anything else is no RTMP, or one that is encrypted. Throws {@link RtmpError}. */
export function checkVersion(octet: number): void {
  if (octet !== RTMP_VERSION)
    throw new RtmpError("RTMP_VERSION", `version ${octet} of RTMP: ${RTMP_VERSION} is spoken here`);
}

/** S0, S1 and S2. `random`: 1528 octets. Two zeros behind the time say: the simple handshake, nothing is signed. */
export function writeServerHandshake(random: Uint8Array, c1: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + 2 * HANDSHAKE);
  out[0] = RTMP_VERSION;
  out.set(random.subarray(0, HANDSHAKE_RANDOM), 1 + 8);
  // §5.2.4: S2 is C1 again; its second time, when it was read, is not told.
  out.set(c1, 1 + HANDSHAKE);
  return out;
}
