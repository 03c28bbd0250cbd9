/**
 * RTMP 1.0, a server that is published to: the simple handshake, chunks, AMF 0, connect, createStream, publish and what
 * encoders say around it. Left out: playing, shared objects, AMF 3 values, RTMPE, aggregates.
 */
import { LocalError, RemoteError, type Core, type Input, type Rest } from "@socketscope/wire";
import { isAmf0Object, readAmf0, writeAmf0, type Amf0Object, type Amf0Value } from "./amf0.ts";
import { ChunkReader, FIRST_CHUNK_SIZE } from "./chunk-reader.ts";
import { writeChunks } from "./chunk-writer.ts";
import { isRtmpCommand, rtmpCommands, type RtmpCommand, type RtmpState } from "./commands.ts";
import { RtmpError } from "./errors.ts";
import type { RtmpServerAction, RtmpServerEvent, RtmpServerWait, StatusCode } from "./events.ts";
import { checkVersion, HANDSHAKE, writeServerHandshake } from "./handshake.ts";
import { RTMP_LIMITS, type RtmpLimits } from "./limits.ts";
import { CONTROL, TYPE, type RtmpMessage } from "./messages.ts";

export interface RtmpServerOptions {
  /** 1528 octets for the handshake. */
  readonly random: Uint8Array;
  readonly limits?: Partial<RtmpLimits>;
}

/** Octets that are acknowledged at a time, and that we ask the client to be acknowledged: what OBS's servers say. */
const WINDOW = 2_500_000;
/** Chunks of ours. Small: all that we say is short. */
const CHUNK_SIZE = 4096;
/** Chunk streams: §5.3.2 gives 2 to protocol control; 3 is what everybody takes for commands. */
const CONTROL_STREAM = 2;
const COMMAND_STREAM = 3;
/** The only message stream there is. */
const STREAM = 1;

export class RtmpServer implements Core<RtmpServerEvent, RtmpServerAction, RtmpServerWait> {
  readonly #limits: RtmpLimits;
  readonly #random: Uint8Array;
  readonly #chunks: ChunkReader;
  readonly #owed: RtmpServerEvent[] = [];
  #state: RtmpState = "handshake";
  /** C1 has come. */
  #greeted = false;
  #app = "";
  #commands = 0;
  /** §5.4.4: what the client wants to be acknowledged. */
  #window = WINDOW;
  /** Octets that have been read, not those that wait. */
  #received = 0;
  #acknowledged = 0;
  #chunkSize = FIRST_CHUNK_SIZE;
  #told: "end" | "timeout" | "drain" | undefined;

  constructor({ random, limits }: RtmpServerOptions) {
    this.#random = random;
    this.#limits = { ...RTMP_LIMITS, ...limits };
    this.#chunks = new ChunkReader(this.#limits);
  }

  get state(): RtmpState {
    return this.#state;
  }

