/** One transfer's data connection with its TLS (RFC 4217 §7). */
import { SocketError, type Stream, type TlsServerOptions } from "@socketscope/socket-core";
import type { DataChannel } from "./data-channel.ts";

/** Milliseconds that 150 waits for a handshake that the client has begun: one may want 150 in the middle of it. */
const EARLY_MS = 3000;

/** Turns of the loop in which a connection and a ClientHello that came before the command are read, whatever is read first. */
const TURNS = 4;

export interface DataConnectionOptions {
  readonly channel: DataChannel;
  /** Undefined: PROT C. */
  readonly tls: TlsServerOptions | undefined;
  /** An upload: look whether TLS ends, or only TCP. */
  readonly upload: boolean;
}

export class DataConnection {
  readonly #options: DataConnectionOptions;
  #stream: Stream | undefined;
  #opened: Promise<Stream> | undefined;
  #clientBegan = false;

  /** Of an upload what the client says of TLS by itself is heard while its file is prepared. */
  constructor(options: DataConnectionOptions) {
    this.#options = options;
    // Whoever opens it hears of a failure again.
    if (this.#hearsEarly) this.open().catch(ignore);
  }

  /** Rejects with SocketError; "TLS" where TLS did not come about. */
  open(): Promise<Stream> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /**
   * Resolves when 150 may be said: at once, or behind a handshake that the client has begun by itself. Some (basic-ftp) take
   * 150 for the end of a handshake that resumes a session, and end an empty file's connection within it.
   */
  async mayBegin(): Promise<void> {
    const { channel, tls, upload } = this.#options;
    // Most connect before they ask: in one turn of the loop both are heard, and a small file leaves with its 150 and 226.
    if (!upload && tls === undefined && channel.waitsForClient && !channel.ready) await nextTurn();
    if (!this.#hearsEarly) return;
    for (let turn = 0; turn < TURNS && !this.#clientBegan; turn++) await nextTurn();
    // Most begin at 150 only.
    if (!this.#clientBegan) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, EARLY_MS);
    });
    await Promise.race([this.open().then(ignore, ignore), late]);
    clearTimeout(timer);
  }

  /** Once it is there. */
  get stream(): Stream | undefined {
    return this.#stream;
  }

  get #hearsEarly(): boolean {
    const { channel, tls, upload } = this.#options;
    return upload && tls !== undefined && channel.waitsForClient;
  }

  /** Nothing is listened for any more. Harmless twice. */
  close(): void {
    this.#options.channel.close();
  }

  /** And a connection that is there is broken off. */
  breakOff(): void {
    this.close();
    this.#stream?.destroy("we-ended");
  }

  async #open(): Promise<Stream> {
    const { channel, tls, upload } = this.#options;
    const stream = await channel.open();
    this.#stream = stream;
    if (tls === undefined) return stream;
    const begun = (): void => {
      this.#clientBegan = true;
    };
    try {
      await stream.secureWith(tls, { watchEnd: upload, begun });
      return stream;
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      throw new SocketError("TLS", error.message, { cause: error });
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function ignore(): void {
  // The transfer hears of it by `open`.
}
