/** Files on an FTP server, over one control connection. */
import {
  formatTime,
  parseDescribed,
  parseModified,
  parseSize,
  type ClientVerb,
  type FtpFeatures,
  type Reply,
} from "@socketscope/ftp";
import { SocketError, type Stream, type TlsClientOptions, isUntrusted } from "@socketscope/socket-core";
import { FileError } from "../errors.ts";
import { isInside, nameOf, parentOf } from "../paths.ts";
import type { RemoteEntry, RemoteFiles } from "../remote-files.ts";
import { refusal, type Begun, type FtpControl } from "./control.ts";
import { DataChannel } from "./data-channel.ts";
import type { DataConnector, PendingData } from "./data-connection.ts";
import { entriesOfList, entriesOfMlsd, entryOfFacts, linesOf } from "./listing.ts";

export interface FtpFilesOptions {
  readonly home: string;
  readonly features: FtpFeatures;
  readonly connector: DataConnector;
  /** For data connections, when they are protected. */
  readonly tls: TlsClientOptions | undefined;
  /** Milliseconds in which something must move. */
  readonly timeout: number;
}

interface Transfer {
  readonly begun: Begun;
  readonly data: DataChannel;
  readonly pending: PendingData;
}

export class FtpFiles implements RemoteFiles {
  readonly home: string;
  readonly #control: FtpControl;
  readonly #options: FtpFilesOptions;
  /** False once the server broke off a handshake that went on with the control connection's session. */
  /** What the server turned out not to know. */
  readonly #unknown = new Set<string>();

  constructor(control: FtpControl, options: FtpFilesOptions) {
    this.#control = control;
    this.#options = options;
    this.home = options.home;
  }

  get usable(): boolean {
    return this.#control.usable;
  }

  // ── looking
  async list(folder: string): Promise<readonly RemoteEntry[]> {
    if (this.#has("MLST")) {
      const lines = await this.#lines(`cannot list ${folder}`, "MLSD", folder);
      return entriesOfMlsd(lines);
    }
    // By CWD, not as an argument: `LIST -x` would be an option, and vsftpd answers 226 where there is no such folder.
    await this.#control.must(`cannot list ${folder}`, "CWD", folder);
    return entriesOfList(await this.#allLines(folder), Date.now());
  }

  /** Names that begin with a dot, too, where the server knows the flag. */
  async #allLines(folder: string): Promise<readonly Uint8Array[]> {
    const what = `cannot list ${folder}`;
    if (this.#unknown.has("LIST -a")) return this.#lines(what, "LIST", undefined);
    try {
      return await this.#lines(what, "LIST", "-a");
    } catch (error) {
      if (!(error instanceof FileError && error.code === "NOT_OFFERED")) throw error;
      this.#unknown.add("LIST -a");
      return this.#lines(what, "LIST", undefined);
    }
  }

  async #lines(what: string, verb: ClientVerb, argument: string | undefined): Promise<readonly Uint8Array[]> {
    return linesOf(this.#pieces(what, verb, argument, 0));
  }

  async stat(path: string): Promise<RemoteEntry | undefined> {
    if (path === "/") return FOLDER;
    if (this.#has("MLST")) {
      const reply = await this.#control.ask("MLST", path);
      if (reply.code >= 400) return absent(reply);
      const facts = parseDescribed(reply);
      if (facts === undefined)
        throw new FileError("PROTOCOL", "the server answers MLST without a line of facts");
      return { ...entryOfFacts(facts), name: nameOf(path) };
    }
    // A file has a size; a folder can be entered.
    const size = await this.#control.ask("SIZE", path);
    if (size.code >= 500 && size.code <= 504) return this.#listed(path);
    if (size.code < 400)
      return { ...FILE, name: nameOf(path), size: parseSize(size), modified: await this.#modified(path) };
    const entered = await this.#control.ask("CWD", path);
    return entered.code < 400 ? { ...FOLDER, name: nameOf(path) } : absent(entered);
  }

  async #listed(path: string): Promise<RemoteEntry | undefined> {
    const entries = await this.list(parentOf(path));
    return entries.find(({ name }) => name === nameOf(path));
  }

  async #modified(path: string): Promise<number | undefined> {
    if (!this.#has("MDTM")) return undefined;
    const reply = await this.#control.ask("MDTM", path);
    return reply.code < 400 ? parseModified(reply) : undefined;
  }

  // ── reading and writing
  read(path: string, from: number): AsyncIterable<Uint8Array> {
    return this.#pieces(`cannot read ${path}`, "RETR", path, from);
  }

  async *#pieces(
    what: string,
    verb: ClientVerb,
    argument: string | undefined,
    from: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const transfer = await this.#begin(what, verb, argument, from);
    let running = true;
    try {
      yield* transfer.data.pieces();
      running = false;
    } catch (error) {
      running = false;
      throw await this.#why(what, transfer, error);
    } finally {
      // Whoever reads has had enough.
      if (running) await this.#abandon(transfer);
    }
    await this.#complete(what, transfer);
  }

  async write(path: string, from: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const what = `cannot write ${path}`;
    const transfer = await this.#begin(what, from > 0 ? "APPE" : "STOR", path, 0);
    let ours = true;
    try {
      for await (const piece of pieces) {
        ours = false;
        await transfer.data.send(piece);
        ours = true;
      }
      ours = false;
      await transfer.data.end();
    } catch (error) {
      if (!ours) throw await this.#why(what, transfer, error);
      await this.#abandon(transfer);
      throw error;
    }
    await this.#complete(what, transfer);
  }

