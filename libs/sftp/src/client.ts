/**
 * draft-ietf-secsh-filexfer-02 (SFTP version 3), a client: requests go in, as many at a time as the caller likes, and
 * their answers come out in the server's order.
 */
import {
  LimitError,
  LocalError,
  ReceiveBuffer,
  RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { ANSWER_TO, readAnswer } from "./answers.ts";
import type { SftpClientAction, SftpClientEvent, SftpClientWait } from "./events.ts";
import { FieldReader, FieldWriter } from "./fields.ts";
import { nextPacket, numberAt } from "./framing.ts";
import { defaultSftpLimits, type SftpLimits } from "./limits.ts";
import { PACKETS, packetName, SFTP_VERSION } from "./numbers.ts";
import { readOpening, writeOpening } from "./opening.ts";
import { writeRequest, type RequestType } from "./requests.ts";

export interface SftpClientOptions {
  readonly limits?: Partial<Pick<SftpLimits, "packet">>;
}

/** "version": INIT was said. */
export type SftpClientState = "start" | "version" | "open" | "closed";

export class SftpClient implements Core<SftpClientEvent, SftpClientAction, SftpClientWait> {
  readonly #maxPacket: number;
  readonly #buffer = new ReceiveBuffer();
  readonly #out = new FieldWriter();
  readonly #outstanding = new Map<number, RequestType>();
  #state: SftpClientState = "start";
  #told: "end" | "timeout" | undefined;

  constructor(options: SftpClientOptions = {}) {
    this.#maxPacket = options.limits?.packet ?? defaultSftpLimits.packet;
  }

  get state(): SftpClientState {
    return this.#state;
  }

  /** Requests without an answer. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  get waitingFor(): SftpClientWait | "us" {
    if (this.#state === "version") return "version";
    return this.#outstanding.size > 0 ? "answer" : "us";
  }

  receive(input: Input): void {
    if (input === "end" || input === "timeout") this.#told = input;
    else if (input !== "drain") this.#buffer.push(input);
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): SftpClientEvent | Rest {
    if (this.#state === "closed") return "closed";
    const found = this.#state === "start" ? undefined : nextPacket(this.#buffer, this.#maxPacket);
    if (found === undefined) return this.#rest();
    if (!("packet" in found)) {
      this.#state = "closed";
      // Something else than SFTP speaks (a login script that prints, above all): its first octets read as a length.
      throw new LimitError(
        "SFTP_PACKET",
        `the server announces a packet of ${found.length} octets; ${this.#maxPacket} are taken`,
      );
    }
    return this.#state === "version" ? this.#version(found.packet) : this.#answer(found.packet);
  }

  #rest(): Rest {
    if (this.#told === "end") {
      this.#state = "closed";
      return "closed";
    }
    if (this.#told === "timeout") throw this.#fatal("SFTP_TIMEOUT", "the server was silent for too long");
    return this.#state === "start" ? "paused" : "need-data";
  }

  #version(packet: Uint8Array): SftpClientEvent {
    const fields = new FieldReader(packet, 1);
    const opening = readOpening(fields);
    if (packet[0] !== PACKETS.VERSION || fields.end() !== undefined)
      throw this.#fatal("SFTP_NO_VERSION", "the server does not answer INIT with VERSION");
    // draft §4: the lower of both versions is spoken; below 3 the packets are others.
    if (opening.version !== SFTP_VERSION)
      throw this.#fatal("SFTP_VERSION", `the server speaks version ${opening.version} only`);
    this.#state = "open";
    return { type: "version", ...opening };
  }

  #answer(packet: Uint8Array): SftpClientEvent {
    const type = packet[0] ?? 0;
    const id = numberAt(packet, 1);
    const to = this.#outstanding.get(id);
    if (to === undefined) throw this.#fatal("SFTP_ID", `the server answers ${id}, which was not asked`);
    const fields = new FieldReader(packet, 5);
    const answer = readAnswer(type, fields, id, to);
    if (answer === undefined || (answer.type !== "status" && answer.type !== ANSWER_TO[to]))
      throw this.#fatal(
        "SFTP_ANSWER",
        `the server answers "${to}" with ${packetName(type) ?? `packet ${type}`}`,
      );
    const fault = fields.end();
    if (fault !== undefined) throw this.#fatal("SFTP_FIELDS", `the server's "${answer.type}" is ${fault}`);
    this.#outstanding.delete(id);
    return { type: "answer", to, answer };
  }

  #fatal(code: string, text: string): RemoteError {
    this.#state = "closed";
    return new RemoteError(code, text);
  }

  // ── the caller's side
  send(action: SftpClientAction): Uint8Array | readonly Uint8Array[] {
    if (action.type === "init") {
      if (this.#state !== "start") throw new LocalError("SFTP_INIT", "INIT is said once, first");
      this.#state = "version";
      return writeOpening(this.#out, PACKETS.INIT, { version: SFTP_VERSION, extensions: [] });
    }
    if (this.#state !== "open")
      throw new LocalError("SFTP_NOT_OPEN", `"${action.type}" is asked behind VERSION`);
    if (this.#outstanding.has(action.id))
      throw new LocalError("SFTP_ID", `the id ${action.id} waits for an answer still`);
    this.#outstanding.set(action.id, action.type);
    return writeRequest(this.#out, action);
  }
}
