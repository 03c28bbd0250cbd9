/** The command line of `mail-client send`: swaks's names where swaks has one. */
import { BadValue, kinds, UsageError, type Kind, type OptionReader } from "@socketscope/host";
import { isMailbox, type Notify } from "@socketscope/smtp";
import { readServerOptions, type ServerAddress } from "./server-options.ts";

/** Text as it stands, or where it is. */
export type TextSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "input" };

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

export interface LetterOptions {
  readonly subject: string;
  readonly text: TextSource | undefined;
  readonly html: TextSource | undefined;
  readonly attachments: readonly string[];
  readonly headers: readonly HeaderField[];
}

/** One mailbox as people write it. */
export interface Correspondent {
  /** Without name and brackets; "" is the null sender. */
  readonly address: string;
  /** As it stands in the header: `Bob <bob@a.test>`. */
  readonly shown: string;
}

export interface SendCommandOptions {
  readonly server: ServerAddress;
  readonly from: Correspondent;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
  readonly bcc: readonly Correspondent[];
  /** Composed, or a message that is there already. */
  readonly content: LetterOptions | Exclude<TextSource, { readonly from: "text" }>;
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly dsn: readonly Notify[] | undefined;
  readonly ret: "FULL" | "HDRS" | undefined;
  readonly envid: string | undefined;
  readonly count: number;
  readonly parallel: number;
  readonly verbose: boolean;
  readonly silent: boolean;
}

const correspondent: Kind<Correspondent> = {
  argument: "ADDRESS",
  read(text) {
    const trimmed = text.trim();
    if (trimmed === "<>") return { address: "", shown: "" };
    const bracketed = /^[^<>\r\n\0]*<([^<>\s]+)>$/.exec(trimmed)?.[1];
    const address = bracketed ?? trimmed;
    if (!isMailbox(address))
      throw new BadValue("give an address such as bob@example.test or 'Bob <bob@example.test>'");
    return { address, shown: trimmed };
  },
};

/** A recipient as RCPT names it: `postmaster` needs no domain (RFC 5321 §4.1.1.3). */
export const recipientAddress: Kind<string> = {
  argument: "ADDRESS",
  read: (text, base) =>
    text.toLowerCase() === "postmaster" ? "postmaster" : correspondent.read(text, base).address,
};

const correspondents: Kind<readonly Correspondent[]> = {
  argument: "ADDRESS",
  // A comma within quotes or brackets separates nothing.
  read: (text, base) =>
    (text.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? [""]).map((one) =>
      correspondent.read(one, base),
    ),
};

const textSource: Kind<TextSource> = {
  argument: "TEXT|@FILE|-",
  read(text, base) {
    if (text === "-") return { from: "input" };
    return text.startsWith("@")
      ? { from: "file", path: kinds.path("FILE").read(text.slice(1), base) }
      : { from: "text", text };
  },
};

const message: Kind<Exclude<TextSource, { readonly from: "text" }>> = {
  argument: "FILE|-",
  read: (text, base) =>
    text === "-" ? { from: "input" } : { from: "file", path: kinds.path("FILE").read(text, base) },
};

const attachment: Kind<string> = {
  argument: "FILE",
  read: (text, base) => kinds.path("FILE").read(text.replace(/^@/, ""), base),
};

const header: Kind<HeaderField> = {
  argument: "'N: V'",
  read(text) {
    const [, name, value] = /^([!-9;-~]{1,76}):[ \t]*([^\r\n\0]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new BadValue("give a field such as 'X-Test: one'");
    if (/^(?:from|to|cc|bcc|subject|mime-version|content-.*)$/i.test(name))
      throw new BadValue(`${name} is made of the other options`);
    return { name, value };
  },
};

const line: Kind<string> = {
  argument: "TEXT",
  read(text) {
    if (/[\r\n\0]/.test(text) || text.length > 998)
      throw new BadValue("give one line of at most 998 characters");
    return text;
  },
};

const notify: Kind<readonly Notify[]> = {
  argument: "WHEN",
  read(text) {
    const words = text.toUpperCase().split(",");
    const known = words.filter(isNotify);
    // RFC 3461 §4.1: NEVER stands alone.
    if (known.length !== words.length || (known.includes("NEVER") && known.length > 1))
      throw new BadValue("give never, or some of success,failure,delay");
    return known;
  },
};

function isNotify(word: string): word is Notify {
  return word === "NEVER" || word === "SUCCESS" || word === "FAILURE" || word === "DELAY";
}

const envid: Kind<string> = {
  argument: "ID",
  read(text) {
    // RFC 3461 §4.4: at most 100 characters, printable.
    if (!/^[ -~]{1,100}$/.test(text)) throw new BadValue("give 1 to 100 printable characters");
    return text;
  },
};

export function sendOptions(read: OptionReader): SendCommandOptions {
  read.group("Envelope:");
  const envelope = {
    from: read.one("from", correspondent, {
      help: "the sender; '<>' is nobody",
      short: "f",
      default: { address: "sender@example.test", shown: "sender@example.test" },
      shown: "sender@example.test",
    }),
    to: read.list("to", correspondents, { help: "a recipient", short: "t" }).flat(),
    cc: read.list("cc", correspondents, { help: "one more, in the Cc field" }).flat(),
    bcc: read.list("bcc", correspondents, { help: "one more, in no field" }).flat(),
    dsn: read.maybe("dsn", notify, { help: "ask for notices: never or success,failure,delay" }),
    ret: read.maybe("dsn-ret", kinds.oneOf("FULL", "HDRS"), { help: "what a notice brings back" }),
    envid: read.maybe("dsn-envid", envid, { help: "what a notice names the message by" }),
  };
  read.group("Message:");
  const subject = read.maybe("subject", line, { help: "its subject" });
  const parts = {
    text: read.maybe("text", textSource, { help: "its text" }),
    html: read.maybe("html", textSource, { help: "its HTML, beside the text or alone" }),
    attachments: read.list("attach", attachment, { help: "a file to enclose" }),
    headers: read.list("header", header, { help: "one more field" }),
  };
  const raw = read.maybe("message", message, { help: "send this as it is, head and all" });
  const server = readServerOptions(read);
  read.group("How:");
  const how = {
    pipelining: read.flag("pipelining", { help: "commands in groups, where offered", default: true }),
    chunking: read.flag("chunking", { help: "BDAT instead of DATA, where offered" }),
    count: read.one("count", kinds.integer(1, 10_000_000), { help: "send so many", short: "n", default: 1 }),
    parallel: read.one("parallel", kinds.integer(1, 1000), { help: "over so many connections", default: 1 }),
    verbose: read.flag("verbose", { help: "the dialogue, on standard error", short: "v" }),
    silent: read.flag("silent", { help: "say nothing but what went wrong", short: "q" }),
  };
  if (raw !== undefined && (subject !== undefined || Object.values(parts).some(isGiven)))
    throw new UsageError("USAGE_BAD_VALUE", "--message: it is sent as it is, give nothing else to write");
  if ([parts.text, parts.html].every((source) => source?.from === "input"))
    throw new UsageError("USAGE_BAD_VALUE", "--html -: standard input is the text already");
  return { ...envelope, ...how, server, content: raw ?? { subject: subject ?? "A test message", ...parts } };
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
