/** One FTP control connection between our own core and a visit: events to its questions, its replies to actions. */
import {
  FtpServer,
  reply,
  type FtpServerAction,
  type FtpServerEvent,
  type FtpServerWait,
  type Reply,
} from "@socketscope/ftp";
import {
  drive,
  SocketError,
  type Clocks,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
  type StreamLimits,
} from "@socketscope/socket-core";
import { connectActive, refusalOfTarget } from "../data/active.ts";
import type { DataChannel } from "../data/data-channel.ts";
import { DataConnection } from "../data/data-connection.ts";
import { listenPassive } from "../data/passive.ts";
import { answerFileCommand } from "../ftp/file-commands.ts";
import { failedReply } from "../ftp/replies.ts";
import type { Visit } from "../ftp/visit.ts";
import type { EngineOptions } from "./engine.ts";
import { isOurName } from "./host-names.ts";
import { Pace } from "./pace.ts";
import { prepare, type Prepared, type TransferEvent } from "./prepare.ts";
import { Transfer } from "./transfer.ts";

type Line = Link<FtpServerAction>;

export function serveFtp(stream: Stream, options: EngineOptions): void {
  const visit = options.visits.arrive({
    flow: stream.flow,
    role: options.role,
    secure: () => stream.secure,
    tls: () => stream.tls,
  });
  drive(stream, coreOf(stream, options, false), new FtpSession(stream, options, visit), clocksOf(options));
}

/** RFC 4217 §11: behind AUTH TLS a core that knows nothing of what was said in clear. */
function coreOf(stream: Stream, { tls, ccc, modeZ, limits }: EngineOptions, afterTls: boolean): FtpServer {
  return new FtpServer({
    tls: tls !== undefined && !afterTls && !stream.secure,
    secure: afterTls || stream.secure,
    afterTls,
    ccc,
    modeZ,
    family: stream.flow.local.host.includes(":") ? 6 : 4,
    limits: { commandLine: limits.commandLine, loginTries: limits.loginTries },
  });
}

function clocksOf({ limits }: EngineOptions): Clocks<FtpServerWait> {
  return { login: { ms: limits.idle, from: "start" }, command: { ms: limits.idle, from: "start" } };
}

class FtpSession implements Session<FtpServerEvent, FtpServerAction> {
  readonly #stream: Stream;
  readonly #options: EngineOptions;
  readonly #visit: Visit;
  readonly #pace: Pace;
  /** What PASV, EPSV, PORT or EPRT prepared and no transfer has taken. */
  #channel: DataChannel | undefined;
  #protected = false;
  #transfer: Transfer | undefined;

  constructor(stream: Stream, options: EngineOptions, visit: Visit) {
    this.#stream = stream;
    this.#options = options;
    this.#visit = visit;
    this.#pace = new Pace(options.limits.commandRate);
  }

