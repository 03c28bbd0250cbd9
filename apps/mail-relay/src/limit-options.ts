/** What one SMTP session may do, and how long, and how far a search looks: each bound by its name, each can be switched off. */
import { kinds, type OptionReader } from "@socketscope/host";
import { defaultSmtpServerLimits, type SmtpServerLimits } from "@socketscope/smtp";
import { defaultSearchLimits, type SearchLimits } from "./mailboxes/letter-search.ts";

export interface LimitOptions {
  /** Octets; Infinity: of any size. */
  readonly maxSize: number;
  readonly session: Partial<Omit<SmtpServerLimits, "size">>;
  /** Milliseconds between two blocks of a message. */
  readonly contentTimeout: number;
  /** Milliseconds for each answer within a login. */
  readonly loginTimeout: number;
  readonly search: SearchLimits;
}

const MINUTE = 60_000;

export function limitOptions(read: OptionReader): LimitOptions {
  read.group("What one session may do:");
  const defaults = defaultSmtpServerLimits;
  const count = (name: string, standard: number, help: string): number =>
    endless(read.one(name, kinds.orOff(kinds.integer(1, 1_000_000_000)), { help, default: standard }));
  const time = (name: string, help: string): number =>
    endless(read.one(name, kinds.orOff(kinds.duration("s")), { help, default: 5 * MINUTE, shown: "300" }));
  const size = (name: string, standard: number, shown: string, help: string): number =>
    endless(read.one(name, kinds.orOff(kinds.size()), { help, default: standard, shown }));
  const session = {
    maxSize: size("max-size", defaults.size, "100M", "bytes of one message"),
    session: {
      recipients: count("max-recipients", defaults.recipients, "recipients of one message"),
      commands: count("max-commands", defaults.commands, "commands, then 421"),
      errors: count("max-errors", defaults.errors, "commands that were refused, then 421"),
      authTries: count("max-logins", defaults.authTries, "logins that failed, then 421"),
      commandLine: count("max-command-line", defaults.commandLine, "bytes of a command"),
      textLine: count("max-text-line", defaults.textLine, "bytes of a line of text"),
    },
    // RFC 5321 §4.5.3.2.7: at least 5 minutes.
    contentTimeout: time("content-timeout", "between two blocks of a message"),
    loginTimeout: time("login-timeout", "for each answer within a login"),
  };
  read.group("How far the search of the inbox looks:");
  const { files, letter, memory } = defaultSearchLimits;
  return {
    ...session,
    search: {
      files: size("max-search", files, "64M", "bytes of letters that one search reads"),
      letter: size("max-search-letter", letter, "1M", "bytes of text of one letter"),
      memory: size("max-search-memory", memory, "32M", "characters of text kept in memory"),
    },
  };
}

function endless(value: number | "off"): number {
  return value === "off" ? Infinity : value;
}
