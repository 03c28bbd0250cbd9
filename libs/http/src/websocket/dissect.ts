/**
 * RFC 6455 read from a recording: one message for each frame, both directions, on the core's own grammar. Nothing is
 * refused; what a core would refuse is a `problem`. A lane that lost octets between frames stays silent: frames have no
 * mark by which one could find the next.
 */
import {
  OctetLane,
  UNREAD,
  type Direction,
  type Dissector,
  type Message,
  type Range,
} from "@socketscope/wire";
import { FRAME_FAULTS, faultInFirstTwo, faultInLength } from "./faults.ts";
import { applyMask, MAX_CONTROL_PAYLOAD, opcodeName, scanFrameHead, type FrameHead } from "./grammar.ts";
import { beginsMessage, FrameStory } from "./story.ts";

export interface WebSocketDissectorOptions {
  /** The direction in which the client speaks: "in" at a server's tap, "out" at a client's. Default "in". */
  readonly client?: Direction;
  /** Octets of each direction before the first frame (the handshake's). Default 0. */
  readonly offsets?: Readonly<Record<Direction, number>>;
  /** The id of the first message. Default 0. */
  readonly firstId?: number;
  /** permessage-deflate was agreed on: RSV1 marks compressed messages (RFC 7692 §6). Default false. */
  readonly deflate?: boolean;
}

/** Unanswered pings remembered in each direction; older ones get no link. */
const MAX_PINGS = 16;

interface Frame {
  readonly head: FrameHead;
  readonly from: number;
  readonly headLength: number;
  readonly key: Uint8Array | undefined;
  /** The beginning of the unmasked payload: all of a control frame's, 125 octets of others. */
  readonly begun: Uint8Array;
  seen: number;
  missing: number;
}

class Lane {
  readonly octets: OctetLane;
  readonly story: FrameStory;
  frame: Frame | undefined;
  /** Since this offset nothing can be read. */
  lostFrom: number | undefined;
  readonly pings: { readonly id: number; readonly payload: string }[] = [];
  close: number | undefined;

  constructor(offset: number, deflate: boolean) {
    this.octets = new OctetLane(offset);
    this.story = new FrameStory(deflate);
  }
}

export class WebSocketDissector implements Dissector {
  readonly switched = false;
  readonly #client: Direction;
  readonly #deflate: boolean;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  #nextId: number;

