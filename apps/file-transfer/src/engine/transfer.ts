/** One transfer from its 150 to its last reply: the data connection, its TLS, the octets, the file in its place. */
import { reply, type Reply } from "@socketscope/ftp";
import { SocketError, type Stream } from "@socketscope/socket-core";
import { TransferBroken } from "../data/broken.ts";
import { NotDeflated } from "../data/deflate.ts";
import type { DataConnection } from "../data/data-connection.ts";
import { failedReply, replyToProblem } from "../ftp/replies.ts";
import type { Visit } from "../ftp/visit.ts";
import type { Moving } from "../sessions/sessions.ts";
import type { Prepared } from "./prepare.ts";

export interface TransferOptions {
  readonly connection: DataConnection;
  readonly prepared: Prepared;
  /** Of a data connection under TLS. */
  readonly requireSessionReuse: boolean;
  /** Milliseconds in which something must move. */
  readonly dataMs: number;
  readonly visit: Visit;
}

export class Transfer {
  readonly #options: TransferOptions;
  #aborted = false;
  #octets = 0;
  readonly #begun = performance.now();
  #over: Promise<Reply> | undefined;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** The transfer's last reply. Never rejects. */
  run(): Promise<Reply> {
    this.#over ??= this.#run();
    return this.#over;
  }

  /** As it stands; undefined for a listing. */
  moving(): Moving | undefined {
    const { connection, prepared } = this.#options;
    const { record, total } = prepared;
    if (record === undefined) return undefined;
    const { stream } = connection;
    return {
      path: record.path,
      direction: record.direction,
      octets: this.#octets,
      since: this.#begun,
      ...(total !== undefined && { total }),
      ...(stream !== undefined && { data: { flow: stream.flow, secure: stream.secure } }),
    };
  }

  /** Breaks it off; resolves when its files are let go of. */
  async abort(): Promise<void> {
    this.#aborted = true;
    this.#options.connection.breakOff();
    await this.#over;
  }

  async #run(): Promise<Reply> {
    const { prepared } = this.#options;
    let complete = false;
    try {
      const stream = await this.#connect();
      if ("code" in stream) return stream;
      await this.#move(stream);
      complete = true;
      return reply(226, "Done");
    } catch (error) {
      return this.#replyTo(error);
    } finally {
      this.#options.connection.close();
      await prepared.giveUp();
      this.#log(performance.now() - this.#begun, complete);
    }
  }

  /** A reply where there is no connection. */
  async #connect(): Promise<Stream | Reply> {
    const { connection, requireSessionReuse } = this.#options;
    let stream: Stream;
    try {
      stream = await connection.open();
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      if (this.#aborted) return reply(426, "Broken off");
      // RFC 4217: 522 where TLS did not come about.
      return error.code === "TLS"
        ? reply(522, "The data connection's TLS did not come about")
        : reply(425, `No data connection: ${error.message}`);
    }
    if (this.#isAborted()) throw new TransferBroken("we-ended");
    if (requireSessionReuse && stream.secure && stream.tls?.resumed !== true) {
      stream.destroy("protocol");
      return reply(522, "The data connection must go on with the control connection's TLS session");
    }
    return stream;
  }

  async #move(stream: Stream): Promise<void> {
    const { prepared, dataMs } = this.#options;
    try {
      await prepared.run(stream, dataMs, (octets) => {
        this.#octets += octets;
      });
    } catch (error) {
      if (error instanceof TransferBroken) stream.destroy("io");
      // A reset would be all that the client hears of a full disk: it may send on for a while, and then reads the reply.
      else stream.linger("io");
      throw error;
    }
    // RFC 959 §3.4: in stream mode the end of the connection is the end of the file.
    stream.linger("we-ended");
    await prepared.complete();
  }

  #replyTo(error: unknown): Reply {
    if (error instanceof TransferBroken) {
      if (this.#aborted) return reply(426, "Broken off");
      const why = error.reason === "timeout" ? "nothing moved for too long" : "it ended early";
      return reply(426, `The data connection broke: ${why}`);
    }
    if (error instanceof NotDeflated) return reply(426, "What came is no zlib stream, or not all of one");
    const known = replyToProblem(error, "transfer");
    if (known === undefined) this.#options.visit.options.onError(error);
    return known ?? failedReply;
  }

  #log(ms: number, complete: boolean): void {
    const { prepared, visit } = this.#options;
    const { login, peer, options } = visit;
    if (prepared.record === undefined || login === undefined) return;
    const { path, direction, representation } = prepared.record;
    options.transferred(peer, {
      path,
      direction,
      representation,
      user: login.user,
      anonymous: login.anonymous,
      octets: this.#octets,
      ms,
      complete,
      host: peer.flow.remote.host,
      secure: peer.secure(),
    });
  }

  // Read through a call: it changes while we wait.
  #isAborted(): boolean {
    return this.#aborted;
  }
}
