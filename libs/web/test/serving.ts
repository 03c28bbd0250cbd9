/** A handler on our own sockets, and a raw client to ask it. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { listenTcp, type Listener, type ListenOptions } from "@socketscope/socket-core";
import { onTestFinished } from "vitest";
import { serveHttp, type Handler, type Request, type ServeOptions } from "../src/index.ts";

export interface Served extends AsyncDisposable {
  readonly listener: Listener;
  readonly url: string;
  /** What `onError` was told. */
  readonly failures: readonly { readonly error: unknown; readonly request: Request | undefined }[];
}

/** On a free port of 127.0.0.1. */
export async function serveOn(
  handler: Handler,
  options: Partial<ListenOptions> = {},
  serving: ServeOptions = {},
): Promise<Served> {
  const failures: { error: unknown; request: Request | undefined }[] = [];
  const onError = (error: unknown, request: Request | undefined): void =>
    void failures.push({ error, request });
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, protocol: "http", ...options }, (stream) =>
    serveHttp(stream, handler, { ...serving, onError }),
  );
  return {
    listener,
    url: `http://127.0.0.1:${listener.address.port}`,
    failures,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

/** As {@link serveOn}, closed when the test has finished. */
export async function serveForTest(...args: Parameters<typeof serveOn>): Promise<Served> {
  const served = await serveOn(...args);
  onTestFinished(() => served[Symbol.asyncDispose]());
  return served;
}

/** A client of bare octets: what it got is text, latin1. */
export class RawClient {
  readonly socket: Socket;
  text = "";
  ended: "no" | "fin" | "reset" = "no";
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (octets: Buffer) => {
      this.text += octets.toString("latin1");
      this.#wake();
    });
    socket.on("end", () => {
      this.ended = "fin";
      this.#wake();
    });
    socket.on("error", () => {
      this.ended = "reset";
      this.#wake();
    });
  }

  /** Connects and sends `octets`; gone when the test has finished. */
  static async to({ listener }: Served, octets: string | Uint8Array = ""): Promise<RawClient> {
    const { host, port } = listener.address;
    const socket = connect({ host, port, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const client = new RawClient(socket);
    await once(socket, "connect");
    if (octets.length > 0) socket.write(octets);
    return client;
  }

  /** Resolves with all text so far once it holds; throws when the connection ends before. */
  async until(holds: (text: string) => boolean): Promise<string> {
    while (!holds(this.text)) {
      if (this.ended !== "no") throw new TypeError(`${this.ended} after ${JSON.stringify(this.text)}`);
      await this.#change();
    }
    return this.text;
  }

  /** Reads to the end, however it comes. */
  async toEnd(): Promise<string> {
    while (this.ended === "no") await this.#change();
    return this.text;
  }

  /** Gone without a word of farewell. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #wake(): void {
    for (const look of this.#waiting) look();
  }
}

export const get = (target = "/", more = ""): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

/** A promise to be settled from outside. */
export function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
