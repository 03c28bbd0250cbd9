/**
 * How a data connection comes about (RFC 959 §3.2, RFC 2428): we connect to a port that the server names (passive), or
 * listen on one and let the server connect (active).
 */
import {
  describeReply,
  formatExtendedPort,
  formatPort,
  parseExtendedPassive,
  parsePassive,
} from "@socketscope/ftp";
import { connectTcp, listenTcp, SocketError, type Address, type Stream } from "@socketscope/socket-core";
import { FileError } from "../errors.ts";
import { refusal, type FtpControl } from "./control.ts";

/** One that is being made: passive ones are open before the command, active ones behind it. */
export interface PendingData {
  /** Called behind the command. Rejects with FileError "DATA" when none comes in time. */
  open(): Promise<Stream>;
  /** The transfer was refused: nothing is waited for any more. */
  cancel(): Promise<void>;
}

export class DataConnector {
  readonly #control: FtpControl;
  readonly #active: boolean;
  readonly #timeout: number;
  /** RFC 2428 §3: what the server does not know is not asked twice. */
  #extended = true;

  constructor(control: FtpControl, active: boolean, timeout: number) {
    this.#control = control;
    this.#active = active;
    this.#timeout = timeout;
  }

  prepare(): Promise<PendingData> {
    return this.#active ? this.#listen() : this.#connect();
  }

  async #connect(): Promise<PendingData> {
    const { remote } = this.#control.stream.flow;
    const port = await this.#passivePort(remote);
    const stream = await connectTcp({
      host: remote.host,
      port,
      protocol: "ftp-data",
      timeout: this.#timeout,
      parent: this.#control.stream,
    }).catch((error: unknown) => {
      throw new FileError("DATA", `no data connection (behind a firewall, try --active): ${text(error)}`, {
        cause: error,
      });
    });
    return {
      open: () => Promise.resolve(stream),
      cancel() {
        stream.destroy("we-ended");
        return Promise.resolve();
      },
    };
  }

  async #passivePort(remote: Address): Promise<number> {
    if (this.#extended) {
      const reply = await this.#control.ask("EPSV");
      if (reply.code < 400) {
        const port = parseExtendedPassive(reply);
        if (port === undefined) throw unreadable(describeReply(reply));
        return port;
      }
      // Over IPv6 there is nothing to fall back to: 227 has room for four octets only.
      if (reply.code < 500 || remote.host.includes(":")) throw refusal("EPSV", reply);
      this.#extended = false;
    }
    const reply = await this.#control.must("PASV", "PASV");
    const address = parsePassive(reply);
    if (address === undefined) throw unreadable(describeReply(reply));
    // The address is not used: it may be one behind a NAT, or that of somebody we are meant to attack (RFC 2577 §3).
    if (address.host !== remote.host)
      this.#control.note(`the server names ${address.host}; we stay with ${remote.host}`);
    return address.port;
  }

  async #listen(): Promise<PendingData> {
    const { local, remote } = this.#control.stream.flow;
    let take: (stream: Stream) => void = () => undefined;
    const taken = new Promise<Stream>((resolve) => {
      take = resolve;
    });
    const listener = await listenTcp(
      { host: local.host, port: 0, protocol: "ftp-data", parent: this.#control.stream },
      (stream) => {
        // RFC 2577 §4: only the server's own address, whoever else finds the port.
        if (stream.flow.remote.host === remote.host) take(stream);
        else stream.destroy("protocol");
      },
    );
    const close = async (): Promise<void> => {
      await listener[Symbol.asyncDispose]();
    };
    try {
      const address = { host: local.host, port: listener.address.port };
      if (local.host.includes(":")) await this.#control.must("EPRT", "EPRT", formatExtendedPort(address));
      else await this.#control.must("PORT", "PORT", formatPort(address));
    } catch (error) {
      await close();
      throw error;
    }
    return { open: () => this.#within(taken), cancel: close };
  }

  async #within(taken: Promise<Stream>): Promise<Stream> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const why = `the server did not connect within ${this.#timeout} ms (try without --active)`;
      timer = setTimeout(() => reject(new FileError("DATA", why)), this.#timeout);
    });
    try {
      return await Promise.race([taken, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function text(error: unknown): string {
  return error instanceof SocketError ? error.message : String(error);
}

function unreadable(said: string): FileError {
  return new FileError("PROTOCOL", `the server names no port for the data connection: ${said}`);
}