  constructor(options: WebSocketDissectorOptions = {}) {
    this.#client = options.client ?? "in";
    this.#deflate = options.deflate ?? false;
    this.#nextId = options.firstId ?? 0;
    this.#lanes = {
      in: new Lane(options.offsets?.in ?? 0, this.#deflate),
      out: new Lane(options.offsets?.out ?? 0, this.#deflate),
    };
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    const lane = this.#lanes[direction];
    lane.octets.push(bytes);
    const messages: Message[] = [];
    for (
      let message = this.#next(direction, lane);
      message !== undefined;
      message = this.#next(direction, lane)
    ) {
      messages.push(message);
    }
    lane.octets.settle();
    return messages;
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    const lane = this.#lanes[direction];
    const { frame } = lane;
    const left = frame === undefined ? 0 : frame.head.length - frame.seen;
    const inPayload = Math.min(left, octets);
    if (frame !== undefined) {
      // The frame's length says where the next one begins, recorded or not.
      frame.seen += inPayload;
      frame.missing += inPayload;
      lane.story.blind();
    }
    const messages: Message[] = [];
    if (inPayload === octets) {
      lane.octets.skip(octets);
      if (left === octets && frame !== undefined) messages.push(this.#tell(direction, lane, frame));
      return messages;
    }
    lane.octets.skip(inPayload);
    if (frame !== undefined) messages.push(this.#tell(direction, lane, frame));
    lane.lostFrom ??= lane.octets.offset;
    lane.octets.take(lane.octets.octets.length);
    lane.octets.skip(octets - inPayload);
    return messages;
  }

  secured(): void {
    // A WebSocket never turns to TLS by itself; wss is HTTPS from its first octet.
  }

  end(direction: Direction): readonly Message[] {
    const lane = this.#lanes[direction];
    const { frame } = lane;
    if (frame !== undefined) return [this.#tell(direction, lane, frame)];
    const from = lane.lostFrom ?? lane.octets.offset;
    lane.octets.take(lane.octets.octets.length);
    const to = lane.octets.offset;
    if (from === to) return [];
    const problem =
      lane.lostFrom === undefined ? "the stream ends in the head of a frame" : `${UNREAD.missing} before`;
    lane.lostFrom = undefined;
    const parts = [{ name: "unparsed", from, to }];
    return [
      {
        id: this.#nextId++,
        direction,
        from,
        to,
        kind: "unparsed",
        summary: `${to - from} octets`,
        parts,
        problem,
      },
    ];
  }

  #next(direction: Direction, lane: Lane): Message | undefined {
    if (lane.lostFrom !== undefined) {
      lane.octets.take(lane.octets.octets.length);
      return undefined;
    }
    lane.frame ??= this.#open(lane);
    const { frame } = lane;
    if (frame === undefined) return undefined;
    const raw = lane.octets.take(frame.head.length - frame.seen);
    const plain = frame.key === undefined ? raw : applyMask(raw, frame.key, frame.seen);
    if (frame.seen < frame.begun.length)
      frame.begun.set(plain.subarray(0, frame.begun.length - frame.seen), frame.seen);
    frame.seen += raw.length;
    lane.story.payload(plain);
    return frame.seen === frame.head.length ? this.#tell(direction, lane, frame) : undefined;
  }

  #open(lane: Lane): Frame | undefined {
    const head = scanFrameHead(lane.octets.octets, 0);
    if (head === undefined) return undefined;
    const from = lane.octets.offset;
    const headOctets = lane.octets.take(head.payloadAt);
    lane.story.head(head);
    return {
      head,
      from,
      headLength: head.payloadAt,
      key: head.masked ? headOctets.slice(head.keyAt, head.payloadAt) : undefined,
      begun: new Uint8Array(Math.min(head.length, MAX_CONTROL_PAYLOAD)),
      seen: 0,
      missing: 0,
    };
  }

  #tell(direction: Direction, lane: Lane, frame: Frame): Message {
    lane.frame = undefined;
    const id = this.#nextId++;
    const kind = opcodeName(frame.head.opcode) ?? "reserved";
    const payload = frame.begun.subarray(0, frame.seen);
    const answers = this.#link(direction, kind, id, payload, frame.missing > 0);
    const summary = lane.story.summary(frame.head, payload, frame.missing > 0);
    const inContext = lane.story.finish();
    const problem = this.#problemOf(direction, frame) ?? inContext;
    return {
      id,
      direction,
      from: frame.from,
      to: frame.from + frame.headLength + frame.seen,
      kind,
      summary,
      parts: partsOf(frame),
      ...(answers === undefined ? {} : { answers }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /** RFC 6455 §5.5.3: a Pong answers the ping with the same payload; §5.5.1: a Close answers a Close. */
  #link(
    direction: Direction,
    kind: string,
    id: number,
    payload: Uint8Array,
    blind: boolean,
  ): number | undefined {
    const lane = this.#lanes[direction];
    const other = this.#lanes[direction === "in" ? "out" : "in"];
    if (kind === "close") {
      lane.close ??= id;
      return other.close;
    }
    if (blind || (kind !== "ping" && kind !== "pong")) return undefined;
    const text = payload.join();
    if (kind === "ping") {
      lane.pings.push({ id, payload: text });
      if (lane.pings.length > MAX_PINGS) lane.pings.shift();
      return undefined;
    }
    const at = other.pings.findIndex((ping) => ping.payload === text);
    // RFC 6455 §5.5.3: who got several Pings may answer only the last of them.
    return at < 0 ? undefined : other.pings.splice(0, at + 1).at(-1)?.id;
  }

  #problemOf(direction: Direction, frame: Frame): string | undefined {
    const { head } = frame;
    if (frame.missing > 0) return `${frame.missing} ${UNREAD.missing}`;
    if (frame.seen < head.length) return `the stream ends ${head.length - frame.seen} octets early`;
    // RFC 7692 §6: with the extension RSV1 has a meaning on the first frame of a message.
    const rsv = this.#deflate && beginsMessage(head) ? head.rsv & 0x3 : head.rsv;
    const first = (head.fin ? 0x80 : 0) | (rsv << 4) | head.opcode;
    const second = (head.masked ? 0x80 : 0) | Math.min(head.length, 126);
    const sender = direction === this.#client ? "client" : "server";
    const fault = faultInFirstTwo(first, second, sender) ?? faultInLength(head);
    return fault === undefined ? undefined : FRAME_FAULTS[fault];
  }
}

function partsOf(frame: Frame): readonly Range[] {
  const { head, from } = frame;
  const payloadFrom = from + frame.headLength;
  const to = payloadFrom + frame.seen;
  const parts: Range[] = [
    { name: "FIN, RSV, opcode", from, to: from + 1 },
    { name: "mask bit, length", from: from + 1, to: from + head.keyAt },
  ];
  if (head.masked) parts.push({ name: "masking key", from: from + head.keyAt, to: payloadFrom });
  const close = opcodeName(head.opcode) === "close" && frame.seen >= 2;
  const dataFrom = close ? payloadFrom + 2 : payloadFrom;
  if (close) parts.push({ name: "close code", from: payloadFrom, to: dataFrom });
  if (dataFrom < to) parts.push({ name: close ? "close reason" : "payload", from: dataFrom, to });
  return parts;
}
