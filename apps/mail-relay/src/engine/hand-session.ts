/** One SMTP connection between our own core and a conversation: events to its questions, its replies to actions. */
import {
  SmtpServer,
  type Reply,
  type SmtpServerAction,
  type SmtpServerEvent,
  type SmtpServerWait,
} from "@socketscope/smtp";
import {
  drive,
  type Clocks,
  type CloseReason,
  type Link,
  type Session,
  type Stream,
} from "@socketscope/socket-core";
import type { RemoteError } from "@socketscope/wire";
import type { Conversation, EngineOptions, Incoming } from "./engine.ts";
import { mechanisms, SaslLogin, type SaslAnswers } from "../sasl-login.ts";

type Line = Link<SmtpServerAction>;

export function serveSmtp(stream: Stream, options: EngineOptions): void {
  const { role } = options;
  const peer = {
    flow: stream.flow,
    role,
    tls: () => stream.tls,
    cut: () => stream.destroy("we-ended"),
  };
  const session = new SmtpSession(options, options.converse(peer));
  drive(stream, coreOf(options, stream.secure), session, clocksOf(options));
}

/** RFC 3207 §4.2: behind STARTTLS a core that knows nothing of what was said in clear. */
function coreOf(options: EngineOptions, secure: boolean, afterTls = false): SmtpServer {
  const { hostname, limits, tls, authClear } = options;
  return new SmtpServer({
    hostname,
    afterTls,
    startTls: tls !== undefined && !secure,
    mechanisms: secure || authClear ? mechanisms : [],
    limits: { ...limits.session, size: limits.maxSize },
  });
}

/** RFC 5321 §4.5.3.2.7: the client has its time for each command and for each block of content. */
function clocksOf({ limits: { idle, content = idle, login = idle } }: EngineOptions): Clocks<SmtpServerWait> {
  return {
    command: { ms: idle, from: "start" },
    content: { ms: content, from: "progress" },
    challenge: { ms: login, from: "start" },
  };
}

const internal: Reply = {
  code: 451,
  enhanced: "4.3.0",
  lines: ["The server failed, its log says why; try again later"],
};

const goOn: Reply = { code: 354, lines: ["Go on, and end with a line of one dot"] };

class SmtpSession implements Session<SmtpServerEvent, SmtpServerAction> {
  readonly #options: EngineOptions;
  readonly #conversation: Conversation;
  readonly #login: SaslLogin;
  #incoming: Incoming | undefined;

