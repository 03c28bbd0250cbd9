/** A relay in front of a real server that notes every piece, as a tap at the server would: for recordings in tests. */
import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Recorder implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #lines: string[] = [];
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(server: Server, to: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => this.#relay(socket, to));
  }

  /** Relays to 127.0.0.1:`to`. */
  static async start(to: number): Promise<Recorder> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Recorder(server, to);
  }

  /** NDJSON, one line for each piece read: what `recording` reads. */
  get ndjson(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #relay(client: Socket, port: number): void {
    const connection = this.#connections++;
    const server = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
    for (const [from, to, direction] of [
      [client, server, "in"],
      [server, client, "out"],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on("data", (octets) => {
        this.#lines.push(JSON.stringify({ connection, direction, octets: octets.toString("base64") }));
        to.write(octets);
      });
      from.on("end", () => {
        this.#lines.push(JSON.stringify({ connection, end: direction }));
        to.end();
      });
      from.on("error", () => to.destroy());
    }
  }
}
