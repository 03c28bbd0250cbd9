/** What a viewer asks for, over connections of its own; every octet is counted as it comes. */
import { HttpAgent, type ClientTls } from "@socketscope/web";
import { ClientError } from "./errors.ts";

/** Octets of a playlist. */
const PLAYLIST = 4 * 1024 * 1024;

export interface Fetched {
  readonly url: URL;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export class Fetcher implements Disposable {
  readonly #agent: HttpAgent;
  readonly #came: (octets: number) => void;
  readonly #signal: AbortSignal;

  constructor(tls: ClientTls, came: (octets: number) => void, signal: AbortSignal) {
    this.#agent = new HttpAgent({ tls });
    this.#came = came;
    this.#signal = signal;
  }

  /** Throws ClientError for an answer that is none, RequestError and SocketError for a connection that is none. */
  async open(url: URL, range?: { readonly offset: number; readonly length: number }): Promise<Fetched> {
    const fields = ["User-Agent", "video-client/0.1"];
    if (range !== undefined) fields.push("Range", `bytes=${range.offset}-${range.offset + range.length - 1}`);
    const response = await this.#agent.request({ url, fields, signal: this.#signal });
    if (response.status !== 200 && response.status !== 206) {
      const why = await response.body.text(1000).catch(() => "");
      throw new ClientError(
        "CLIENT_STATUS",
        `${url.href}: ${response.status} ${response.reason} ${why.trim()}`.trim(),
        response.status,
      );
    }
    const came = this.#came;
    const { body } = response;
    return {
      url,
      pieces: (async function* () {
        for await (const piece of body) {
          came(piece.length);
          yield piece;
        }
      })(),
    };
  }

  async text(url: URL): Promise<string> {
    const { pieces } = await this.open(url);
    const all: Uint8Array[] = [];
    let length = 0;
    for await (const piece of pieces) {
      length += piece.length;
      if (length > PLAYLIST) throw new ClientError("CLIENT_PLAYLIST", `${url.href}: a playlist without end`);
      all.push(piece);
    }
    return Buffer.concat(all).toString("utf8");
  }

  [Symbol.dispose](): void {
    this.#agent.close();
  }
}