  get waitingFor(): RtmpServerWait | "us" {
    if (this.#state === "handshake") return "handshake";
    if (this.#state === "asked" || this.#state === "closed") return "us";
    return this.#state === "publishing" ? "media" : "command";
  }

  receive(input: Input): void {
    if (typeof input === "string") {
      this.#told = this.#told === undefined || input !== "drain" ? input : this.#told;
      return;
    }
    this.#chunks.buffer.push(input);
  }

  unread(): Uint8Array {
    return this.#chunks.buffer.take(this.#chunks.buffer.length);
  }

  next(): RtmpServerEvent | Rest {
    try {
      return this.#next();
    } catch (error) {
      if (!(error instanceof RtmpError)) throw error;
      this.#state = "closed";
      throw new RemoteError(error.code, error.message);
    }
  }

  send(action: RtmpServerAction): Uint8Array | readonly Uint8Array[] {
    switch (action.type) {
      case "handshake":
        return writeServerHandshake(this.#random, action.c1);
      case "acknowledgement":
        return this.#control(TYPE.acknowledgement, word(action.octets));
      case "pong":
        return this.#control(TYPE.userControl, Uint8Array.of(0, CONTROL.pingResponse, ...action.data));
      case "connected":
        return this.#connected(action.transaction);
      case "result":
        return this.#command("_result", action.transaction, [null, action.value]);
      case "error": {
        const info = { level: "error", code: "NetConnection.Call.Failed", description: action.why };
        return this.#command("_error", action.transaction, [null, info]);
      }
      case "publishing":
        this.#answerPublish("publishing");
        return [
          this.#control(TYPE.userControl, Uint8Array.of(0, CONTROL.streamBegin, ...word(STREAM))),
          this.#status("NetStream.Publish.Start", "It is on the air"),
        ];
      case "denied":
        this.#answerPublish("closed");
        return this.#status(action.code, action.why);
      case "stopped":
        this.#state = "closed";
        return this.#status(action.code, action.why);
      case "status":
        return this.#status(action.code, action.why);
    }
  }

  #next(): RtmpServerEvent | Rest {
    const owed = this.#owed.shift();
    if (owed !== undefined) return owed;
    if (this.#state === "closed") return "closed";
    if (this.#state === "asked") return this.#told === "end" ? this.#close() : "paused";
    const event = this.#state === "handshake" ? this.#handshake() : this.#read();
    if (event !== undefined) return event;
    // What has come is dealt with first: a publisher's last pictures count.
    return this.#told === undefined ? "need-data" : this.#close();
  }

  #close(): RtmpServerEvent | Rest {
    const publishing = this.#state === "publishing";
    this.#state = "closed";
    return publishing ? { type: "unpublish" } : "closed";
  }

  /** §5.2.1: S0 to S2 may be sent once C1 is there; C2 is read and not compared, since some sign it instead. */
  #handshake(): RtmpServerEvent | undefined {
    const { buffer } = this.#chunks;
    const first = buffer.octets[buffer.at];
    if (!this.#greeted) {
      if (buffer.length > 0 && first !== undefined) checkVersion(first);
      if (buffer.length < 1 + HANDSHAKE) return undefined;
      buffer.skip(1);
      this.#received = 1 + HANDSHAKE;
      this.#greeted = true;
      return { type: "owed", action: { type: "handshake", c1: buffer.take(HANDSHAKE).slice() } };
    }
    if (buffer.length < HANDSHAKE) return undefined;
    buffer.skip(HANDSHAKE);
    this.#received += HANDSHAKE;
    this.#state = "opened";
    return this.#read();
  }

  #read(): RtmpServerEvent | undefined {
    for (;;) {
      // §5.4.3: what was received is said each time a window of it is full.
      if (this.#received - this.#acknowledged >= this.#window) {
        this.#acknowledged = this.#received;
        return { type: "owed", action: { type: "acknowledgement", octets: this.#received % 2 ** 32 } };
      }
      const chunk = this.#chunks.next();
      if (chunk === undefined) return undefined;
      this.#received += chunk.head.size + chunk.length;
      const event = chunk.message && this.#message(chunk.message);
      if (event !== undefined) return event;
      const owed = this.#owed.shift();
      if (owed !== undefined) return owed;
    }
  }

  #message(message: RtmpMessage): RtmpServerEvent | undefined {
    const { type, octets, timestamp } = message;
    switch (type) {
      case TYPE.windowSize:
        // A window of nothing would be full for ever.
        this.#window = Math.max(1024, numberIn(octets));
        return undefined;
      case TYPE.userControl:
        if (octets.length >= 6 && octets[0] === 0 && octets[1] === CONTROL.pingRequest)
          return { type: "owed", action: { type: "pong", data: octets.slice(2, 6) } };
        return undefined;
      case TYPE.audio:
      case TYPE.video:
        if (this.#state !== "publishing")
          throw new RtmpError("RTMP_ORDER", "sound or pictures before anything is published");
        return { type: "media", kind: type === TYPE.audio ? "audio" : "video", timestamp, octets };
      case TYPE.data:
      case TYPE.dataAmf3:
        return this.#state === "publishing" ? this.#data(type, octets) : undefined;
      case TYPE.command:
      case TYPE.commandAmf3:
        return this.#heard(withoutAmf3(type, octets));
      default:
        // §5.4, §7.1: settings have been obeyed where they are read; what is not known is passed over.
        return undefined;
    }
  }

  #data(type: number, octets: Uint8Array): RtmpServerEvent | undefined {
    const values = readAmf0(withoutAmf3(type, octets), this.#limits).map(({ value }) => value);
    const [first, second, ...rest] = values;
    // What encoders send is meant to be kept by the server: "@setDataFrame", "onMetaData", values.
    if (first === "@setDataFrame") return { type: "metadata", values: rest };
    return first === "onMetaData" ? { type: "metadata", values: [second, ...rest] } : undefined;
  }

  #heard(octets: Uint8Array): RtmpServerEvent | undefined {
    const [name, transaction, ...values] = readAmf0(octets, this.#limits).map(({ value }) => value);
    if (typeof name !== "string" || typeof transaction !== "number")
      throw new RtmpError("RTMP_MESSAGE", "a command without name or number");
    if (this.#state !== "publishing" && ++this.#commands > this.#limits.commands)
      throw new RtmpError(
        "RTMP_LIMIT",
        `more than ${this.#limits.commands} commands, and nothing is published`,
      );
    if (!isRtmpCommand(name)) {
      // §7.2.1.2: who expects an answer is told that there is none.
      if (transaction !== 0) this.#owe({ type: "error", transaction, why: `${name} is not known here` });
      return undefined;
    }
    const legal: readonly RtmpState[] = rtmpCommands[name].legalIn;
    if (!legal.includes(this.#state))
      throw new RtmpError("RTMP_ORDER", `${name} has no place here (${this.#state})`);
    return this.#carryOut(name, transaction, values);
  }

  #carryOut(
    name: RtmpCommand,
    transaction: number,
    values: readonly Amf0Value[],
  ): RtmpServerEvent | undefined {
    switch (name) {
      case "connect": {
        const settings = objectIn(values[0]);
        const { app } = settings;
        this.#app = typeof app === "string" ? app : "";
        this.#state = "connected";
        this.#owe({ type: "connected", transaction });
        return { type: "connect", app: this.#app, settings };
      }
      case "createStream":
        this.#owe({ type: "result", transaction, value: STREAM });
        return undefined;
      case "releaseStream":
      case "FCPublish":
      case "getStreamLength":
      case "_checkbw":
        if (transaction !== 0) this.#owe({ type: "result", transaction, value: null });
        return undefined;
      case "publish": {
        const published = values[1];
        if (typeof published !== "string" || published === "")
          throw new RtmpError("RTMP_MESSAGE", "publish without the name of a stream");
        this.#state = "asked";
        return { type: "publish", app: this.#app, name: published };
      }
      case "play":
        this.#owe({
          type: "status",
          code: "NetStream.Play.Failed",
          why: "Watch it by HTTP: /live/NAME/master.m3u8",
        });
        return undefined;
      case "FCUnpublish":
      case "closeStream":
      case "deleteStream":
        if (this.#state !== "publishing") return undefined;
        this.#state = "connected";
        this.#owe({ type: "status", code: "NetStream.Unpublish.Success", why: "It is off the air" });
        return { type: "unpublish" };
      case "_result":
      case "_error":
      case "onStatus":
        // Nothing was asked of the client.
        return undefined;
    }
  }

  #owe(action: RtmpServerAction): void {
    this.#owed.push({ type: "owed", action });
  }

  #answerPublish(state: RtmpState): void {
    if (this.#state !== "asked")
      throw new LocalError("RTMP_NOT_ASKED", `nobody has asked to publish (${this.#state})`);
    this.#state = state;
  }

  /** §7.2.1.1, with the settings that come with it. */
  #connected(transaction: number): Uint8Array[] {
    const settings = [
      this.#control(TYPE.windowSize, word(WINDOW)),
      // §5.4.5: 2 is "dynamic".
      this.#control(TYPE.peerBandwidth, Uint8Array.of(...word(WINDOW), 2)),
      this.#control(TYPE.setChunkSize, word(CHUNK_SIZE)),
    ];
    this.#chunkSize = CHUNK_SIZE;
    const info = {
      level: "status",
      code: "NetConnection.Connect.Success",
      description: "Connected",
      objectEncoding: 0,
    };
    const properties = { fmsVer: "FMS/3,5,7,7009", capabilities: 31 };
    return [...settings, this.#command("_result", transaction, [properties, info])];
  }

  #status(code: StatusCode, description: string): Uint8Array {
    const level = /\.(?:Start|Success)$/.test(code) ? "status" : "error";
    return this.#command("onStatus", 0, [null, { level, code, description }], STREAM);
  }

  #command(name: RtmpCommand, transaction: number, values: readonly Amf0Value[], stream = 0): Uint8Array {
    const octets = writeAmf0([name, transaction, ...values]);
    return writeChunks(COMMAND_STREAM, { type: TYPE.command, stream, timestamp: 0, octets }, this.#chunkSize);
  }

  #control(type: number, octets: Uint8Array): Uint8Array {
    return writeChunks(CONTROL_STREAM, { type, stream: 0, timestamp: 0, octets }, this.#chunkSize);
  }
}

/** §7.1.1: a command of AMF 3 begins with a zero, and is one of AMF 0 behind it as long as nothing in it needs more. */
function withoutAmf3(type: number, octets: Uint8Array): Uint8Array {
  return (type === TYPE.commandAmf3 || type === TYPE.dataAmf3) && octets[0] === 0
    ? octets.subarray(1)
    : octets;
}

function objectIn(value: Amf0Value): Amf0Object {
  return isAmf0Object(value) ? value : {};
}

function numberIn(octets: Uint8Array): number {
  if (octets.length < 4) throw new RtmpError("RTMP_MESSAGE", "a setting without its number");
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0);
}

function word(value: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, value);
  return octets;
}
