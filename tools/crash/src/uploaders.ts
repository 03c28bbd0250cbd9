/** Several FTP clients at once, until the server goes: what was answered 226 is written down. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CrashError } from "./crash-error.ts";
import { markedFile, type MarkedFile } from "./marked-file.ts";

export const login = { user: "ann", password: "crash" };

/** Name → the latest version answered 226. */
export type Stored = Map<string, number>;

export function startUploaders(
  port: number,
  count: number,
): { readonly stored: Stored; readonly over: Promise<unknown> } {
  const stored: Stored = new Map();
  const over = Promise.all(
    Array.from({ length: count }, (_, number) => upload(port, number, stored).catch(() => undefined)),
  );
  return { stored, over };
}

/** Every third upload replaces this client's own file, the others are new. Rejects when the connection is gone. */
async function upload(port: number, client: number, stored: Stored): Promise<void> {
  const control = await Control.open(port);
  await control.ask(`USER ${login.user}`);
  await control.ask(`PASS ${login.password}`);
  await control.ask("TYPE I");
  for (let number = 0; ; number++) {
    const file = markedFile(number % 3 === 0 ? `own-${client}` : `new-${client}-${number}`, number);
    if ((await control.store(file)).startsWith("226")) stored.set(file.name, file.version);
  }
}

/** No more of FTP than an upload takes. */
class Control {
  readonly #socket: Socket;
  #text = "";
  #isOver = false;
  /** Called when there is more to look at. */
  #wake = (): void => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      this.#text += String(text);
      this.#wake();
    });
    socket.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<Control> {
    const control = new Control(await opened(port));
    await control.#reply();
    return control;
  }

  async ask(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  async store({ name, octets }: MarkedFile): Promise<string> {
    const port = /\|\|\|(\d+)\|/.exec(await this.ask("EPSV"))?.[1];
    const data = await opened(Number(port));
    const begun = await this.ask(`STOR ${name}`);
    if (!begun.startsWith("1")) {
      data.destroy();
      return begun;
    }
    data.end(octets);
    data.resume();
    return this.#reply();
  }

  /** The last line of a reply; rejects when there will be none. */
  async #reply(): Promise<string> {
    for (;;) {
      const found = /^(\d{3} [^\r\n]*)\r\n/m.exec(this.#text);
      if (found?.[1] !== undefined) {
        this.#text = this.#text.slice(found.index + found[0].length);
        return found[1];
      }
      if (this.#isOver) throw new CrashError("GONE", "the server is gone");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}
