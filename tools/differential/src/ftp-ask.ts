/** One dialogue with an FTP server, and in a few words what came of it: codes, data, and the files there were at the end. */
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { patienceFor } from "./dialogues.ts";
import type { FtpCase } from "./ftp-corpus.ts";

export interface FtpPlace {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The user's home. */
  readonly home: string;
}

/** Such as `150 226 "hello"; a.txt(5) d/`. */
export async function askFtp(place: FtpPlace, { steps, fresh = false, waits }: FtpCase): Promise<string> {
  const control = await Control.open(place.port, patienceFor(waits));
  const said: string[] = [];
  try {
    await control.reply();
    if (!fresh) {
      await control.ask(`USER ${place.user}`);
      await control.ask(`PASS ${place.password}`);
      await control.ask("TYPE I");
    }
    for (const step of steps) {
      const text = step.replaceAll("@user", place.user).replaceAll("@password", place.password);
      said.push(await take(control, text));
    }
  } catch (error) {
    if (!(error instanceof Quiet)) throw error;
    said.push(error.message);
  } finally {
    control.close();
  }
  // Where the connection is cut the files are let go of a moment later.
  await sleep(50);
  return `${said.join(" ")}; ${tree(place.home).join(" ")}`;
}

/** No reply: the server waits, or has closed. */
class Quiet extends Error {
  override readonly name = "Quiet";
}

/**
 * A step: `get COMMAND` (its data is told), `put COMMAND|DATA`, `octets …` (as they stand, QUIT behind them, all replies),
 * `split A|B` (two segments, then CRLF), else a command.
 */
async function take(control: Control, step: string): Promise<string> {
  const [kind, rest] = [step.slice(0, step.indexOf(" ")), step.slice(step.indexOf(" ") + 1)];
  if (kind === "get") return get(control, rest);
  if (kind === "put")
    return put(control, rest.slice(0, rest.indexOf("|")), rest.slice(rest.indexOf("|") + 1));
  if (kind === "octets") {
    control.write(`${rest}QUIT\r\n`);
    return control.all();
  }
  if (kind !== "split") return control.ask(step);
  const [first = "", second = ""] = rest.split("|");
  control.write(first);
  await sleep(100);
  return control.ask(second);
}

async function passive(control: Control): Promise<Socket | string> {
  const text = await control.askText("PASV");
  const [high, low] = /(\d+),(\d+)\)/.exec(text)?.slice(1).map(Number) ?? [];
  if (high === undefined || low === undefined) return text.slice(0, 3);
  const data = connect({ port: high * 256 + low, host: "127.0.0.1" });
  data.on("error", () => undefined);
  await once(data, "connect");
  return data;
}

async function get(control: Control, command: string): Promise<string> {
  const data = await passive(control);
  if (typeof data === "string") return `PASV: ${data}`;
  let text = "";
  data.setEncoding("latin1").on("data", (chunk) => {
    text += String(chunk);
  });
  const codes = await control.transfer(command);
  if (codes.startsWith("1")) await closed(data);
  data.destroy();
  return codes.startsWith("1") ? `${codes} ${told(command, text)}` : codes;
}

/** Or nearly never: who holds a data connection for a minute holds it. */
async function closed(data: Socket): Promise<void> {
  if (!data.closed) await Promise.race([once(data, "close"), sleep(60_000, undefined, { ref: false })]);
}

/** A listing has times in it: what counts is how many lines there are. */
function told(command: string, text: string): string {
  if (/^(?:LIST|MLSD)/i.test(command)) return `${text.split("\r\n").length - 1} lines`;
  return JSON.stringify(text.split("\r\n").toSorted().join(" ").trim());
}

async function put(control: Control, command: string, content: string): Promise<string> {
  const data = await passive(control);
  if (typeof data === "string") return `PASV: ${data}`;
  const first = await control.ask(command);
  if (!first.startsWith("1")) {
    data.destroy();
    return first;
  }
  data.end(content, "latin1");
  data.resume();
  return `${first} ${await control.reply()}`;
}

/** Folders with a slash, files with their size; nothing that is hidden. Names are octets, told as Latin-1. */
function tree(folder: string, before = ""): string[] {
  return readdirSync(Buffer.from(folder, "latin1"), { encoding: "latin1" })
    .toSorted()
    .filter((name) => !name.startsWith(".socketscope"))
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(Buffer.from(path, "latin1"));
      const shown = JSON.stringify(`${before}${name.length > 40 ? `${name.length} octets` : name}`).slice(
        1,
        -1,
      );
      if (!stat.isDirectory()) return [`${shown}(${stat.size})`];
      return [`${shown}/`, ...tree(path, `${before}${name}/`)];
    });
}

class Control {
  readonly #socket: Socket;
  #text = "";
  #over: "late" | "closed" | undefined;
  #wake = (): void => undefined;

  private constructor(socket: Socket, patience: number) {
    this.#socket = socket;
    const end = (how: "late" | "closed") => (): void => {
      this.#over ??= how;
      this.#wake();
    };
    socket.setEncoding("latin1");
    socket.setTimeout(patience, end("late"));
    socket.on("data", (text) => {
      this.#text += String(text);
      this.#wake();
    });
    socket.on("error", end("closed"));
    socket.on("end", end("closed"));
  }

  static async open(port: number, patience: number): Promise<Control> {
    const socket = connect({ port, host: "127.0.0.1" });
    const control = new Control(socket, patience);
    await once(socket, "connect");
    return control;
  }

  write(octets: string): void {
    this.#socket.write(octets, "latin1");
  }

  /** The code of the reply. */
  async ask(command: string): Promise<string> {
    return (await this.askText(command)).slice(0, 3);
  }

  askText(command: string): Promise<string> {
    this.write(`${command}\r\n`);
    return this.#line();
  }

  async reply(): Promise<string> {
    return (await this.#line()).slice(0, 3);
  }

  /** The codes up to the one that is no 1yz. */
  async transfer(command: string): Promise<string> {
    const first = await this.ask(command);
    return first.startsWith("1") ? `${first} ${await this.reply()}` : first;
  }

  /** The codes of all replies until the server closes. */
  async all(): Promise<string> {
    const codes: string[] = [];
    try {
      for (;;) codes.push(await this.reply());
    } catch (error) {
      if (!(error instanceof Quiet)) throw error;
      return [...codes, ...(error.message === "closed" ? [] : [error.message])].join(" ") || error.message;
    }
  }

  /** The last line of the next reply. */
  async #line(): Promise<string> {
    for (;;) {
      const found = /^(\d{3} [^\r\n]*)\r\n/m.exec(this.#text);
      if (found?.[1] !== undefined) {
        this.#text = this.#text.slice(found.index + found[0].length);
        return found[1];
      }
      if (this.#over !== undefined) throw new Quiet(this.#over === "late" ? "waits" : "closed");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
