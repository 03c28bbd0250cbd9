/// <reference lib="esnext.disposable" />
// The linter reads tests without a tsconfig of their own: it would not know AsyncDisposable.
/** A server that says whatever it is told, once for each connection in turn, and notes what it was asked. */
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** What one connection is given after its first octets; `stay`: it is left open; `more`: said again and again. */
export interface Reply {
  readonly says: string | Uint8Array;
  readonly after?: "end" | "stay" | "reset";
  readonly again?: string | Uint8Array;
}

export interface HostileServer extends AsyncDisposable {
  readonly url: string;
  /** What each connection sent first, latin1. */
  readonly asked: readonly string[];
  /** Octets written by `again`. */
  readonly repeated: number;
}

export async function hostileServer(...replies: readonly Reply[]): Promise<HostileServer> {
  const scripted = new Scripted(replies);
  await scripted.listen();
  return scripted;
}

class Scripted implements HostileServer {
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  repeated = 0;

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  constructor(replies: readonly Reply[]) {
    let next = 0;
    this.#server = createServer((socket) => {
      const reply = replies[Math.min(next++, replies.length - 1)];
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", (asked: Buffer) => {
        this.asked.push(asked.toString("latin1"));
        if (reply !== undefined) this.#say(socket, reply);
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  #say(socket: Socket, { says, after = "end", again }: Reply): void {
    socket.write(says, () => {
      if (after === "reset") socket.resetAndDestroy();
    });
    if (again !== undefined) {
      const more = (): void => {
        while (!socket.destroyed) {
          this.repeated += again.length;
          if (!socket.write(again)) break;
        }
      };
      socket.on("drain", more);
      more();
    } else if (after === "end") socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
