/** A whole connection from its first octet: HTTP, and after 101 the WebSocket it turned into, under one count of ids. */
import type { Direction, Dissector, Message } from "@socketscope/wire";
import { HttpDissector, type HttpDissectorOptions } from "../dissect.ts";
import { splitList } from "../list.ts";
import { WebSocketDissector } from "../websocket/dissect.ts";

export class WebFlowDissector implements Dissector {
  readonly #options: HttpDissectorOptions;
  #current: HttpDissector | WebSocketDissector;

  constructor(options: HttpDissectorOptions = {}) {
    this.#options = options;
    this.#current = new HttpDissector(options);
  }

  /** True after a switch to something that is not WebSocket: it is for another dissector. */
  get switched(): boolean {
    return this.#current.switched;
  }

  feed(direction: Direction, bytes: Uint8Array): readonly Message[] {
    return this.#goOn(this.#current.feed(direction, bytes));
  }

  gap(direction: Direction, octets: number): readonly Message[] {
    return this.#goOn(this.#current.gap(direction, octets));
  }

  secured(): void {
    this.#current.secured();
  }

  end(direction: Direction): readonly Message[] {
    return this.#goOn(this.#current.end(direction));
  }

  #goOn(messages: readonly Message[]): readonly Message[] {
    const http = this.#current;
    if (!(http instanceof HttpDissector) || !http.switched) return messages;
    const handover = http.protocol === "websocket" ? http.handover() : undefined;
    if (handover === undefined) return messages;
    // RFC 7692 §5: the extension is in force when the response names it.
    const extensions = splitList(handover.fields.get("sec-websocket-extensions") ?? "");
    const webSocket = new WebSocketDissector({
      client: this.#options.client ?? "in",
      offsets: handover.offsets,
      firstId: handover.nextId,
      deflate: extensions.some((extension) => extension.startsWith("permessage-deflate")),
    });
    this.#current = webSocket;
    const { unread } = handover;
    return [...messages, ...webSocket.feed("in", unread.in), ...webSocket.feed("out", unread.out)];
  }
}
