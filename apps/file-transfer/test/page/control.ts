/** A control connection by hand: commands go out one after the other, each when the last one is answered. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export class Control {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  static async open(port: number, commands: readonly string[] = []): Promise<Control> {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const control = new Control(socket);
    await control.reply();
    for (const command of commands) await control.say(command);
    return control;
  }

  get port(): number {
    return this.#socket.localPort ?? 0;
  }

  /** The last line of its reply. */
  say(command: string): Promise<string> {
    this.#socket.write(`${command}\r\n`);
    return this.reply();
  }

  async reply(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) return "";
      if (/^\d{3} /.test(value)) return value;
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
