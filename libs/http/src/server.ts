/**
 * RFC 9112, RFC 9110 §6–§10: the server's side of one HTTP/1.x connection. Requests are answered in their order; the
 * next is read when the response before it is whole. It leaves HTTP/2 and transfer codings but chunked out.
 */
import { LocalError, ReceiveBuffer, type Core, type Input, type Rest } from "@socketscope/wire";
import { ContentReader, contentOf } from "./content.ts";
import type { RequestHead, ServerAction, ServerEvent, Version } from "./events.ts";
import { fault } from "./fault.ts";
import { Fields, type FieldLines } from "./fields.ts";
import {
  beginMessage,
  endMessage,
  formatChunk,
  formatLastChunk,
  plainContent,
  writeFieldLines,
  writeLine,
} from "./format.ts";
import { HeadScanner, headText, isHost, parseFieldLines, parseRequestLine } from "./grammar.ts";
import { defaultHttpLimits, type HttpLimits } from "./limits.ts";
import { lists } from "./connection.ts";
import { startLine, writeResponseHead, type Framing } from "./head-writer.ts";

/** Between requests · a head has begun · content is due. */
export type ServerWait = "idle" | "head" | "content";

/** Where the response stands: nobody asked · it is due · its content runs · another protocol goes on · over. */
export type ServerState = "idle" | "due" | "streaming" | "switched" | "closed";

/** Which action is legal in which state. The tests walk it. */
export const serverLegality: Readonly<Record<ServerAction["type"], ServerState>> = {
  informational: "due",
  respond: "due",
  begin: "due",
  data: "streaming",
  end: "streaming",
  switch: "due",
};

export interface HttpServerOptions {
  /** The Date field's value (RFC 9110 §6.6.1); called for each response, so keep it by the second. */
  readonly date: () => string;
  readonly limits?: Partial<HttpLimits>;
}

export class HttpServer implements Core<ServerEvent, ServerAction, ServerWait> {
  readonly #date: () => string;
  readonly #limits: HttpLimits;
  readonly #buffer = new ReceiveBuffer();
  readonly #scanner = new HeadScanner();
  #state: ServerState = "idle";
  #content: ContentReader | undefined;
  /** A request came that has no content, and its end is still to be told. */
  #endDue = false;
  #head: RequestHead | undefined;
  #keepAlive = true;
  #continueDue = false;
  #discarded = 0;
  #emptyLines = 0;
  #left: number | "chunked" | "close" | "none" = "none";
  #peerEnded = false;
  #draining = false;
  #timedOut = false;

  constructor(options: HttpServerOptions) {
    this.#date = options.date;
    this.#limits =
      options.limits === undefined ? defaultHttpLimits : { ...defaultHttpLimits, ...options.limits };
  }

  get state(): ServerState {
    return this.#state;
  }

