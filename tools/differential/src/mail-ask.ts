/** The same octets to a mail server behind its greeting and EHLO, QUIT behind them, and what came back. */
import { connect, type Socket } from "node:net";

export interface MailPorts {
  readonly smtp: number;
  readonly web: number;
}

/**
 * In words, such as `250 250 354 250, closed, 1 kept`: the code of each reply but QUIT's, and the letters it has kept.
 * `patience`: milliseconds without an octet after which the server is said to wait for more.
 */
export async function askMail(
  { smtp, web }: MailPorts,
  recipient: string,
  octets: string,
  patience: number,
): Promise<string> {
  const { text, ended } = await converse(smtp, `${octets.replaceAll("@@", recipient)}QUIT\r\n`, patience);
  const codes = text.split("\r\n").flatMap((line) => /^(\d{3})(?: |$)/.exec(line)?.[1] ?? []);
  const quit = codes.at(-1) === "221" ? codes.slice(0, -1) : codes;
  const end = quit === codes ? (ended ? ", cut off" : ", waits") : "";
  return `${quit.join(" ") || "no reply"}${end}, ${await kept(web, recipient)} kept`;
}

async function kept(web: number, mailbox: string): Promise<number> {
  const url = `http://127.0.0.1:${web}/api/v1/messages?mailbox=${encodeURIComponent(mailbox)}`;
  const body: unknown = await (await fetch(url)).json();
  return typeof body === "object" && body !== null && "total" in body ? Number(body.total) : Number.NaN;
}

/** What came behind the reply to EHLO. */
async function converse(
  port: number,
  octets: string,
  patience: number,
): Promise<{ text: string; ended: boolean }> {
  const socket = connect({ port, host: "127.0.0.1" });
  const reader = new Reader(socket, patience);
  // Who speaks before the greeting is no mail program (RFC 5321 §4.3.1).
  await reader.until(/^220 .*\r\n$/m);
  socket.write("EHLO differential.test\r\n");
  await reader.until(/^\d{3} .*\r\n$/m);
  socket.write(octets, "latin1");
  return reader.rest();
}

class Reader {
  readonly #socket: Socket;
  #text = "";
  #over: "ended" | "late" | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, patience: number) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.setTimeout(patience, () => this.#end("late"));
    socket.on("data", (text: string) => {
      this.#text += text;
      this.#wake?.();
    });
    socket.on("error", () => this.#end("ended"));
    socket.on("end", () => this.#end("ended"));
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text) && this.#over === undefined) await this.#more();
    this.#text = "";
  }

  async rest(): Promise<{ text: string; ended: boolean }> {
    while (this.#over === undefined) await this.#more();
    return { text: this.#text, ended: this.#over === "ended" };
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(how: "ended" | "late"): void {
    this.#over ??= how;
    this.#socket.destroy();
    this.#wake?.();
  }
}
