/** One SASL exchange after the other on a connection, for SMTP and POP3, and a pause that grows with each that failed. */
import { randomBytes } from "node:crypto";
import { scramCrypto } from "@socketscope/smtp-session";
import {
  LoginServer,
  PlainServer,
  ScramServer,
  type SaslServer,
  type SaslStep,
} from "@socketscope/wire/sasl";
import type { Credentials } from "./engine/engine.ts";

/** The same while the process runs: salts of users who are not there come from it. */
const scramSecret: Uint8Array = randomBytes(32);

const servers: Readonly<Record<string, () => SaslServer>> = {
  "SCRAM-SHA-256": () => new ScramServer(scramCrypto, scramSecret),
  PLAIN: () => new PlainServer(),
  LOGIN: () => new LoginServer(),
};

export const mechanisms: readonly string[] = Object.keys(servers);

/** Pauses double, up to so many times the first. */
const MAX_GROWTH = 16;

/** Resolves when a login that failed may be answered: each failure of a connection doubles the pause, in milliseconds. */
export async function pauseAfter(failures: number, delay: number): Promise<void> {
  const pause = delay * Math.min(2 ** (failures - 1), MAX_GROWTH);
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause).unref());
}

/** How the protocol around it says what becomes of an exchange. */
export interface SaslAnswers {
  challenge(octets: Uint8Array): void;
  succeeded(user: string): void | Promise<void>;
  failed(): void;
  cancelled(): void;
}

export interface SaslLoginOptions {
  credentials(user: string): Credentials | undefined | Promise<Credentials | undefined>;
  /** For the log, before the pause. */
  loginFailed(user: string): void;
  /** Milliseconds before a failed login is answered. */
  readonly delay: number;
}

export class SaslLogin {
  readonly #options: SaslLoginOptions;
  #sasl: SaslServer | undefined;
  #failures = 0;

  constructor(options: SaslLoginOptions) {
    this.#options = options;
  }

  async begin(mechanism: string, initial: Uint8Array | undefined, answers: SaslAnswers): Promise<void> {
    const sasl = servers[mechanism]?.();
    this.#sasl = sasl;
    if (sasl === undefined) return answers.failed();
    await this.#go(sasl, sasl.begin(initial), answers);
  }

  async respond(octets: Uint8Array | "cancel", answers: SaslAnswers): Promise<void> {
    const sasl = this.#sasl;
    if (octets === "cancel" || sasl === undefined) {
      this.#sasl = undefined;
      return answers.cancelled();
    }
    await this.#go(sasl, sasl.respond(octets), answers);
  }

  /** A name and a password without a mechanism around them (POP3's USER and PASS). */
  async password(user: string, password: string, answers: SaslAnswers): Promise<void> {
    const known = await this.#options.credentials(user);
    if (known !== undefined && (await known.verify(password))) return answers.succeeded(user);
    await this.#fail(user, answers);
  }

  async #go(sasl: SaslServer, first: SaslStep, answers: SaslAnswers): Promise<void> {
    let step = first;
    if (step.type === "lookup") step = await sasl.judge(await this.#options.credentials(step.user));
    switch (step.type) {
      case "challenge":
        return answers.challenge(step.octets);
      case "success":
        this.#sasl = undefined;
        return answers.succeeded(step.user);
      case "lookup":
      case "failure":
        return this.#fail(step.user, answers);
    }
  }

  async #fail(user: string, answers: SaslAnswers): Promise<void> {
    this.#sasl = undefined;
    this.#options.loginFailed(user);
    await pauseAfter(++this.#failures, this.#options.delay);
    answers.failed();
  }
}