  /** Data connection, REST, command, 150, TLS: in the order that all servers can take. */
  async #begin(
    what: string,
    verb: ClientVerb,
    argument: string | undefined,
    from: number,
  ): Promise<Transfer> {
    const pending = await this.#options.connector.prepare();
    try {
      if (from > 0) await this.#control.must(what, "REST", String(from));
      const begun = this.#control.begin(verb, argument);
      const first = await begun.first;
      if (first.code >= 400) {
        await begun.final;
        throw refusal(what, first);
      }
      return { begun, data: new DataChannel(await this.#secured(pending), this.#options.timeout), pending };
    } catch (error) {
      await pending.cancel();
      if (this.#control.transferring) await this.#control.ask("ABOR").catch(() => undefined);
      throw asFileError(error);
    }
  }

  /** Not before 150: pyftpdlib takes what comes earlier for a client that has had enough. */
  async #secured(pending: PendingData): Promise<Stream> {
    const stream = await pending.open();
    const { tls } = this.#options;
    if (tls === undefined) return stream;
    // RFC 4217 §10.2: with the control connection's session the server knows that it is us; vsftpd insists on it.
    const session = this.#control.stream.tlsSession;
    await stream.secureWith({ ...tls, ...(session !== undefined && { session }) });
    return stream;
  }

  async #complete(what: string, { begun, data, pending }: Transfer): Promise<void> {
    this.#control.ended();
    try {
      const reply = await begun.final;
      if (reply.code >= 400) throw refusal(what, reply);
    } finally {
      data.destroy();
      await pending.cancel();
    }
  }

  /** The data connection failed: the server knows best why, if it says so. */
  async #why(what: string, transfer: Transfer, error: unknown): Promise<unknown> {
    transfer.data.destroy();
    try {
      await this.#complete(what, transfer);
    } catch (refused) {
      if (refused instanceof FileError && refused.code !== "DATA" && this.usable) return refused;
    }
    return error;
  }

  /** RFC 959 §4.1.3: ABOR; two replies, and the connection goes on. */
  async #abandon({ data, pending }: Transfer): Promise<void> {
    data.destroy();
    await pending.cancel();
    // Where the two do not come, the connection is done for, which the next command finds out.
    if (this.#control.transferring) await this.#control.ask("ABOR").catch(() => undefined);
  }

  // ── changing
  async rename(from: string, to: string): Promise<void> {
    await this.#control.must(`cannot rename ${from}`, "RNFR", from);
    await this.#control.must(`cannot rename ${from} to ${to}`, "RNTO", to);
  }

  async remove(path: string): Promise<void> {
    await this.#control.must(`cannot remove ${path}`, "DELE", path);
  }

  async makeFolder(path: string): Promise<void> {
    await this.#control.must(`cannot make the folder ${path}`, "MKD", path);
  }

  async removeFolder(path: string): Promise<void> {
    // Who stands in a folder cannot remove it, on some systems; without MLSD we go into folders to list them.
    if (!this.#has("MLST")) await this.#control.ask("CWD", isInside(path, this.home) ? "/" : this.home);
    await this.#control.must(`cannot remove the folder ${path}`, "RMD", path);
  }

  async changeMode(path: string, mode: number): Promise<void> {
    const octal = mode.toString(8).padStart(3, "0");
    await this.#control.must(`cannot change the mode of ${path}`, "SITE", `CHMOD ${octal} ${path}`);
  }

  async setModified(path: string, time: number): Promise<boolean> {
    if (this.#has("MFMT")) return (await this.#control.ask("MFMT", `${formatTime(time)} ${path}`)).code < 400;
    // vsftpd's way; elsewhere it would be asked for a file whose name begins with a date.
    if (!this.#has("MDTM") || this.#unknown.has("MDTM that sets")) return false;
    const reply = await this.#control.ask("MDTM", `${formatTime(time)} ${path}`);
    if (reply.code >= 400) this.#unknown.add("MDTM that sets");
    return reply.code < 400 && parseModified(reply) === undefined;
  }

  async close(): Promise<void> {
    if (this.usable && !this.#control.transferring) await this.#control.ask("QUIT").catch(() => undefined);
    this.#control.end();
  }

  abort(): void {
    this.#control.cut(new FileError("INTERRUPTED", "broken off"));
  }

  #has(feature: string): boolean {
    return this.#options.features.names.has(feature) && !this.#unknown.has(feature);
  }
}

const FILE: RemoteEntry = {
  name: "",
  type: "file",
  size: undefined,
  modified: undefined,
  precision: 1000,
  mode: undefined,
  owner: undefined,
  target: undefined,
};

const FOLDER: RemoteEntry = { ...FILE, name: "/", type: "folder" };

/** 550: there is none. Anything else is a failure. */
function absent(reply: Reply): undefined {
  if (reply.code !== 550) throw refusal("cannot look", reply);
  return undefined;
}

function asFileError(error: unknown): unknown {
  // A certificate that is not trusted is so at the next try as well; a handshake that broke is no other thing than a break.
  if (!(error instanceof SocketError) || isUntrusted(error)) return error;
  return new FileError("DATA", `no data connection: ${error.message}`, { cause: error });
}