  constructor(options: EngineOptions, conversation: Conversation) {
    this.#options = options;
    this.#conversation = conversation;
    this.#login = new SaslLogin({
      credentials: (user) => conversation.credentials(user),
      loginFailed: (user) => conversation.loginFailed(user),
      delay: options.limits.loginDelay,
    });
  }

  on(event: SmtpServerEvent, link: Line): void | Promise<void> {
    const conversation = this.#conversation;
    switch (event.type) {
      case "connected":
        return this.#greet(link);
      case "hello":
        return this.#answer(() => conversation.hello(event.domain, event.extended), link, event.reply);
      case "mail":
        return this.#answer(() => conversation.mail(event.reversePath, event.parameters), link);
      case "rcpt":
        return this.#answer(() => conversation.rcpt(event.forwardPath, event.parameters), link);
      case "data":
        return this.#begin(event.by, link);
      case "content":
        return this.#incoming?.write(event.octets);
      case "end":
        return this.#finish(link);
      case "spoilt":
        this.#abort();
        conversation.reset();
        conversation.refused("the message", event.reply);
        return say(link, event.reply);
      case "authenticate":
        return this.#login.begin(event.mechanism, event.initial, this.#answers(link));
      case "response":
        return this.#login.respond(event.octets, this.#answers(link));
      case "starttls":
        return this.#startTls(event.reply, link);
      case "verify":
        return this.#answer(() => conversation.verify(event.text), link, event.reply);
      case "reset":
        this.#abort();
        conversation.reset();
        return say(link, event.reply);
      case "refused":
        conversation.refused(event.what, event.reply);
        return say(link, event.reply);
      case "chunk":
      case "other":
      case "leaving":
        return say(link, event.reply);
    }
  }

  closed(reason: CloseReason): void {
    this.#abort();
    this.#conversation.closed(reason);
  }

  refused(error: RemoteError): void {
    const { answer } = error;
    const reply =
      typeof answer === "object" && answer !== null && "reply" in answer ? replyOf(answer.reply) : undefined;
    this.#conversation.refused(error.message, reply ?? internal);
  }

  failed(error: unknown): void {
    this.#options.onError(error);
  }

  /**
   * RFC 5321 §4.3.1: who speaks before the greeting is no mail program. What has come by the next turn of the loop is
   * seen by the core; nobody who waits is made to wait.
   */
  async #greet(link: Line): Promise<void> {
    await new Promise(setImmediate);
    await this.#answer(() => this.#conversation.greet(), link);
  }

  /** Nothing is awaited where the conversation answers at once. */
  #answer(
    ask: () => Reply | undefined | Promise<Reply | undefined>,
    link: Line,
    proposed: Reply = internal,
  ): void | Promise<void> {
    try {
      const reply = ask();
      if (reply instanceof Promise)
        return reply.then(
          (late) => say(link, late ?? proposed),
          (error: unknown) => this.#fail(error, link),
        );
      say(link, reply ?? proposed);
    } catch (error) {
      this.#fail(error, link);
    }
  }

  #begin(by: "DATA" | "BDAT", link: Line): void | Promise<void> {
    try {
      const incoming = this.#conversation.content();
      if (incoming instanceof Promise)
        return incoming.then(
          (late) => this.#begun(late, by, link),
          (error: unknown) => this.#fail(error, link),
        );
      this.#begun(incoming, by, link);
    } catch (error) {
      this.#fail(error, link);
    }
  }

  #begun(incoming: Incoming | Reply, by: "DATA" | "BDAT", link: Line): void {
    if ("code" in incoming) return say(link, incoming);
    this.#incoming = incoming;
    if (by === "BDAT") link.send({ type: "take" });
    else say(link, goOn);
  }

  #finish(link: Line): void | Promise<void> {
    const incoming = this.#incoming;
    this.#incoming = undefined;
    return this.#answer(() => incoming?.finish(), link);
  }

  async #startTls(reply: Reply, link: Line): Promise<void> {
    const { tls } = this.#options;
    if (tls === undefined) return say(link, internal);
    this.#conversation.reset();
    const core = coreOf(this.#options, true, true);
    await link.startTls({ type: "reply", reply }, tls, core, this, clocksOf(this.#options));
  }

  /** RFC 4954 §4, §6. */
  #answers(link: Line): SaslAnswers {
    return {
      challenge: (octets) => void link.send({ type: "challenge", octets }),
      succeeded: (user) => {
        this.#conversation.loggedIn(user);
        say(link, { code: 235, enhanced: "2.7.0", lines: ["You are logged in"] });
      },
      failed: () => say(link, { code: 535, enhanced: "5.7.8", lines: ["Name or password is wrong"] }),
      cancelled: () => say(link, { code: 501, enhanced: "5.7.0", lines: ["Login given up"] }),
    };
  }

  #fail(error: unknown, link: Line): void {
    this.#options.onError(error);
    say(link, internal);
  }

  #abort(): void {
    this.#incoming?.abort();
    this.#incoming = undefined;
  }
}

function say(link: Line, reply: Reply): void {
  link.send({ type: "reply", reply });
}

function replyOf(value: unknown): Reply | undefined {
  if (typeof value !== "object" || value === null || !("code" in value) || !("lines" in value))
    return undefined;
  const { code, lines } = value;
  if (typeof code !== "number" || !Array.isArray(lines)) return undefined;
  const enhanced = "enhanced" in value && typeof value.enhanced === "string" ? value.enhanced : undefined;
  return {
    code,
    ...(enhanced !== undefined && { enhanced }),
    lines: lines.filter((line) => typeof line === "string"),
  };
}
