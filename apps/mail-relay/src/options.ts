/** The command line. */
import {
  BadValue,
  kinds,
  network,
  portOrOff,
  serverOptions,
  type Kind,
  type OptionReader,
  type ServerOptions,
} from "@socketscope/host";
import { limitOptions, type LimitOptions } from "./limit-options.ts";
import { relayOptions, type RelayOptions } from "./relay-options.ts";
import { alias, emailAddress, webAddress, userWithPassword, type User } from "./option-kinds.ts";

export type EngineName = "hand" | "smtp-server";

export interface MailRelayOptions extends ServerOptions<EngineName>, LimitOptions, RelayOptions {
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
  readonly maxMessages: number | "off";
  /** Milliseconds. */
  readonly maxAge: number | "off";
  readonly webhook: string | undefined;
}

const domain: Kind<string> = {
  argument: "D",
  read(text) {
    if (text.length > 253 || !/^[^\s@\0<>:]+$/.test(text))
      throw new BadValue("give a domain such as example.test");
    return text.toLowerCase();
  },
};

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
    maxMessages: read.one("max-messages", kinds.orOff(kinds.integer(1, 10_000_000)), {
      help: "kept in each mailbox; the oldest go",
      default: "off",
    }),
    maxAge: read.one("max-age", kinds.orOff(kinds.duration("s", 10 * 365 * 24 * HOUR)), {
      help: "kept for so long",
      default: "off",
    }),
    webhook: read.maybe("webhook", webAddress, { help: "POST the JSON of each letter there" }),
  };
  return {
    ...own,
    ...limitOptions(read),
    ...relayOptions(read),
    ...serverOptions(read, { engines: ["hand", "smtp-server"], idle: 300_000, env: process.env }),
  };
}
