/** A server that answers with the octets a test gives it, and remembers what it was sent: hostile ones too. */
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What each connection has sent so far, latin1, in the order they came. */
  readonly received: string[];
  readonly sockets: Socket[];
  /** Resolves as soon as `holds`; checked whenever something happens. */
  readonly until: (holds: () => boolean | undefined) => Promise<void>;
}

export type Script = (socket: Socket, received: string, connection: number) => void;

/** `script` is called with all that came on a connection each time more has come, and once at its beginning. */
export async function scripted(script: Script): Promise<ScriptedServer> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const waiters = new Set<() => void>();
  const happened = (): void => {
    for (const wake of waiters) wake();
  };
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = sockets.push(socket) - 1;
    received.push("");
    socket.on("error", () => undefined);
    socket.on("close", happened);
    socket.on("end", () => socket.end());
    socket.on("data", (octets) => {
      received[connection] += octets.toString("latin1");
      happened();
      script(socket, received[connection] ?? "", connection);
    });
    happened();
    script(socket, "", connection);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    sockets,
    until: async (holds) => {
      while (holds() !== true) {
        await new Promise<void>((resolve) => {
          waiters.add(resolve);
          if (holds() === true) resolve();
        });
        waiters.clear();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** How many requests without content stand in it. */
export function requestsIn(received: string): number {
  return received.split("\r\n\r\n").length - 1;
}
