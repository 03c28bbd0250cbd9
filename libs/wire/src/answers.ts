/** What a client that asks line by line (SMTP, POP3, FTP) has of its server's side, and what it means that no more comes. */
import type { Input } from "./core.ts";
import { RemoteError } from "./errors.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";

type AnswerProtocol = "SMTP" | "POP3" | "FTP";

export class Answers {
  readonly buffer = new ReceiveBuffer();
  readonly #protocol: AnswerProtocol;
  /** RFC 1939 has responses, RFC 959 and RFC 5321 have replies. */
  readonly #answer: "reply" | "response";
  #unasked = false;
  #peerEnded = false;
  #timedOut = false;

  constructor(protocol: AnswerProtocol) {
    this.#protocol = protocol;
    this.#answer = protocol === "POP3" ? "response" : "reply";
  }

  /** Octets came before the command they would have to answer: it was not sent. */
  get unasked(): boolean {
    return this.#unasked;
  }

  /** What is here was not made for the command that is due now; it may still become the server's farewell. */
  comeUnasked(): void {
    this.#unasked = true;
  }

  receive(input: Input): void {
    if (typeof input !== "string") this.buffer.push(input);
    else if (input === "end") this.#peerEnded = true;
    else if (input === "timeout") this.#timedOut = true;
    // "drain" is for who is asked; a client ends by QUIT when it wants to.
  }

  unread(): Uint8Array {
    return this.buffer.take(this.buffer.length);
  }

  /** "the reply to MAIL" */
  to(command: string): string {
    return command === "greeting" ? "the greeting" : `the ${this.#answer} to ${command}`;
  }

  /**
   * More is needed: unless nothing more can come. `due`: what is waited for, in words. Throws RemoteError SMTP_TIMEOUT,
   * SMTP_ENDED or SMTP_UNASKED; of POP3 and FTP likewise.
   */
  rest(due: string | undefined): "need-data" | "closed" {
    if (this.#unasked && (this.#timedOut || this.#peerEnded))
      throw this.#error("UNASKED", `the server began a ${this.#answer} that nobody had asked for`);
    if (this.#timedOut) {
      this.#timedOut = false;
      if (due !== undefined) throw this.#error("TIMEOUT", `${due} did not come in time`);
    }
    if (!this.#peerEnded) return "need-data";
    if (due !== undefined) throw this.#error("ENDED", `the server ended the connection where ${due} was due`);
    return "closed";
  }

  /** SMTP_OUT_OF_PLACE, or SMTP_UNASKED where nothing is due; of POP3 and FTP likewise. `what` came: "a 250". */
  outOfPlace(what: string, due: string | undefined): RemoteError {
    return due === undefined
      ? this.#error("UNASKED", `the server sent ${what} that nobody had asked for`)
      : this.#error("OUT_OF_PLACE", `the server sent ${what} where ${due} was due`);
  }

  #error(fault: "UNASKED" | "TIMEOUT" | "ENDED" | "OUT_OF_PLACE", message: string): RemoteError {
    return new RemoteError(`${this.#protocol}_${fault}`, message);
  }
}
