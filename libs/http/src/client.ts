/**
 * RFC 9112, RFC 9110 §6–§10, §15: the client's side of one HTTP/1.x connection. Requests may be sent ahead; responses
 * are matched to them in order. It leaves out HTTP/2, transfer codings but chunked, and whom to ask again (§9.3.1).
 */
import {
  encodeUtf8,
  LimitError,
  LocalError,
  ReceiveBuffer,
  RemoteError,
  type Core,
  type Input,
  type Rest,
} from "@socketscope/wire";
import { clientLegality, type ClientState, type ClientWait } from "./client-legality.ts";
import { formatRequestHead, valuesOf } from "./client-request.ts";
import { persists } from "./connection.ts";
import { ContentReader, contentOfResponse } from "./content.ts";
import { ContentWriter } from "./content-writer.ts";
import type { ClientAction, ClientEvent, ResponseHead } from "./events.ts";
import { fault } from "./fault.ts";
import { Fields } from "./fields.ts";
import { joinMessage } from "./format.ts";
import { defaultHttpLimits, type HttpLimits } from "./limits.ts";
import { ResponseHeadReader } from "./response-head.ts";

export interface HttpClientOptions {
  /** `host[:port]` of the origin: what Host says when neither a request's fields nor its target do. */
  readonly host?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** A request that waits for its final response. */
interface Asked {
  readonly method: string;
  /** The protocols it offered (RFC 9110 §7.8), lower case. */
  readonly upgrade: readonly string[];
  /** It said "close": the answer is the connection's last. */
  readonly close: boolean;
}

export class HttpClient implements Core<ClientEvent, ClientAction, ClientWait> {
  readonly #host: string | undefined;
  readonly #limits: HttpLimits;
  readonly #buffer = new ReceiveBuffer();
  readonly #heads: ResponseHeadReader;
  /** RFC 9112 §9.2: the outstanding requests in the order sent; the first is the one that is answered next. */
  readonly #asked: Asked[] = [];
  #state: ClientState = "ready";
  #writer: ContentWriter | undefined;
  /** Content of the response that runs; its request is no longer in `#asked`. */
  #reader: ContentReader | undefined;
  /** The response that runs does not end the connection. */
  #persistent = true;
  /** Another request may be sent on this connection. */
  #more = true;
  #serverIs10 = false;
  #interim = 0;
  #peerEnded = false;
  #timedOut = false;

