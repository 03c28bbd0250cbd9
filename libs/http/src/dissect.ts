/**
 * HTTP/1.x read from a recording of anybody's server: RFC 9110 and 9112, both directions, octets only. A head, a run of
 * content, a chunk, a trailer section: one message each, told as soon as it is whole. Nothing is refused.
 */
import { Pairing, type Direction, type Dissector, type Message } from "@socketscope/wire";
import { framingOf } from "./dissect/framing.ts";
import type { Head } from "./dissect/head.ts";
import { HttpLane } from "./dissect/lane.ts";
import { DISSECT_LIMITS, type DissectLimits } from "./dissect/limits.ts";
import type { Verdict } from "./dissect/place.ts";
import type { Fields } from "./fields.ts";
import { splitList } from "./list.ts";

export interface HttpDissectorOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  readonly limits?: Partial<DissectLimits>;
}

/** What the next dissector needs to go on. */
export interface Handover {
  /** The response's Upgrade in lower case ("websocket"), or "tunnel" after CONNECT. */
  readonly protocol: string;
  /** The fields of the response that switched. */
  readonly fields: Fields;
  /** Octets of each direction before the next protocol. */
  readonly offsets: Readonly<Record<Direction, number>>;
  /** Octets of the next protocol that were fed here. */
  readonly unread: Readonly<Record<Direction, Uint8Array>>;
  readonly nextId: number;
}

interface Outstanding {
  readonly id: number;
  readonly method: string;
  /** It asks to leave HTTP: Upgrade or CONNECT. */
  readonly leaves: boolean;
}

export class HttpDissector implements Dissector {
  readonly #client: Direction;
  readonly #lanes: Readonly<Record<Direction, HttpLane>>;
  readonly #pairing: Pairing<Outstanding>;
  #nextId = 0;
  #switchedBy: { readonly protocol: string; readonly fields: Fields } | undefined;
  /** What the asking side had to say once a response had decided how it goes on. */
  readonly #aside: Message[] = [];

  constructor(options: HttpDissectorOptions = {}) {
    const limits = { ...DISSECT_LIMITS, ...options.limits };
    this.#client = options.client ?? "in";
    this.#pairing = new Pairing(limits.maxOutstanding);
    const lane = (direction: Direction): HttpLane => {
      const asks = direction === this.#client;
      return new HttpLane(asks ? "request" : "response", direction, limits, {
        nextId: () => this.#nextId++,
        head: (head, id) => (asks ? this.#request(head, id) : this.#response(head)),
        lost: () => this.#pairing.lost(),
      });
    };
    this.#lanes = { in: lane("in"), out: lane("out") };
  }

  get switched(): boolean {
    return this.#switchedBy !== undefined;
  }

  /** Once {@link switched}: "websocket", "tunnel", … */
  get protocol(): string | undefined {
    return this.#switchedBy?.protocol;
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const messages = this.#lanes[direction].feed(bytes);
    if (this.#aside.length === 0) return messages;
    return [...messages, ...this.#aside.splice(0)].toSorted((a, b) => a.id - b.id);
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    return this.#lanes[direction].gap(octets);
  }

  secured(): void {
    // RFC 9110 §4.2.2: https is HTTP over TLS from the first octet; there is nothing to forget.
  }

  end(direction: Direction): readonly Message[] {
    return this.#lanes[direction].end();
  }

  /** Once {@link switched}: takes what is left; this dissector is done. */
  handover(): Handover | undefined {
    if (this.#switchedBy === undefined) return undefined;
    const { in: left, out: right } = this.#lanes;
    return {
      ...this.#switchedBy,
      offsets: { in: left.octets.offset, out: right.octets.offset },
      unread: { in: left.octets.take(Infinity), out: right.octets.take(Infinity) },
      nextId: this.#nextId,
    };
  }

  #request(head: Head, id: number): Verdict {
    const method = head.start.method ?? "";
    const leaves = method === "CONNECT" || asksUpgrade(head.fields);
    this.#pairing.asked({ id, method, leaves });
    return { framing: framingOf(head, undefined), hold: leaves };
  }

  #response(head: Head): Verdict {
    const request = this.#pairing.current();
    const framing = framingOf(head, request?.method);
    const status = head.start.status ?? 0;
    const answers = request === undefined ? {} : { answers: request.id };
    // RFC 9110 §15.2: an interim response is followed by another for the same request.
    if (status >= 200 || status === 101) {
      this.#pairing.answered();
      const asking = this.#lanes[this.#client];
      // At once: the next response, maybe in the same piece, answers a request that was held back until now.
      if (request?.leaves === true || framing === "switched")
        this.#aside.push(...asking.release(framing === "switched"));
      if (framing === "switched") this.#aside.push(...asking.leave());
    }
    if (framing === "switched") {
      const protocol = status === 101 ? (head.fields.get("upgrade") ?? "").toLowerCase() : "tunnel";
      this.#switchedBy = { protocol, fields: head.fields };
    }
    return { framing, hold: false, ...answers };
  }
}

/** RFC 9110 §7.8: Upgrade counts when Connection lists it. */
function asksUpgrade(fields: Fields): boolean {
  const connection = splitList(fields.get("connection") ?? "");
  return fields.has("upgrade") && connection.some((option) => option.toLowerCase() === "upgrade");
}
