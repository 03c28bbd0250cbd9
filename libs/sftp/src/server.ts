/**
 * draft-ietf-secsh-filexfer-02 (SFTP version 3), a server: requests come out, answers go in by their id, in whatever
 * order they are ready. What a file is, who may have it and what its handle means the session knows.
 */
import {
  encodeName,
  LimitError,
  LocalError,
  ReceiveBuffer,
  RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { ANSWER_TO, writeAnswer, type SftpAnswer } from "./answers.ts";
import type { SftpServerAction, SftpServerEvent, SftpServerWait } from "./events.ts";
import { FieldReader, FieldWriter, type FieldFault } from "./fields.ts";
import { nextPacket, numberAt } from "./framing.ts";
import { defaultSftpLimits, type SftpLimits } from "./limits.ts";
import { PACKETS, STATUS } from "./numbers.ts";
import { readOpening, writeOpening } from "./opening.ts";
import { handlesOf, pathsOf, readRequest, type RequestType, type SftpRequest } from "./requests.ts";

export interface SftpServerOptions {
  readonly limits?: Partial<SftpLimits>;
}

/** "version": INIT was said, our answer is due. "failing": the last words are due. */
export type SftpServerState = "init" | "version" | "open" | "failing" | "closed";

/** A request without an answer. */
interface Outstanding {
  /** "refused": it was none of ours. */
  readonly type: RequestType | "refused";
  /** Octets of content that it brought or asks for. */
  readonly octets: number;
}

const FAULTS: Readonly<Record<FieldFault, readonly [code: number, text: string]>> = {
  short: [STATUS.BAD_MESSAGE, "The packet ends before its last field does"],
  attributes: [STATUS.BAD_MESSAGE, "These attributes are not those of version 3"],
  number: [STATUS.FAILURE, "No file has octets beyond 2^53"],
};

export class SftpServer implements Core<SftpServerEvent, SftpServerAction, SftpServerWait> {
  readonly #limits: SftpLimits;
  readonly #buffer = new ReceiveBuffer();
  readonly #out = new FieldWriter();
  readonly #outstanding = new Map<number, Outstanding>();
  #octets = 0;
  #state: SftpServerState = "init";
  #told: "end" | "timeout" | undefined;
  #drain: "due" | "told" | undefined;

  constructor(options: SftpServerOptions = {}) {
    this.#limits = { ...defaultSftpLimits, ...options.limits };
  }

  get state(): SftpServerState {
    return this.#state;
  }

  get waitingFor(): SftpServerWait | "us" {
    if (this.#state === "init") return "init";
    if (this.#outstanding.size > 0 || this.#state !== "open") return "us";
    return this.#buffer.length > 0 ? "packet" : "idle";
  }

  receive(input: Input): void {
    if (input === "drain") this.#drain ??= "due";
    else if (typeof input === "string") this.#told = input;
    else this.#buffer.push(input);
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): SftpServerEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "version" || this.#state === "failing") return "paused";
    if (this.#drain === "due") {
      this.#drain = "told";
      return { type: "drain" };
    }
    if (this.#isFull()) return "paused";
    const found = nextPacket(this.#buffer, this.#limits.packet);
    if (found === undefined) return this.#rest();
    if ("packet" in found)
      return this.#state === "init" ? this.#opening(found.packet) : this.#request(found.packet);
    if (this.#state === "init") throw this.#strange();
    const { length, id } = found;
    this.#state = "failing";
    const text =
      length < 5
        ? `A packet of ${length} octets has no id`
        : `A packet of ${length} octets: ${this.#limits.packet} are taken`;
    throw new LimitError("SFTP_PACKET", text, status(id, STATUS.BAD_MESSAGE, text));
  }

  #isFull(): boolean {
    return (
      this.#outstanding.size >= this.#limits.inFlight ||
      (this.#octets > 0 && this.#octets >= this.#limits.inFlightOctets)
    );
  }

  #rest(): Rest {
    if (this.#told === "end") {
      // What was asked before the end is still answered: the client has only said that it asks no more.
      if (this.#outstanding.size > 0) return "paused";
      this.#state = "closed";
      return "closed";
    }
    // draft §7 has no answer without a request.
    if (this.#told === "timeout") {
      this.#state = "closed";
      throw new RemoteError("SFTP_TIMEOUT", "the client was silent for too long");
    }
    return "need-data";
  }

  #opening(packet: Uint8Array): SftpServerEvent {
    const fields = new FieldReader(packet, 1);
    const opening = readOpening(fields);
    if (packet[0] !== PACKETS.INIT || fields.end() !== undefined) throw this.#strange();
    this.#state = "version";
    return { type: "init", ...opening };
  }

  /** Nothing was asked yet, so nothing can be answered. */
  #strange(): RemoteError {
    this.#state = "closed";
    return new RemoteError("SFTP_NO_INIT", "this is no SFTP: it begins with INIT");
  }

  #request(packet: Uint8Array): SftpServerEvent {
    const type = packet[0] ?? 0;
    const id = numberAt(packet, 1);
    if (this.#outstanding.has(id)) {
      this.#state = "failing";
      const text = `Two requests have the id ${id}`;
      throw new RemoteError("SFTP_ID", text, status(id, STATUS.BAD_MESSAGE, text));
    }
    const fields = new FieldReader(packet, 5);
    const request = readRequest(type, fields, id);
    if (request === undefined) return this.#refuse(id, STATUS.OP_UNSUPPORTED, "No such request");
    // What stands behind the last field is passed over, as OpenSSH does: Go's client (rclone) leaves some there.
    const { fault } = fields;
    if (fault !== undefined) return this.#refuse(id, ...FAULTS[fault]);
    return this.#judge(request) ?? this.#take(request);
  }

  #judge(request: SftpRequest): SftpServerEvent | undefined {
    for (const path of pathsOf(request)) {
      if (path.includes("\0")) return this.#refuse(request.id, STATUS.FAILURE, "A name holds no NUL");
      if (this.#isTooLong(path))
        return this.#refuse(request.id, STATUS.FAILURE, `A path has at most ${this.#limits.path} octets`);
    }
    if (handlesOf(request).some((handle) => handle.length > this.#limits.handle))
      return this.#refuse(request.id, STATUS.FAILURE, `A handle has at most ${this.#limits.handle} octets`);
    if (request.type === "write" && request.data.length > this.#limits.content)
      return this.#refuse(
        request.id,
        STATUS.FAILURE,
        `At most ${this.#limits.content} octets are written at a time`,
      );
    return undefined;
  }

  #isTooLong(path: string): boolean {
    const most = this.#limits.path;
    // A unit of text stands for three octets at most.
    return 3 * path.length > most && (encodeName(path)?.length ?? 0) > most;
  }

  #take(request: SftpRequest): SftpServerEvent {
    // draft §6.4: a server may give less than was asked for.
    const taken =
      request.type === "read" && request.length > this.#limits.content
        ? { ...request, length: this.#limits.content }
        : request;
    const octets = taken.type === "write" ? taken.data.length : taken.type === "read" ? taken.length : 0;
    this.#owe(taken.id, { type: taken.type, octets });
    return taken;
  }

  #refuse(id: number, code: number, text: string): SftpServerEvent {
    this.#owe(id, { type: "refused", octets: 0 });
    return { type: "refused", answer: status(id, code, text) };
  }

  #owe(id: number, owed: Outstanding): void {
    this.#outstanding.set(id, owed);
    this.#octets += owed.octets;
  }

  // ── the session's side
  send(action: SftpServerAction): Uint8Array | readonly Uint8Array[] {
    if (action.type === "version") {
      if (this.#state !== "version") throw unasked("VERSION answers INIT, once");
      this.#state = "open";
      return writeOpening(this.#out, PACKETS.VERSION, action);
    }
    if (this.#state === "failing") this.#state = "closed";
    else this.#settle(action);
    return writeAnswer(this.#out, action);
  }

  #settle({ id, type }: SftpAnswer): void {
    const owed = this.#outstanding.get(id);
    if (owed === undefined) throw unasked(`nothing waits for an answer with the id ${id}`);
    if (type !== "status" && (owed.type === "refused" || type !== ANSWER_TO[owed.type]))
      throw unasked(`"${type}" does not answer "${owed.type}"`);
    this.#outstanding.delete(id);
    this.#octets -= owed.octets;
  }
}

function status(id: number, code: number, text: string): SftpAnswer<"status"> {
  return { type: "status", id, code, text };
}

function unasked(text: string): LocalError {
  return new LocalError("SFTP_UNASKED", text);
}