  constructor(options: HttpClientOptions = {}) {
    this.#host = options.host;
    this.#limits = { ...defaultHttpLimits, ...options.limits };
    this.#heads = new ResponseHeadReader(this.#limits);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Requests whose final response has not begun. Left over at the end, nobody knows whether they were carried out. */
  get outstanding(): number {
    return this.#asked.length;
  }

  /** False while streaming: the server has answered and wants no more, what is sent goes nowhere (RFC 9112 §9.5). */
  get contentWanted(): boolean {
    return this.#writer !== undefined && !this.#writer.stopped;
  }

  get waitingFor(): ClientWait | "us" {
    if (this.#reader !== undefined) return "content";
    // The server may wait for the rest of our content: as long as nothing of its answer is here, it is our turn.
    if (this.#asked.length === 1 && this.#state === "streaming" && this.#buffer.length === 0) return "us";
    if (this.#asked.length > 0) return "response";
    return this.#state === "streaming" ? "us" : "idle";
  }

  receive(input: Input): void {
    if (typeof input !== "string") this.#buffer.push(input);
    else if (input === "timeout") this.#timedOut = true;
    else {
      if (input === "end") this.#peerEnded = true;
      this.#askNoMore();
    }
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): ClientEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "switched") return "paused";
    try {
      return (
        (this.#reader === undefined ? this.#readHead() : this.#readContent(this.#reader)) ?? this.#rest()
      );
    } catch (error) {
      this.#state = "closed";
      throw withoutAnswer(error);
    }
  }

  /** More is needed: unless nothing more can come. */
  #rest(): Rest {
    const due = this.#reader !== undefined || this.#asked.length > 0;
    if (this.#timedOut) {
      this.#timedOut = false;
      if (due) fault("HTTP_TIMEOUT", 504, "the response did not come in time");
      return this.#close();
    }
    if (this.#peerEnded) {
      // RFC 9112 §8: what ends before its framing says so is incomplete.
      if (this.#reader !== undefined)
        fault("HTTP_INCOMPLETE", 502, "the connection ended before the content did");
      if (this.#buffer.length > 0 && due)
        fault("HTTP_INCOMPLETE", 502, "the connection ended within a response's head");
      if (due) fault("HTTP_NO_RESPONSE", 502, "the connection ended before a response began");
      return this.#close();
    }
    if (this.#state === "ending" && !due) return this.#close();
    return "need-data";
  }

  #close(): "closed" {
    this.#state = "closed";
    return "closed";
  }

  /** What runs is finished, nothing new begins. */
  #askNoMore(): void {
    this.#more = false;
    if (this.#state === "ready") this.#state = "ending";
  }

  // ── in
  #readHead(): ClientEvent | undefined {
    const head = this.#heads.next(this.#buffer, this.#asked.length > 0);
    return head && this.#begin(head);
  }

  #begin(head: ResponseHead): ClientEvent {
    this.#serverIs10 = head.version === "1.0";
    const asked = this.#asked[0];
    if (asked === undefined) fault("HTTP_UNASKED", 502, "a response came that nobody had asked for");
    if (head.status === 101) return this.#switch(head, asked.upgrade);
    if (head.status < 200) {
      // RFC 9110 §15.2: any number of them may come, expected or not; without bound they would hold us for ever.
      if (++this.#interim > this.#limits.interim)
        throw new LimitError("HTTP_INTERIM", `more than ${this.#limits.interim} interim responses came`);
      return { type: "informational", head };
    }
    this.#interim = 0;
    // RFC 9112 §6.3 (2): after CONNECT a 2xx ends with its head, whatever its fields say.
    if (asked.method === "CONNECT" && head.status < 300) return this.#handOver(head);
    const content = contentOfResponse(head, asked.method);
    this.#asked.shift();
    this.#reader = new ContentReader(content, this.#limits);
    // RFC 9112 §9.3, §9.6: "close" on either side ends it; so does content that only the end delimits.
    this.#persistent =
      !asked.close && content !== "close" && persists(head.version, head.fields.get("connection"));
    if (!this.#persistent) this.#askNoMore();
    // It was answered and nothing was switched.
    if (this.#state === "held" && this.#asked.length === 0) this.#state = this.#more ? "ready" : "ending";
    // RFC 9112 §9.5: the server answers, wants no more of our content and closes: the rest stays here. If it keeps the
    // connection, we go on, since the next request can only stand behind the end of this one.
    if (!this.#persistent) this.#writer?.stop();
    return { type: "response", head, content };
  }

  /** RFC 9110 §15.2.2, §7.8: only to a protocol we offered, and only once our request is whole. */
  #switch(head: ResponseHead, offered: readonly string[]): ClientEvent {
    const chosen = listed(head.fields.all("upgrade"));
    if (
      this.#state !== "held" ||
      chosen.length === 0 ||
      !chosen.every((protocol) => offered.includes(protocol))
    )
      fault("HTTP_SWITCH", 502, "the server switches to a protocol that was not offered");
    return this.#handOver(head);
  }

  #handOver(head: ResponseHead): ClientEvent {
    this.#asked.shift();
    this.#state = "switched";
    return { type: "switched", head };
  }

  #readContent(reader: ContentReader): ClientEvent | undefined {
    const piece = reader.next(this.#buffer);
    if (piece instanceof Fields) return this.#endContent(piece);
    if (piece !== undefined) return { type: "data", octets: piece };
    // RFC 9112 §6.3 (8), §8: delimited by the end, and this is it.
    return this.#peerEnded && reader.content === "close" ? this.#endContent(NO_FIELDS) : undefined;
  }

  #endContent(trailers: Fields): ClientEvent {
    this.#reader = undefined;
    // RFC 9112 §9.6: what else may come is no response to anything.
    if (!this.#persistent) this.#state = "closed";
    return { type: "end", trailers };
  }

  // ── out
  send(action: ClientAction): Uint8Array | readonly Uint8Array[] {
    if (this.#state !== clientLegality[action.type])
      throw new LocalError(
        "HTTP_ILLEGAL_SEND",
        `${action.type} is not legal while the client is ${this.#state}`,
      );
    switch (action.type) {
      case "request":
        return this.#request(action);
      case "begin":
        return this.#beginRequest(action);
      case "data":
        return this.#writer?.data(action.octets) ?? [];
      case "end": {
        const last = this.#writer?.end(action.trailers) ?? [];
        this.#writer = undefined;
        this.#sent();
        return last;
      }
    }
  }

  #request(action: ClientAction & { type: "request" }): Uint8Array | readonly Uint8Array[] {
    const content = typeof action.content === "string" ? encodeUtf8(action.content) : action.content;
    const head = this.#head(action, content?.length);
    this.#sent();
    return joinMessage(head, content);
  }

  #beginRequest(action: ClientAction & { type: "begin" }): Uint8Array | readonly Uint8Array[] {
    const content = action.length ?? "chunked";
    // RFC 9112 §6.1: chunked only to a server that understands HTTP/1.1.
    if (content === "chunked" && this.#serverIs10)
      throw new LocalError("HTTP_LENGTH", "this server speaks HTTP/1.0: content needs its length");
    const head = this.#head(action, content);
    this.#writer = new ContentWriter(content);
    this.#state = "streaming";
    return joinMessage(head, undefined);
  }

  #head(
    action: ClientAction & { type: "request" | "begin" },
    content: number | "chunked" | undefined,
  ): string {
    if (this.#asked.length >= this.#limits.outstanding) {
      throw new LocalError(
        "HTTP_OUTSTANDING",
        `${this.#asked.length} requests wait for their answer already`,
      );
    }
    const { method, target, fields = [], close = false } = action;
    const head = formatRequestHead({ method, target, fields, content, close, host: this.#host });
    this.#asked.push({ method, upgrade: listed(valuesOf(fields, "upgrade")), close });
    if (close) this.#more = false;
    return head;
  }

  /** Our request is whole: what may follow it? */
  #sent(): void {
    const last = this.#asked.at(-1);
    if (last !== undefined && (last.method === "CONNECT" || last.upgrade.length > 0)) this.#state = "held";
    else this.#state = this.#more ? "ready" : "ending";
  }
}

const NO_FIELDS = new Fields([]);

/** Members of a list of tokens, lower case. */
function listed(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(","))
    .map((member) => member.trim().toLowerCase())
    .filter(Boolean);
}

/** The grammar's faults carry a server's answer; a client has nothing to say to a server that breaks the protocol. */
function withoutAnswer(error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  return error instanceof LimitError
    ? new LimitError(error.code, error.message)
    : new RemoteError(error.code, error.message);
}
