/**
 * The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): a proxy in front says, before anything else,
 * whom it speaks for. Only ever read from peers we were told to trust: anybody can write such a header.
 */
import { LocalError, RemoteError, type Core, type Input } from "@socketscope/wire";
import type { Address } from "./flow.ts";
import { lengthV1, parseV1 } from "./proxy-header-v1.ts";
import { lengthV2, parseV2, signatureV2 } from "./proxy-header-v2.ts";

/** `"local"`: valid, but the connection's own ends stand (a health check, or a family that has no ports). */
export type ProxyEvent =
  | {
      readonly type: "proxied";
      readonly version: 1 | 2;
      readonly transport: "stream" | "datagram";
      /** The client. */
      readonly source: Address;
      /** Where the client meant to go: the proxy's front. */
      readonly destination: Address;
    }
  | {
      readonly type: "local";
      readonly version: 1 | 2;
      readonly why: "LOCAL" | "UNKNOWN" | "UNSPEC" | "UNIX";
    };

export interface ProxyHeaderOptions {
  /**
   * Octets of a version 2 header at most, its first 16 included. Default 4,096: addresses take 216 at most, the rest
   * are TLVs, of which a client certificate is the longest. (Version 1 has its own limit, 107.)
   */
  readonly maxBytes?: number;
}

const signatureV1 = Uint8Array.from("PROXY ", (character) => character.charCodeAt(0));
const nothing = new Uint8Array(0);

/** Whether `octets`, as far as they go, begin as `signature` does. */
function begins(octets: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((octet, index) => index >= octets.length || octets[index] === octet);
}

/**
 * Gives one event, then is closed; what came behind the header is `unread()`. Throws {@link RemoteError} as soon as
 * the octets cannot become a header: an untrue peer is not waited for.
 */
export class ProxyHeader implements Core<ProxyEvent, never, "header"> {
  readonly #maxBytes: number;
  #octets: Uint8Array = nothing;
  #state: "header" | "done" = "header";
  #stop: "end" | "timeout" | undefined;

  constructor(options: ProxyHeaderOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 4096;
  }

  get state(): "header" | "done" {
    return this.#state;
  }

  /** One clock from the start of the connection: a header that drips in is no header. */
  get waitingFor(): "header" | "us" {
    return this.#state === "header" ? "header" : "us";
  }

  receive(input: Input): void {
    // "drain" changes nothing: a header that has begun is waited for like any other
    if (input === "drain") return;
    if (typeof input === "string") {
      this.#stop = input;
      return;
    }
    if (this.#octets.length === 0) {
      this.#octets = input;
      return;
    }
    const joined = new Uint8Array(this.#octets.length + input.length);
    joined.set(this.#octets);
    joined.set(input, this.#octets.length);
    this.#octets = joined;
  }

  next(): ProxyEvent | "need-data" | "closed" {
    if (this.#state === "done") return "closed";
    const found = this.#find();
    if (found !== undefined) {
      const header = this.#octets.subarray(0, found.length);
      const event = found.version === 1 ? parseV1(header) : parseV2(header);
      this.#octets = this.#octets.subarray(found.length);
      this.#state = "done";
      return event;
    }
    if (this.#stop === "end") {
      throw new RemoteError("PROXY_ENDED", "the peer ended before its PROXY header was whole");
    }
    if (this.#stop === "timeout") {
      throw new RemoteError("PROXY_TIMEOUT", "the PROXY header did not come in time");
    }
    return "need-data";
  }

  /** A header is only ever read here; `formatV1` and `formatV2` write one. */
  send(): never {
    throw new LocalError("PROXY_NO_ANSWER", "the PROXY protocol has no answers");
  }

  unread(): Uint8Array {
    const octets = this.#octets;
    this.#octets = nothing;
    return octets;
  }

  #find(): { readonly version: 1 | 2; readonly length: number } | undefined {
    const octets = this.#octets;
    if (octets.length === 0) return undefined;
    if (begins(octets, signatureV1)) {
      const length = lengthV1(octets);
      return length === undefined ? undefined : { version: 1, length };
    }
    if (!begins(octets, signatureV2))
      throw new RemoteError("PROXY_NO_HEADER", "does not begin as a PROXY header");
    const length = lengthV2(octets, this.#maxBytes);
    return length === undefined ? undefined : { version: 2, length };
  }
}
