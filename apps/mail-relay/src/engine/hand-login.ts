/** AUTH (RFC 4954): one exchange after the other on a connection, and a pause that grows with each that failed. */
import type { Reply, SmtpServerAction } from "@socketscope/smtp";
import type { Link } from "@socketscope/socket-core";
import {
  LoginServer,
  PlainServer,
  ScramServer,
  type SaslServer,
  type SaslStep,
} from "@socketscope/wire/sasl";
import { scramCrypto, scramSecret } from "../scram-crypto.ts";
import type { Conversation } from "./engine.ts";

const servers: Readonly<Record<string, () => SaslServer>> = {
  "SCRAM-SHA-256": () => new ScramServer(scramCrypto, scramSecret),
  PLAIN: () => new PlainServer(),
  LOGIN: () => new LoginServer(),
};

export const mechanisms: readonly string[] = Object.keys(servers);

const succeeded: Reply = { code: 235, enhanced: "2.7.0", lines: ["You are logged in"] };
const failed: Reply = { code: 535, enhanced: "5.7.8", lines: ["Name or password is wrong"] };
const cancelled: Reply = { code: 501, enhanced: "5.7.0", lines: ["Login given up"] };

/** Pauses double, up to so many times the first. */
const MAX_GROWTH = 16;

type Line = Link<SmtpServerAction>;

export class Login {
  readonly #conversation: Conversation;
  /** Milliseconds. */
  readonly #delay: number;
  #sasl: SaslServer | undefined;
  #failures = 0;

  constructor(conversation: Conversation, delay: number) {
    this.#conversation = conversation;
    this.#delay = delay;
  }

  async begin(mechanism: string, initial: Uint8Array | undefined, link: Line): Promise<void> {
    this.#sasl = servers[mechanism]?.();
    if (this.#sasl === undefined) return say(link, failed);
    await this.#go(this.#sasl, this.#sasl.begin(initial), link);
  }

  async respond(octets: Uint8Array | "cancel", link: Line): Promise<void> {
    const sasl = this.#sasl;
    if (octets === "cancel" || sasl === undefined) {
      this.#sasl = undefined;
      return say(link, cancelled);
    }
    await this.#go(sasl, sasl.respond(octets), link);
  }

  async #go(sasl: SaslServer, first: SaslStep, link: Line): Promise<void> {
    let step = first;
    if (step.type === "lookup") step = await sasl.judge(await this.#conversation.credentials(step.user));
    switch (step.type) {
      case "challenge":
        link.send({ type: "challenge", octets: step.octets });
        return;
      case "success":
        this.#sasl = undefined;
        this.#conversation.loggedIn(step.user);
        return say(link, succeeded);
      case "lookup":
      case "failure":
        return this.#fail(step.user, link);
    }
  }

  async #fail(user: string, link: Line): Promise<void> {
    this.#sasl = undefined;
    this.#conversation.loginFailed(user);
    const pause = this.#delay * Math.min(2 ** this.#failures++, MAX_GROWTH);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause).unref());
    say(link, failed);
  }
}

function say(link: Line, reply: Reply): void {
  link.send({ type: "reply", reply });
}
