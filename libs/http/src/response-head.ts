/** RFC 9112 §4, §9.2: reading a response's head, and telling at once what is none. */
import type { ReceiveBuffer } from "@socketscope/wire";
import type { ResponseHead } from "./events.ts";
import { fault } from "./fault.ts";
import { HeadScanner, headText, parseFieldLines, parseStatusLine } from "./grammar.ts";
import type { HttpLimits } from "./limits.ts";

export class ResponseHeadReader {
  readonly #limits: HttpLimits;
  readonly #scanner = new HeadScanner();
  #emptyLines = 0;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  /** The head, or undefined when more is needed. `asked`: a request is outstanding. Throws RemoteError. */
  next(buffer: ReceiveBuffer, asked: boolean): ResponseHead | undefined {
    this.#skipEmptyLines(buffer);
    const { octets, at, length: received } = buffer;
    if (received === 0 || (received === 1 && octets[at] === CR)) return undefined;
    // RFC 9112 §9.2: what comes without a request outstanding is no response.
    if (!asked) fault("HTTP_UNASKED", 502, "the server sent something that nobody had asked for");
    checkBeginning(buffer);
    const length = this.#scanner.scan(buffer, this.#limits, true);
    if (length === undefined) return undefined;
    const text = headText(buffer, length, this.#scanner);
    const { version, status, reason } = parseStatusLine(text.slice(0, this.#scanner.ends[0]));
    const fields = parseFieldLines(text, this.#scanner, 1, "joined");
    buffer.skip(length);
    this.#scanner.reset();
    this.#emptyLines = 0;
    return { version, status, reason, fields };
  }

  /** RFC 9112 §9.2, §2.2: empty lines between responses are dropped, within limits. */
  #skipEmptyLines(buffer: ReceiveBuffer): void {
    while (buffer.length >= 2 && buffer.octets[buffer.at] === CR && buffer.octets[buffer.at + 1] === LF) {
      if (++this.#emptyLines > this.#limits.emptyLines)
        fault("HTTP_STATUS_LINE", 502, "only empty lines came");
      buffer.skip(2);
    }
  }
}

const CR = 13;
const LF = 10;
const PROTOCOL = "HTTP/1.";

/** Another protocol is told at once: its speaker may not send a line end before we do. */
function checkBeginning({ octets, at, length }: ReceiveBuffer): void {
  // RFC 8446 §5.1: a TLS record of type alert or handshake.
  if (octets[at] === 21 || octets[at] === 22)
    fault("HTTP_STATUS_LINE", 502, "this server answers in TLS: use https://");
  for (let i = 0; i < Math.min(length, PROTOCOL.length); i++) {
    if (octets[at + i] !== PROTOCOL.charCodeAt(i))
      fault("HTTP_STATUS_LINE", 502, "this server does not answer in HTTP/1.x");
  }
}
