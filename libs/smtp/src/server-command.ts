/** One line of a client as the event it means, or as the refusal it gets: RFC 5321 §4.1.1, §4.2.4, §4.3.2. */
import { decodeBase64, decodeUtf8, RemoteError } from "@socketscope/wire";
import { commands, outOfOrder, verbOf, type SmtpState, type Verb } from "./commands.ts";
import type { Reply } from "./envelope.ts";
import { isAscii, isDomainOrLiteral, isMailbox, parsePath } from "./grammar.ts";
import { isFault, parseMailParameters, parseRcptParameters } from "./parameters.ts";
import { tooBig } from "./server-content.ts";
import { ehloReply, helpReply, type Offer } from "./server-ehlo.ts";
import type { SmtpServerAction, SmtpServerEvent } from "./server-events.ts";
import type { SmtpServerLimits } from "./server-limits.ts";

/** As the session stands. */
export interface Standing {
  readonly state: SmtpState;
  readonly offer: Offer;
  readonly limits: SmtpServerLimits;
  readonly extended: boolean;
  readonly authenticated: boolean;
  readonly recipients: number;
}

/** The core's own: where a chunk begins. */
export interface ChunkBegins {
  readonly type: "bdat";
  readonly octets: number;
  readonly last: boolean;
  /** It is out of order: its octets are read over all the same. */
  readonly refusal: Reply | undefined;
}

/** Undefined where it is no text. RFC 6531 §3.3: addresses may be in UTF-8. */
export function decodeCommand(octets: Uint8Array): string | undefined {
  const text = decodeUtf8(octets);
  return text === undefined || text.includes("\0") ? undefined : text;
}

/** `octets` of the line, its end counted. Throws RemoteError for a client of another protocol. */
export function readCommand(text: string, octets: number, at: Standing): SmtpServerEvent | ChunkBegins {
  const blank = text.indexOf(" ");
  const first = blank < 0 ? text : text.slice(0, blank);
  const argument = blank < 0 ? "" : withoutBlanksAtEnd(text.slice(blank + 1));
  const word = verbOf(first);
  if (word === undefined) return unknown(first.toUpperCase(), text);
  const limit = lineLimit(word, at.limits);
  if (octets > limit) return refused(word, 500, "5.5.2", `This line has more than ${limit} octets`);
  const rule = commands[word];
  if (rule.argument === "none" && argument !== "") return refused(word, 501, "5.5.4", `${word} stands alone`);
  if (rule.argument === "required" && argument === "") return refused(word, 501, "5.5.4", `Say ${rule.form}`);
  const legal: readonly SmtpState[] = rule.legalIn;
  const order = legal.includes(at.state) ? undefined : reply(503, "5.5.1", outOfOrder(word, at.state));
  if (word === "BDAT") return bdat(argument, order);
  if (order !== undefined) return { type: "refused", what: word, reply: order };
  return carryOut(word, argument, at);
}

function withoutBlanksAtEnd(text: string): string {
  return text.endsWith(" ") ? text.replace(/ +$/, "") : text;
}

function carryOut(verb: Exclude<Verb, "BDAT">, argument: string, at: Standing): SmtpServerEvent {
  switch (verb) {
    case "EHLO":
    case "HELO":
      return hello(verb, argument, at);
    case "MAIL":
      return mail(argument, at);
    case "RCPT":
      return rcpt(argument, at);
    case "DATA":
      return { type: "data", by: "DATA" };
    case "RSET":
      return { type: "reset", reply: reply(250, "2.0.0", "OK") };
    case "NOOP":
      return { type: "other", reply: reply(250, "2.0.0", "OK") };
    case "QUIT":
      return { type: "other", reply: reply(221, "2.0.0", `${at.offer.hostname} closes, bye`) };
    case "HELP":
      return { type: "other", reply: helpReply(argument) };
    case "VRFY":
      // RFC 5321 §3.5.3: 252 where it is not told.
      return { type: "verify", text: argument, reply: reply(252, "2.5.0", "Cannot say; send to it and see") };
    case "EXPN":
      return refused(verb, 502, "5.5.1", "There are no lists here");
    case "STARTTLS":
      if (!at.offer.startTls) return refused(verb, 502, "5.5.1", "There is no TLS to begin here");
      return { type: "starttls", reply: reply(220, "2.0.0", "Go on under TLS") };
    case "AUTH":
      return auth(argument, at);
  }
}

function hello(verb: "EHLO" | "HELO", domain: string, { offer }: Standing): SmtpServerEvent {
  // RFC 5321 §4.1.4: a name that cannot be verified is no reason to refuse; one that could be no name at all is.
  if (!isDomainOrLiteral(domain) || !isAscii(domain))
    return refused(verb, 501, "5.5.4", `${verb} takes your domain or your address, as ${verb} [127.0.0.1]`);
  const extended = verb === "EHLO";
  const answer = extended ? ehloReply(offer, domain) : { code: 250, lines: [offer.hostname] };
  return { type: "hello", domain, extended, reply: answer };
}

