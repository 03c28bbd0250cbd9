/**
 * Mail over raw sockets, of octets made before, the same for every server: MAIL, RCPT and DATA go in one piece (RFC 2920),
 * then the content. smtp-source asks and waits at each command: beside a fast server it is what gives out first.
 */
import { connect, type Socket } from "node:net";
import { BenchError } from "./bench-error.ts";
import { MESSAGE_OCTETS } from "./mail-cases.ts";

const HELLO = Buffer.from("EHLO bench.test\r\n");
const ENVELOPE = Buffer.from("MAIL FROM:<ann@near.test>\r\nRCPT TO:<bob@far.test>\r\nDATA\r\n");
/** Milliseconds for an answer. */
const PATIENCE = 10_000;

/** Lines of 78 octets, then the dot. */
const CONTENT = contentOf(MESSAGE_OCTETS);

function contentOf(octets: number): Buffer {
  const head = "Subject: bench\r\n\r\n";
  const line = `${"X".repeat(76)}\r\n`;
  const lines = line.repeat(Math.floor((octets - head.length - 2) / line.length));
  const rest = "X".repeat(octets - head.length - lines.length - 2);
  return Buffer.from(`${head}${lines}${rest}\r\n.\r\n`);
}

/** Messages a second that were answered 250, over so many connections at once. Throws BenchError LOAD. */
export async function sendPipelined(port: number, sessions: number, seconds: number): Promise<number> {
  const all = await Promise.all(Array.from({ length: sessions }, () => Sender.connect(port)));
  try {
    const begun = performance.now();
    const over = Promise.all(all.map((sender) => sender.run()));
    const timer = setTimeout(() => {
      for (const sender of all) sender.stop();
    }, seconds * 1000);
    await over.finally(() => clearTimeout(timer));
    return all.reduce((sum, { sent }) => sum + sent, 0) / ((performance.now() - begun) / 1000);
  } finally {
    for (const sender of all) sender.close();
  }
}

class Sender {
  sent = 0;
  readonly #socket: Socket;
  #stopping = false;
  /** Octets of a line that has not come to its end. */
  #held = "";
  #left = 1;
  #then: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  private constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setTimeout(PATIENCE, () => this.#broken("no answer in 10 s"));
    this.#socket.on("data", (octets: Buffer) => this.#read(octets));
    this.#socket.on("error", (error) => this.#broken(error.message));
    this.#socket.on("end", () => this.#broken("the server ended the connection"));
  }

  /** Greeted both ways. */
  static async connect(port: number): Promise<Sender> {
    const sender = new Sender(port);
    await sender.#replies(1);
    sender.#socket.write(HELLO);
    await sender.#replies(1);
    return sender;
  }

  /** Until it is stopped and the message under way is answered. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      const next = (): void => {
        if (this.#stopping) return resolve();
        this.#left = 3;
        this.#then = () => {
          this.#left = 1;
          this.#then = () => {
            this.sent++;
            next();
          };
          this.#socket.write(CONTENT);
        };
        this.#socket.write(ENVELOPE);
      };
      next();
    });
  }

  stop(): void {
    this.#stopping = true;
  }

  close(): void {
    this.#fail = () => undefined;
    this.#socket.destroy();
  }

  #replies(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#left = count;
      this.#then = resolve;
      this.#fail = reject;
    });
  }

  /** RFC 5321 §4.2.1: a line whose code a hyphen follows is not the last of its reply. */
  #read(octets: Buffer): void {
    const text = this.#held + octets.toString("latin1");
    let at = 0;
    for (let lf = text.indexOf("\n"); lf >= 0; lf = text.indexOf("\n", at)) {
      if (text[at] !== "2" && text[at] !== "3") return this.#broken(text.slice(at, lf));
      const isLast = text[at + 3] !== "-";
      at = lf + 1;
      if (isLast && --this.#left === 0) this.#then();
    }
    this.#held = text.slice(at);
  }

  #broken(why: string): void {
    this.#fail(new BenchError("LOAD", `the server refused, or broke off: ${why}`));
  }
}
