/** The command line. */
import {
  BadValue,
  kinds,
  network,
  portOrOff,
  serverOptions,
  type HostPort,
  type Kind,
  type OptionReader,
  type ServerOptions,
} from "@socketscope/host";
import {
  alias,
  emailAddress,
  route,
  times,
  userWithPassword,
  type Route,
  type User,
} from "./option-kinds.ts";

export type EngineName = "hand";

export interface MailRelayOptions extends ServerOptions<EngineName> {
  readonly port: number | "off";
  readonly submissionPort: number | "off";
  readonly smtpsPort: number | "off";
  readonly pop3Port: number | "off";
  readonly pop3sPort: number | "off";
  readonly webPort: number | "off";
  readonly hostname: string;
  readonly capture: boolean;
  /** Lower case. */
  readonly localDomains: readonly string[];
  readonly mailboxes: readonly string[];
  readonly aliases: readonly { readonly from: string; readonly to: string }[];
  readonly users: readonly User[];
  /** A file of such users. */
  readonly usersFile: string | undefined;
  readonly authClear: boolean;
  readonly authAny: boolean;
  readonly requireAuth: boolean;
  readonly trust: readonly string[];
  /** Undefined: in the state folder. */
  readonly maildir: string | undefined;
  /** Octets. */
  readonly maxSize: number;
  readonly maxMessages: number | "off";
  /** Milliseconds. */
  readonly maxAge: number | "off";
  readonly relay: boolean;
  /** Lower case; "*" is every domain. */
  readonly relayAllow: readonly string[];
  readonly smarthost: HostPort | undefined;
  readonly smarthostLogin: { readonly user: string; readonly password: string } | undefined;
  readonly routes: readonly Route[];
  readonly tlsOut: "off" | "opportunistic" | "required";
  /** Milliseconds between one attempt and the next; the last one repeats. */
  readonly retry: readonly number[];
  readonly delayNotice: number;
  readonly expire: number;
  readonly resolver: HostPort | undefined;
  readonly mxPort: number;
  readonly webhook: URL | undefined;
  /** Where everything that is released from the inbox goes, whatever its recipients were. */
  readonly redirectAll: string | undefined;
}

const domain: Kind<string> = {
  argument: "D",
  read(text) {
    if (text.length > 253 || !/^[^\s@\0<>:]+$/.test(text))
      throw new BadValue("give a domain such as example.test");
    return text.toLowerCase();
  },
};

const domainOrAll: Kind<string> = {
  argument: "D|*",
  read: (text, base) => (text === "*" ? text : domain.read(text, base)),
};

const httpUrl: Kind<URL> = {
  argument: "URL",
  read(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "")
      throw new BadValue("give an address such as http://127.0.0.1:3000/mail");
    return url;
  },
};

const login: Kind<{ readonly user: string; readonly password: string }> = {
  argument: "USER:PASSWORD",
  read(text) {
    const colon = text.indexOf(":");
    if (colon < 1 || colon === text.length - 1) throw new BadValue("give USER:PASSWORD");
    return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  },
};

const TLS_OUT: Kind<MailRelayOptions["tlsOut"]> = kinds.oneOf("off", "opportunistic", "required");

/** RFC 5321 §4.5.4.1: half an hour between attempts after the first ones, four to five days in all. */
const RETRY = [60_000, 300_000, 900_000, 1_800_000];
const HOUR = 3_600_000;

export function mailRelayOptions(read: OptionReader): MailRelayOptions {
  read.group("Mail:");
  const own = {
    port: portOrOff(read, "port", 2525, "SMTP"),
    submissionPort: portOrOff(read, "submission-port", 2587, "SMTP for our users' programs (STARTTLS)"),
    smtpsPort: portOrOff(read, "smtps-port", 2465, "the same under TLS from the first octet"),
    pop3Port: portOrOff(read, "pop3-port", 2110, "POP3 (STLS)"),
    pop3sPort: portOrOff(read, "pop3s-port", 2995, "POP3 under TLS"),
    webPort: portOrOff(read, "web-port", 8025, "the inbox in a browser"),
    hostname: read.one("hostname", domain, {
      help: "what we call ourselves",
      default: "mail.socketscope.test",
    }),
    capture: read.flag("capture", { help: "take mail for anybody into the inbox", default: true }),
    localDomains: read.list("local-domain", domain, {
      help: "a domain whose mailboxes are here",
      default: ["socketscope.test"],
      shown: "socketscope.test",
    }),
    mailboxes: read.list("mailbox", emailAddress, { help: "a mailbox without a login" }),
    aliases: read.list("alias", alias, { help: "mail for one address goes to another" }),
    users: read.list("user", userWithPassword, { help: "a mailbox with a login, for SMTP and POP3" }),
    usersFile: read.maybe("users", kinds.path("FILE"), {
      help: "such users, one a line; bcrypt hashes are taken",
    }),
    authClear: read.flag("auth-clear", { help: "take passwords without TLS (on loopback always)" }),
    authAny: read.flag("auth-any", { help: "take any name and password" }),
    requireAuth: read.flag("require-auth", { help: "no mail without a login" }),
    trust: read.list("trust", network, { help: "relay for this network without a login" }),
    maildir: read.maybe("maildir", kinds.path("DIR"), {
      help: "where mailboxes are, DIR/ADDRESS/{tmp,new,cur}",
    }),
    maxSize: read.one("max-size", kinds.size(), {
      help: "bytes of one message",
      default: 100 * 1024 * 1024,
      shown: "100M",
    }),
    maxMessages: read.one("max-messages", kinds.orOff(kinds.integer(1, 10_000_000)), {
      help: "kept in each mailbox; the oldest go",
      default: "off",
    }),
    maxAge: read.one("max-age", kinds.orOff(kinds.duration("s", 10 * 365 * 24 * HOUR)), {
      help: "kept for so long",
      default: "off",
    }),
    relay: read.flag("relay", { help: "send mail on, by the routes below" }),
    relayAllow: read.list("relay-allow", domainOrAll, { help: "send to this domain only; * is all" }),
    smarthost: read.maybe("smarthost", kinds.hostPort, { help: "send everything there" }),
    smarthostLogin: read.maybe("smarthost-login", login, { help: "log in there" }),
    routes: read.list("route", route, { help: "send one domain's mail there" }),
    tlsOut: read.one<MailRelayOptions["tlsOut"]>("tls-out", TLS_OUT, {
      help: "TLS on the way out; required verifies",
      default: "opportunistic",
    }),
    retry: read.one("retry", times, {
      help: "pauses between attempts; the last one repeats",
      default: RETRY,
      shown: "1m,5m,15m,30m",
    }),
    delayNotice: read.one("delay-notice", kinds.duration("s"), {
      help: "tell the sender after",
      default: 4 * HOUR,
      shown: "4h",
    }),
    expire: read.one("expire", kinds.duration("s"), {
      help: "give up after",
      default: 120 * HOUR,
      shown: "5d",
    }),
    resolver: read.maybe("resolver", kinds.hostPort, { help: "DNS server for MX records" }),
    mxPort: read.one("mx-port", kinds.integer(1, 65_535), {
      help: "port of the hosts they name",
      default: 25,
    }),
    webhook: read.maybe("webhook", httpUrl, { help: "POST a line of JSON there for each message" }),
    redirectAll: read.maybe("redirect-all", emailAddress, {
      help: "what is released goes to this address only",
    }),
  };
  return {
    ...own,
    ...serverOptions(read, { engines: ["hand"], idle: 300_000, env: process.env }),
  };
}
