/** A message as it stands in an mbox (RFC 4155, quoted as mboxrd): the line "From SENDER DATE", the text, an empty line. */
import { QuotedText } from "./quoted-text.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export class MboxText {
  readonly #text = new QuotedText();
  #begun = false;

  data(octets: Uint8Array): Buffer {
    return this.#behindFromLine(octets, this.#text.data(octets));
  }

  end(): Buffer {
    return Buffer.concat([this.#behindFromLine(new Uint8Array(0), this.#text.end()), Buffer.from("\n")]);
  }

  #behindFromLine(first: Uint8Array, text: Buffer): Buffer {
    if (this.#begun) return text;
    this.#begun = true;
    return Buffer.concat([Buffer.from(fromLine(first, new Date())), text]);
  }
}

/** The sender where the message's first line says it, in the first octets that come. RFC 4155: the date is in UTC. */
export function fromLine(first: Uint8Array, date: Date): string {
  const line = Buffer.from(first.subarray(0, 1000)).toString("latin1").split("\r\n", 1)[0] ?? "";
  const sender = /^Return-Path: *<([!-;=?-~]+)>$/i.exec(line)?.[1] ?? "MAILER-DAEMON";
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${WEEKDAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `From ${sender} ${day} ${time} ${date.getUTCFullYear()}\n`;
}