function mail(argument: string, at: Standing): SmtpServerEvent {
  const path = /^FROM:/i.test(argument) ? parsePath(argument.slice("FROM:".length)) : undefined;
  if (path === undefined) return refused("MAIL", 501, "5.1.7", `Say ${commands.MAIL.form}`);
  const { address, rest } = path;
  if (address !== "" && !isMailbox(address))
    return refused("MAIL", 501, "5.1.7", "This can be no sender's address");
  // RFC 5321 §4.1.1.11: parameters belong to extensions, which HELO does not know.
  if (rest.trim() !== "" && !at.extended) return refused("MAIL", 555, "5.5.4", "Parameters need EHLO");
  const parameters = parseMailParameters(rest);
  if (isFault(parameters)) return refused("MAIL", parameters.code, "5.5.4", parameters.text);
  if (!isAscii(address) && !parameters.smtputf8)
    return refused("MAIL", 553, "5.6.7", "An address in UTF-8 needs the parameter SMTPUTF8");
  // RFC 1870 §6.1.
  if (parameters.size !== undefined && parameters.size > at.limits.size)
    return { type: "refused", what: "MAIL", reply: tooBig(at.limits.size) };
  return { type: "mail", reversePath: address, parameters };
}

function rcpt(argument: string, at: Standing): SmtpServerEvent {
  const path = /^TO:/i.test(argument) ? parsePath(argument.slice("TO:".length)) : undefined;
  if (path === undefined) return refused("RCPT", 501, "5.1.3", `Say ${commands.RCPT.form}`);
  const { address, rest } = path;
  // RFC 5321 §4.1.1.3: Postmaster needs no domain.
  if (!isMailbox(address) && address.toLowerCase() !== "postmaster")
    return refused("RCPT", 501, "5.1.3", "This can be no recipient's address");
  if (rest.trim() !== "" && !at.extended) return refused("RCPT", 555, "5.5.4", "Parameters need EHLO");
  const parameters = parseRcptParameters(rest);
  if (isFault(parameters)) return refused("RCPT", parameters.code, "5.5.4", parameters.text);
  // RFC 5321 §4.5.3.1.10: 452, so that the rest is sent in another transaction.
  if (at.recipients >= at.limits.recipients)
    return refused("RCPT", 452, "4.5.3", `At most ${at.limits.recipients} recipients at once`);
  return { type: "rcpt", forwardPath: address, parameters };
}

function bdat(argument: string, order: Reply | undefined): SmtpServerEvent | ChunkBegins {
  const [, digits, last] = /^(\d{1,15})( LAST)?$/i.exec(argument) ?? [];
  if (digits === undefined) {
    // How many octets follow is not known: nothing behind this line can be read as a command.
    const answer = reply(501, "5.5.4", "Say BDAT octets [LAST]");
    throw new RemoteError<SmtpServerAction>("SMTP_BDAT", "BDAT without a length", {
      type: "reply",
      reply: answer,
    });
  }
  return { type: "bdat", octets: Number(digits), last: last !== undefined, refusal: order };
}

function auth(argument: string, at: Standing): SmtpServerEvent {
  const [, name, coded] = /^(\S+)(?: (\S+))?$/.exec(argument) ?? [];
  if (name === undefined) return refused("AUTH", 501, "5.5.4", `Say ${commands.AUTH.form}`);
  if (!at.extended) return refused("AUTH", 503, "5.5.1", "AUTH needs EHLO");
  if (at.authenticated) return refused("AUTH", 503, "5.5.1", "You have logged in already");
  const { mechanisms, startTls } = at.offer;
  if (mechanisms.length === 0) {
    return startTls
      ? refused("AUTH", 538, "5.7.11", "Say STARTTLS first: no password is taken in clear")
      : refused("AUTH", 502, "5.5.1", "There is nothing to log in to here");
  }
  const mechanism = mechanisms.find((one) => one === name.toUpperCase());
  if (mechanism === undefined) return refused("AUTH", 504, "5.5.4", `Use one of ${mechanisms.join(", ")}`);
  if (coded === undefined) return { type: "authenticate", mechanism, initial: undefined };
  // RFC 4954 §4: "=" is an initial response of no octets.
  const initial = coded === "=" ? new Uint8Array(0) : decodeBase64(coded);
  if (initial === undefined) return refused("AUTH", 501, "5.5.2", "That is no base64");
  return { type: "authenticate", mechanism, initial };
}

/** The answer to a challenge. RFC 4954 §4: `*` gives up; what is no base64 is refused with 501. */
export function readResponse(text: string): SmtpServerEvent {
  if (text === "*") return { type: "response", octets: "cancel" };
  const octets = decodeBase64(text);
  if (octets === undefined) return refused("AUTH", 501, "5.5.2", "That is no base64");
  return { type: "response", octets };
}

function lineLimit(verb: Verb, { commandLine, parameters, authLine }: SmtpServerLimits): number {
  if (verb === "AUTH") return authLine;
  return verb === "MAIL" || verb === "RCPT" ? commandLine + parameters : commandLine;
}

const HTTP = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"]);

function unknown(word: string, text: string): SmtpServerEvent {
  // A page made a browser post a letter to us: what it sends next would be commands of its choice.
  if (HTTP.has(word) && / HTTP\/\d/.test(text)) {
    const answer = reply(421, "4.7.0", "This speaks SMTP, not HTTP");
    throw new RemoteError<SmtpServerAction>("SMTP_HTTP", "an HTTP client", { type: "reply", reply: answer });
  }
  const shown = word.slice(0, 20).replaceAll(/[^!-~]/g, "?");
  return refused(
    shown,
    500,
    "5.5.1",
    shown === "" ? "An empty line is no command" : `No such command: ${shown}`,
  );
}

function refused(what: string, code: number, enhanced: string, text: string): SmtpServerEvent {
  return { type: "refused", what, reply: reply(code, enhanced, text) };
}

function reply(code: number, enhanced: string, text: string): Reply {
  return { code, enhanced, lines: [text] };
}
