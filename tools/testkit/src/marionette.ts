/**
 * As much of Mozilla's Marionette as a test needs: a script run with the program's own rights. Over TCP, each message is
 * `LENGTH:JSON`; a command is `[0, id, name, parameters]`, its answer `[1, id, error, result]`.
 */
import { connect, type Socket } from "node:net";
import { LaunchError } from "./launch-error.ts";

/** Octets of one answer. */
const MAX_ANSWER = 64 * 1024 * 1024;

interface Waiter {
  resolve(value: unknown): void;
  reject(error: LaunchError): void;
}

export class Marionette {
  readonly #socket: Socket;
  readonly #timeout: number;
  readonly #waiting = new Map<number, Waiter>();
  #buffer = Buffer.alloc(0);
  #lastId = 0;

  private constructor(socket: Socket, timeout: number) {
    this.#socket = socket;
    this.#timeout = timeout;
    socket.on("data", (octets) => this.#receive(octets));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#fail("the connection closed"));
  }

  /** `timeout`: milliseconds for each command. */
  static async connect(port: number, timeout: number): Promise<Marionette> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const marionette = new Marionette(socket, timeout);
    try {
      await marionette.#ask("WebDriver:NewSession", {});
      await marionette.#ask("Marionette:SetContext", { value: "chrome" });
      await marionette.#ask("WebDriver:SetTimeouts", { script: timeout });
      return marionette;
    } catch (error) {
      marionette.close();
      throw error;
    }
  }

  /** The script calls its last argument with its result. */
  async run(script: string, args: readonly string[]): Promise<unknown> {
    const answer = await this.#ask("WebDriver:ExecuteAsyncScript", { script, args, sandbox: "system" });
    return typeof answer === "object" && answer !== null && "value" in answer ? answer.value : answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(name: string, parameters: object): Promise<unknown> {
    const id = ++this.#lastId;
    const text = JSON.stringify([0, id, name, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new LaunchError("TIMEOUT", `Marionette: ${name} took over ${this.#timeout} ms`)),
        this.#timeout,
      );
      const settled = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  #receive(octets: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, octets]);
    for (;;) {
      const colon = this.#buffer.indexOf(":");
      if (colon < 0) return;
      const length = Number(this.#buffer.subarray(0, colon).toString("latin1"));
      if (!Number.isInteger(length) || length > MAX_ANSWER) {
        this.#fail("what it said is no message");
        this.close();
        return;
      }
      if (this.#buffer.length < colon + 1 + length) return;
      const text = this.#buffer.subarray(colon + 1, colon + 1 + length).toString("utf8");
      this.#buffer = this.#buffer.subarray(colon + 1 + length);
      this.#answered(JSON.parse(text));
    }
  }

  #answered(message: unknown): void {
    // The first message says what it is: nobody waits for it.
    if (!Array.isArray(message)) return;
    const [, id, error, result]: unknown[] = message;
    const waiter = this.#waiting.get(Number(id));
    if (error === null || error === undefined) waiter?.resolve(result);
    else waiter?.reject(new LaunchError("SETUP", `Marionette: ${JSON.stringify(error).slice(0, 500)}`));
  }

  #fail(why: string): void {
    for (const waiter of this.#waiting.values())
      waiter.reject(new LaunchError("NOT_READY", `Marionette: ${why}`));
  }
}
