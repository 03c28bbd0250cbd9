/** What EHLO is answered (RFC 5321 §4.1.1.1): an extension is named only where it works. */
import type { Reply } from "./envelope.ts";
import { commands, isVerb } from "./commands.ts";

export interface Offer {
  readonly hostname: string;
  /** STARTTLS is to be had now. */
  readonly startTls: boolean;
  /** SASL mechanisms that may be used now. */
  readonly mechanisms: readonly string[];
  /** Octets of a message; Infinity: no limit is named. */
  readonly size: number;
}

export function ehloReply(offer: Offer, client: string): Reply {
  const { startTls, mechanisms, size } = offer;
  const lines = [
    `${offer.hostname} greets ${client}`,
    "PIPELINING",
    // RFC 1870 §3: 0 or nothing is "no fixed limit".
    Number.isFinite(size) ? `SIZE ${size}` : "SIZE",
    "8BITMIME",
    "SMTPUTF8",
    "CHUNKING",
    "ENHANCEDSTATUSCODES",
    "DSN",
    "HELP",
  ];
  // RFC 3207 §4.2: not under TLS any more.
  if (startTls) lines.push("STARTTLS");
  if (mechanisms.length > 0) lines.push(`AUTH ${mechanisms.join(" ")}`);
  return { code: 250, lines };
}

export function helpReply(argument: string): Reply {
  const verb = argument.toUpperCase();
  const lines = isVerb(verb)
    ? [commands[verb].form]
    : ["Commands, each ended by CR LF:", ...Object.values(commands).map(({ form }) => form)];
  return { code: 214, enhanced: "2.0.0", lines };
}
