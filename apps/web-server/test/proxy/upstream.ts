/** Servers to stand behind the proxy: node:http's, and one that says what a test tells it, octet for octet. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";

export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly sockets: ReadonlySet<Socket>;
}

async function listening(server: Server, sockets: Set<Socket>): Promise<Upstream> {
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export function nodeUpstream(
  answer: (message: IncomingMessage, response: ServerResponse) => void,
): Promise<Upstream> {
  return listening(createServer(answer), new Set());
}

/** `script` is told all that came on a connection, each time more has come. */
export function rawUpstream(script: (socket: Socket, received: string) => void): Promise<Upstream> {
  const server = createTcp({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let received = "";
    socket.on("end", () => socket.end());
    socket.on("data", (octets) => {
      received += octets.toString("latin1");
      script(socket, received);
    });
  });
  return listening(server, new Set());
}

/** Turns of the event loop until it holds; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => void setTimeout(resolve, 1));
}
