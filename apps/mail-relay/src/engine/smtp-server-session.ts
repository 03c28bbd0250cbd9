/** What the smtp-server library asks by its callbacks, put to a conversation; its replies as the library wants them. */
import type { TLSSocket } from "node:tls";
import {
  isAscii,
  type MailParameters,
  type Notify,
  type RcptParameters,
  type Reply,
} from "@socketscope/smtp";
import type { CloseReason, Flow } from "@socketscope/socket-core";
import type {
  SMTPServerAddressArgs,
  SMTPServerDataStream,
  SMTPServerRecipientDSN,
  SMTPServerSession,
} from "smtp-server";
import { pauseAfter } from "../sasl-login.ts";
import type { Conversation, EngineOptions, Incoming } from "./engine.ts";

/** What the library makes a reply of. */
export interface Refusal extends Error {
  responseCode: number;
}

export function refusalOf({ code, enhanced, lines }: Reply): Refusal {
  const text = [enhanced ?? "", lines.join(" ")].join(" ").trim();
  return Object.assign(new Error(text), { responseCode: code });
}

const internal: Reply = { code: 451, lines: ["The server failed, its log says why; try again later"] };

export class LibrarySession {
  readonly #options: EngineOptions;
  readonly #conversation: Conversation;
  #tls: { readonly protocol: string; readonly cipher: string } | undefined;
  /** What was said in EHLO, as far as the conversation has been told. */
  #helo: string | undefined;
  #incoming: Incoming | undefined;
  /** Logins that failed. */
  #failures = 0;
  #over = false;
  readonly #cut: () => void;

  constructor(options: EngineOptions, flow: Flow, cut: () => void) {
    this.#options = options;
    this.#cut = cut;
    this.#conversation = options.converse({ flow, role: options.role, tls: () => this.#tls, cut });
  }

  connected(): Promise<Refusal | null> {
    return this.#judge(() => this.#conversation.greet());
  }

  secured(socket: TLSSocket): void {
    this.#tls = { protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().name };
    // RFC 3207 §4.2.
    this.#helo = undefined;
    this.#conversation.reset();
  }

  /** The user, or undefined. */
  async login(user: string, password: string, authzid: string | undefined): Promise<string | undefined> {
    const { limits, onError } = this.#options;
    const foreign = authzid !== undefined && authzid !== "" && authzid !== user;
    try {
      const known = await this.#conversation.credentials(user);
      if (known !== undefined && !foreign && (await known.verify(password))) {
        this.#conversation.loggedIn(known.user);
        return known.user;
      }
    } catch (error) {
      onError(error);
    }
    this.#conversation.loginFailed(user);
    await pauseAfter(++this.#failures, limits.loginDelay);
    return undefined;
  }

  async mail(
    reversePath: string,
    args: SMTPServerAddressArgs | false,
    session: SMTPServerSession,
  ): Promise<Refusal | null> {
    // The library tells nobody of RSET and of a second EHLO: what was collected is let go of here.
    this.#abort();
    this.#conversation.reset();
    const helo = typeof session.hostNameAppearsAs === "string" ? session.hostNameAppearsAs : "";
    if (helo !== this.#helo) {
      this.#helo = helo;
      const extended = session.openingCommand === "EHLO";
      const refusal = await this.#judge(() => this.#conversation.hello(helo, extended) ?? OK);
      if (refusal !== null) return refusal;
    }
    return this.#judge(() => this.#conversation.mail(reversePath, mailParameters(args, session)));
  }

  rcpt(forwardPath: string, dsn: SMTPServerRecipientDSN | undefined): Promise<Refusal | null> {
    return this.#judge(() => this.#conversation.rcpt(forwardPath, rcptParameters(dsn)));
  }

  /** The text behind the 250, or the refusal. The stream is read to its end either way: a command comes behind it. */
  async content(stream: SMTPServerDataStream): Promise<string | Refusal> {
    try {
      const incoming = await this.#conversation.content();
      if ("code" in incoming) {
        stream.resume();
        return refusalOf(incoming);
      }
      this.#incoming = incoming;
      for await (const octets of stream)
        if (octets instanceof Uint8Array && !stream.sizeExceeded) await incoming.write(octets);
      this.#incoming = undefined;
      if (stream.sizeExceeded) {
        incoming.abort();
        this.#conversation.refused("the message", TOO_BIG);
        // The library puts an enhanced code of its own in front.
        return refusalOf({ ...TOO_BIG, enhanced: undefined });
      }
      const reply = await incoming.finish();
      return reply.code < 400 ? reply.lines.join(" ") : refusalOf(reply);
    } catch (error) {
      this.#abort();
      stream.resume();
      // The connection ended within the content: nobody is there to be told.
      if (!this.#over) this.#options.onError(error);
      return refusalOf(internal);
    }
  }

  /** RFC 5321 §3.8 wants a 421; the library says one only after its own grace period, so the connection just ends. */
  drain(): void {
    if (this.#incoming === undefined) this.#cut();
  }

  closed(reason: CloseReason): void {
    this.#over = true;
    this.#abort();
    this.#conversation.closed(reason);
  }

  async #judge(ask: () => Reply | Promise<Reply | undefined> | undefined): Promise<Refusal | null> {
    try {
      const reply = (await ask()) ?? OK;
      return reply.code < 400 ? null : refusalOf(reply);
    } catch (error) {
      this.#options.onError(error);
      return refusalOf(internal);
    }
  }

  #abort(): void {
    this.#incoming?.abort();
    this.#incoming = undefined;
  }
}

const TOO_BIG: Reply = { code: 552, enhanced: "5.3.4", lines: ["The message is too big"] };
const OK: Reply = { code: 250, lines: ["OK"] };

function mailParameters(
  args: SMTPServerAddressArgs | false,
  { envelope }: SMTPServerSession,
): MailParameters {
  const size = args === false ? undefined : args["SIZE"];
  const { bodyType, smtpUtf8, dsn } = envelope;
  const ret = dsn?.ret?.toUpperCase();
  return {
    size: typeof size === "string" && /^\d+$/.test(size) ? Number(size) : undefined,
    body: bodyType === "8bitmime" ? "8BITMIME" : undefined,
    smtputf8: smtpUtf8 === true,
    ret: ret === "FULL" || ret === "HDRS" ? ret : undefined,
    envid: dsn?.envid ?? undefined,
  };
}

const NOTIFY: readonly Notify[] = ["NEVER", "SUCCESS", "FAILURE", "DELAY"];

function rcptParameters(dsn: SMTPServerRecipientDSN | undefined): RcptParameters {
  const notify = dsn?.notify?.flatMap((word) => NOTIFY.find((known) => known === word) ?? []);
  const [, addressType, address] = /^([^;]+);(.*)$/s.exec(dsn?.orcpt ?? "") ?? [];
  return {
    ...(notify !== undefined && notify.length > 0 && { notify }),
    ...(addressType !== undefined &&
      address !== undefined &&
      isAscii(addressType) && { orcpt: { addressType, address: decodeXtext(address) } }),
  };
}

/** RFC 3461 §4: the library hands ORCPT over as it came. */
function decodeXtext(text: string): string {
  return text.replaceAll(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