  on(event: FtpServerEvent, link: Line): void | Promise<void> {
    const pause = this.#pace.next();
    if (pause === 0) return this.#carryOut(event, link);
    return new Promise((resolve) => setTimeout(resolve, pause)).then(() => this.#carryOut(event, link));
  }

  #carryOut(event: FtpServerEvent, link: Line): void | Promise<void> {
    switch (event.type) {
      case "connected":
        return say(link, this.#visit.greeting());
      case "user":
        return say(link, this.#visit.user(event.name) ?? event.reply);
      case "login":
        return this.#answer(link, () => this.#visit.password(event.user, event.password));
      case "host":
        return this.#host(event.name, event.reply, link);
      case "secure":
        return this.#startTls(event.reply, link);
      case "clear":
        // What protects data connections stays: its TLS is their own.
        return link.leaveTls({ type: "reply", reply: event.reply }, "ftp");
      case "reinitialize":
        this.#visit.logOut();
        this.#release();
        this.#protected = false;
        return say(link, event.reply);
      case "protection":
        return this.#protect(event.level, event.reply, link);
      case "passive":
        return this.#listen(link);
      case "active":
        return this.#aim(event, link);
      case "retrieve":
      case "store":
      case "list":
        return this.#begin(event, link);
      case "abort":
        return this.#abort(event.reply, link);
      case "said":
      case "quit":
      case "refused":
      case "leaving":
        return say(link, event.reply);
      case "enter":
      case "where":
      case "describe":
      case "size":
      case "modified":
      case "touch":
      case "mode":
      case "renaming":
      case "rename":
      case "delete":
      case "make":
      case "remove":
      case "allocate":
      case "hash":
      case "available":
      case "status":
        return this.#answer(link, () => answerFileCommand(event, this.#visit));
    }
  }

  closed(_reason: CloseReason): void {
    this.#release();
    // Its files are let go of before the view is closed.
    const over = this.#transfer?.abort() ?? Promise.resolve();
    over.then(() => this.#visit.closed(), this.#visit.options.onError);
  }

  failed(error: unknown): void {
    this.#visit.options.onError(error);
  }

  async #answer(link: Line, ask: () => Promise<Reply>): Promise<void> {
    try {
      say(link, await ask());
    } catch (error) {
      this.#visit.options.onError(error);
      say(link, failedReply);
    }
  }

  #host(name: string, answer: Reply, link: Line): void {
    const ours = isOurName(name, this.#stream.flow.local.host, this.#options.tls?.cert);
    say(link, ours ? answer : reply(504, "No server here has this name"));
  }

  async #startTls(answer: Reply, link: Line): Promise<void> {
    const { tls } = this.#options;
    if (tls === undefined) return say(link, failedReply);
    this.#visit.logOut();
    this.#release();
    const core = coreOf(this.#stream, this.#options, true);
    const how = { mayLeave: this.#options.ccc };
    await link.startTls({ type: "reply", reply: answer }, tls, core, this, clocksOf(this.#options), how);
  }

  #protect(level: "C" | "P", answer: Reply, link: Line): void {
    // RFC 4217 §9, RFC 2228 §3: 534 for what is against the policy.
    if (level === "C" && this.#visit.options.requireTls)
      return say(link, reply(534, "Data connections are under TLS here"));
    this.#protected = level === "P";
    say(link, answer);
  }

  async #listen(link: Line): Promise<void> {
    this.#release();
    const { passivePorts: ports, publicAddress, sameAddress, tap, limits } = this.#options;
    try {
      const channel = await listenPassive({
        control: this.#stream,
        ports,
        sameAddress,
        tap,
        connectMs: limits.data,
        limits: this.#streamLimits(),
      });
      this.#channel = channel;
      const { host, port } = channel.address;
      this.#visit.agreed({ how: "passive", at: channel.address });
      link.send({ type: "passive", host: publicAddress ?? host, port });
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      say(link, reply(425, "No port is free for a data connection"));
    }
  }

  #aim(event: FtpServerEvent & { readonly type: "active" }, link: Line): void {
    this.#release();
    const { sameAddress, tap, limits } = this.#options;
    const target = { host: event.host, port: event.port };
    const refusal = refusalOfTarget(target, this.#stream, sameAddress);
    // RFC 2577 §3: 504 to a PORT that names somebody else.
    if (refusal !== undefined) return say(link, reply(504, refusal));
    this.#channel = connectActive({
      control: this.#stream,
      target,
      tap,
      connectMs: limits.data,
      limits: this.#streamLimits(),
    });
    this.#visit.agreed({ how: "active", at: target });
    say(link, event.reply);
  }

  async #begin(event: TransferEvent, link: Line): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#visit.agreed(undefined);
    if (channel === undefined) return say(link, failedReply);
    const { tls, requireSessionReuse, limits } = this.#options;
    const connection = new DataConnection({
      channel,
      tls: this.#protected ? tls : undefined,
      upload: event.type === "store",
    });
    const prepared = await this.#prepare(event);
    if ("code" in prepared) {
      connection.breakOff();
      return say(link, prepared);
    }
    await connection.mayBegin();
    const transfer = new Transfer({
      connection,
      prepared,
      requireSessionReuse,
      dataMs: limits.data,
      visit: this.#visit,
    });
    this.#transfer = transfer;
    this.#visit.moves(() => transfer.moving());
    // Before the data connection is waited for, and before its TLS: many clients begin that at this word only.
    link.send({ type: "begin", reply: prepared.begins });
    void this.#finish(transfer, link);
  }

  async #finish(transfer: Transfer, link: Line): Promise<void> {
    const answer = await transfer.run();
    this.#transfer = undefined;
    this.#visit.moves(undefined);
    link.send({ type: "finish", reply: answer });
  }

  async #prepare(event: TransferEvent): Promise<Prepared | Reply> {
    // RFC 4217 §9: 521 where the data connection is not to be had with the PROT that is set.
    if (this.#visit.options.requireTls && !this.#protected)
      return reply(521, "Say PROT P first: no data travels in clear");
    return prepare(event, this.#visit);
  }

  async #abort(answer: Reply, link: Line): Promise<void> {
    this.#release();
    // Its reply leaves first, by `finish`.
    await this.#transfer?.abort();
    say(link, answer);
  }

  #release(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#visit.agreed(undefined);
  }

  #streamLimits(): Partial<StreamLimits> {
    const { data } = this.#options.limits;
    return { writeStallMs: data, handshakeMs: Math.min(data, 30_000) };
  }
}

function say(link: Line, answer: Reply): void {
  link.send({ type: "reply", reply: answer });
}