  get waitingFor(): ServerWait | "us" {
    if (this.#content !== undefined) return "content";
    if (this.#state !== "idle") return "us";
    return this.#buffer.length > 0 ? "head" : "idle";
  }

  receive(input: Input): void {
    if (typeof input !== "string") this.#buffer.push(input);
    else if (input === "end") this.#peerEnded = true;
    else if (input === "drain") this.#draining = true;
    else this.#timedOut = true;
  }

  unread(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  next(): ServerEvent | Rest {
    if (this.#state === "closed") return "closed";
    if (this.#state === "switched") return "paused";
    if (this.#content !== undefined) {
      const event = this.#readContent(this.#content);
      if (event !== undefined) return event;
    }
    if (this.#endDue) {
      this.#endDue = false;
      if (this.#state !== "idle") return END_OF_NOTHING;
    }
    if (this.#content === undefined) {
      // RFC 9112 §9.3.2: pipelined requests wait for the response before theirs.
      if (this.#state !== "idle") return "paused";
      const event = this.#readHead();
      if (event !== undefined) return event;
    }
    return this.state === "closed" ? "closed" : this.#rest();
  }

  /** More is needed: unless nothing more can come. */
  #rest(): Rest {
    const begun = this.#content !== undefined || this.#buffer.length > 0;
    if (this.#timedOut) {
      this.#timedOut = false;
      // RFC 9110 §15.5.9: 408 for a request begun and not finished; an idle connection just ends.
      if (begun && this.#mayAnswer())
        fault("HTTP_TIMEOUT", 408, "the rest of the request did not come in time");
      return this.#close();
    }
    if (this.#peerEnded) {
      // RFC 9112 §8: an incomplete request is an error.
      if (begun && this.#mayAnswer()) fault("HTTP_INCOMPLETE", 400, "the request ended before it was whole");
      return this.#close();
    }
    if (this.#draining && !begun && this.#state === "idle") return this.#close();
    return "need-data";
  }

  #mayAnswer(): boolean {
    const can = this.#state === "idle" || this.#state === "due";
    if (can) this.#state = "due";
    return can;
  }

  #close(): "closed" {
    this.#state = "closed";
    return "closed";
  }

  #readHead(): ServerEvent | undefined {
    const buffer = this.#buffer;
    if (buffer.length === 0) return undefined;
    try {
      // RFC 9112 §2.2: a server should ignore at least one empty line before the request line.
      while (buffer.length >= 2 && buffer.octets[buffer.at] === 13 && buffer.octets[buffer.at + 1] === 10) {
        if (++this.#emptyLines > this.#limits.emptyLines)
          fault("HTTP_REQUEST_LINE", 400, "only empty lines came");
        buffer.skip(2);
        this.#scanner.reset();
      }
      if (buffer.length > 0) this.#checkFirstOctet(buffer.octets[buffer.at] ?? 0);
      const length = this.#scanner.scan(buffer, this.#limits, true);
      if (length === undefined) return undefined;
      const text = headText(buffer, length, this.#scanner);
      const { method, target, version } = parseRequestLine(text.slice(0, this.#scanner.ends[0]));
      const fields = parseFieldLines(text, this.#scanner, 1);
      buffer.skip(length);
      this.#scanner.reset();
      this.#emptyLines = 0;
      return this.#begin({ method, target, version, fields });
    } catch (error) {
      this.#state = "due";
      throw error;
    }
  }

  /** A TLS ClientHello or rubbish is told at once: its sender will never send a line end. */
  #checkFirstOctet(octet: number): void {
    if (octet === 22) fault("HTTP_REQUEST_LINE", 400, "this port speaks HTTP without TLS: use http://");
    if ((octet < 33 && octet !== 13) || octet > 126) {
      fault("HTTP_REQUEST_LINE", 400, 'a request begins like "GET / HTTP/1.1"');
    }
  }

  #begin(head: RequestHead): ServerEvent {
    const { fields, version } = head;
    this.#checkHost(head);
    const content = contentOf(fields, version) ?? 0;
    const connection = fields.get("connection")?.toLowerCase();
    // RFC 9112 §9.3: persistent unless told otherwise; in 1.0 only when told.
    this.#keepAlive =
      version === "1.1"
        ? !lists(connection, "close")
        : lists(connection, "keep-alive") && !lists(connection, "close");
    const expect = version === "1.1" ? fields.get("expect") : undefined;
    // RFC 9110 §10.1.1: the only expectation there is.
    if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
      fault("HTTP_EXPECTATION", 417, "the only expectation understood is 100-continue");
    }
    this.#continueDue = expect !== undefined && content !== 0;
    this.#head = head;
    this.#discarded = 0;
    this.#state = "due";
    if (content === 0) this.#endDue = true;
    else this.#content = new ContentReader(content, this.#limits);
    const upgrade = version === "1.1" && lists(connection, "upgrade") ? fields.get("upgrade") : undefined;
    return {
      type: "request",
      head,
      content,
      expectsContinue: this.#continueDue,
      upgrade: upgrade?.split(",").map((protocol) => protocol.trim().toLowerCase()),
    };
  }

  /** RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; RFC 9110 §7.2. */
  #checkHost({ fields, version }: RequestHead): void {
    const host = fields.get("host");
    if (host === undefined) {
      if (version === "1.1") fault("HTTP_HOST", 400, 'HTTP/1.1 asks for a Host field: add "Host: name"');
    } else if (!isHost(host)) {
      // Two of them, joined by a comma, are no host either.
      if (fields.all("host").length > 1) fault("HTTP_HOST", 400, "there is more than one Host field");
      fault("HTTP_HOST", 400, "the Host field is not a host name or address");
    }
  }

  #readContent(content: ContentReader): ServerEvent | undefined {
    for (;;) {
      let piece: Uint8Array | Fields | undefined;
      try {
        piece = content.next(this.#buffer);
      } catch (error) {
        if (this.#state === "due") throw error;
        // A response has begun or is whole: there is no room for another word.
        this.#close();
        return undefined;
      }
      if (piece === undefined) return undefined;
      if (piece instanceof Fields) {
        this.#content = undefined;
        this.#continueDue = false;
        if (this.#state === "idle") return undefined;
        return { type: "end", trailers: piece };
      }
      this.#continueDue = false;
      // The response is whole and nobody wants the rest of this content.
      if (this.#state === "idle") {
        this.#discarded += piece.length;
        if (this.#discarded > this.#limits.discard) {
          this.#close();
          return undefined;
        }
        continue;
      }
      return { type: "data", octets: piece };
    }
  }

  // ── out
  send(action: ServerAction): Uint8Array | readonly Uint8Array[] {
    if (this.#state !== serverLegality[action.type]) {
      throw new LocalError(
        "HTTP_ILLEGAL_SEND",
        `${action.type} is not legal while the response is ${this.#state}`,
      );
    }
    switch (action.type) {
      case "informational":
        return this.#informational(action.status, action.fields);
      case "respond":
        return this.#respond(action);
      case "begin":
        return this.#beginResponse(action);
      case "data":
        return this.#data(action.octets);
      case "end":
        return this.#end(action.trailers);
      case "switch":
        beginMessage(startLine(action.status));
        if (action.status === 101) writeLine("Connection: Upgrade\r\n");
        if (action.fields !== undefined) writeFieldLines(action.fields);
        // Only now: a field that is no field leaves room for another answer.
        this.#state = "switched";
        this.#content = undefined;
        return endMessage(undefined);
    }
  }

  #informational(status: number, fields: FieldLines | undefined): Uint8Array | readonly Uint8Array[] {
    // RFC 9110 §15.2: not to a client of HTTP/1.0.
    if (this.#head?.version !== "1.1") return [];
    if (status === 100) this.#continueDue = false;
    beginMessage(startLine(status));
    if (fields !== undefined) writeFieldLines(fields);
    return endMessage(undefined);
  }

  #respond(action: ServerAction & { type: "respond" }): Uint8Array | readonly Uint8Array[] {
    const { status } = action;
    const silent = this.#head?.method === "HEAD";
    // RFC 9110 §8.6: no Content-Length in 1xx, 204; in 304 it would be that of the 200.
    const content = hasNoContent(status) ? undefined : plainContent(action.content ?? "");
    this.#writeHead(status, action.fields, content?.length, action.close === true);
    this.#finish();
    return endMessage(silent ? undefined : content);
  }

  #beginResponse(action: ServerAction & { type: "begin" }): Uint8Array | readonly Uint8Array[] {
    const version: Version = this.#head?.version ?? "1.0";
    const none = hasNoContent(action.status);
    const framing = none ? undefined : (action.length ?? (version === "1.1" ? "chunked" : "close"));
    const close = action.close === true || framing === "close";
    this.#writeHead(action.status, action.fields, framing, close);
    this.#left = none || this.#head?.method === "HEAD" ? "none" : (framing ?? "none");
    this.#state = "streaming";
    return endMessage(undefined);
  }

  #data(octets: Uint8Array): Uint8Array | readonly Uint8Array[] {
    if (this.#left === "none" || octets.length === 0) return [];
    if (this.#left === "close") return octets;
    if (this.#left === "chunked") return formatChunk(octets);
    if (octets.length > this.#left) {
      throw new LocalError("HTTP_LENGTH", "the content is longer than its announced length");
    }
    this.#left -= octets.length;
    return octets;
  }

  #end(trailers: FieldLines | undefined): Uint8Array | readonly Uint8Array[] {
    if (typeof this.#left === "number" && this.#left > 0) {
      throw new LocalError(
        "HTTP_LENGTH",
        `the content is ${this.#left} octets shorter than its announced length`,
      );
    }
    const chunked = this.#left === "chunked";
    this.#left = "none";
    this.#finish();
    return chunked ? formatLastChunk(trailers) : [];
  }

  /** All but the empty line. */
  #writeHead(status: number, fields: FieldLines | undefined, framing: Framing, close: boolean): void {
    // RFC 9110 §15.2: 1xx answers nothing. RFC 9112 §6.1, RFC 9110 §9.3.6: behind a 2xx to CONNECT there is no
    // content that could be framed but a tunnel.
    if (status < 200 || (status < 300 && this.#head?.method === "CONNECT")) {
      throw new LocalError(
        "HTTP_STATUS",
        `${status} is none to answer ${this.#head?.method} with; see "switch"`,
      );
    }
    // RFC 9110 §10.1.1: a client that still waits for 100 may or may not send its content now: the framing is lost.
    if (close || this.#draining || this.#peerEnded || this.#continueDue) this.#keepAlive = false;
    const persistence = !this.#keepAlive ? "ends" : this.#head?.version === "1.0" ? "stays for 1.0" : "stays";
    writeResponseHead(status, fields, framing, persistence, this.#date());
  }

  /** The response is whole: on to the next request, or the end. */
  #finish(): void {
    this.#head = undefined;
    this.#state = this.#keepAlive ? "idle" : "closed";
    const content = this.#content;
    if (
      content !== undefined &&
      typeof content.content === "number" &&
      content.content > this.#limits.discard
    ) {
      this.#state = "closed";
    }
  }
}

const END_OF_NOTHING: ServerEvent = { type: "end", trailers: new Fields([]) };

/** RFC 9110 §6.4.1: responses that never have content. */
function hasNoContent(status: number): boolean {
  return status === 204 || status === 304;
}
