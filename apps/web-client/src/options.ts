/** The command line: curl's letters where curl has one. */
import { BadValue, kinds, UsageError, type Kind, type OptionReader } from "@socketscope/host";
import type { ClientDeadlines } from "@socketscope/web";
import type { ContentSource } from "./content.ts";
import type { FormPart } from "./form.ts";
import type { HeaderLine } from "./request-fields.ts";
import type { TimingsFormat } from "./timings.ts";

export interface WebClientOptions {
  readonly urls: readonly URL[];
  /** Undefined: what the other options ask for. */
  readonly method: string | undefined;
  readonly head: boolean;
  readonly headers: readonly HeaderLine[];
  readonly content: ContentSource;
  readonly user: string | undefined;
  readonly range: string | undefined;
  readonly output: string | undefined;
  readonly remoteName: boolean;
  /** Octets that are there already; "auto": as long as the output file is. */
  readonly continueAt: number | "auto" | undefined;
  readonly include: boolean;
  readonly location: boolean;
  readonly maxRedirects: number;
  readonly fail: boolean;
  readonly compressed: boolean;
  readonly maxRatio: number | "off";
  readonly maxSize: number | "off";
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly resolve: readonly Resolved[];
  /** Milliseconds for one URL. */
  readonly maxTime: number | undefined;
  readonly deadlines: Partial<ClientDeadlines>;
  readonly verbose: boolean;
  readonly timings: TimingsFormat;
  readonly silent: boolean;
  readonly events: boolean;
  readonly maxEvents: number | undefined;
}

/** This name and port are at this address. */
export interface Resolved {
  readonly host: string;
  readonly address: string;
}

const header: Kind<HeaderLine> = {
  argument: "'N: V'",
  read(text) {
    const [, name, value] =
      /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new BadValue("give a field such as 'Accept: text/plain'");
    if (/^(?:content-length|transfer-encoding|connection)$/i.test(name))
      throw new BadValue(`leave ${name} to the client: it says how the message is framed`);
    return { name, value };
  },
};

const method: Kind<string> = {
  argument: "METHOD",
  read(text) {
    if (!/^[!#$%&'*+.^_`|~\w-]{1,64}$/.test(text)) throw new BadValue("give a method such as PUT");
    return text;
  },
};

const data: Kind<string> = { argument: "DATA|@FILE", read: (text) => text };

const formPart: Kind<FormPart> = {
  argument: "N=V|N=@FILE",
  read(text) {
    const at = text.indexOf("=");
    if (at < 1) throw new BadValue("give NAME=VALUE or NAME=@FILE");
    const value = text.slice(at + 1);
    return { name: text.slice(0, at), value: value.startsWith("@") ? { file: value.slice(1) } : value };
  },
};

const range: Kind<string> = {
  argument: "A-B",
  read(text) {
    if (!/^(?:\d+-\d*|-\d+)(?:,(?:\d+-\d*|-\d+))*$/.test(text)) throw new BadValue("give 0-99, 100- or -100");
    return text;
  },
};

const offset: Kind<number | "auto"> = {
  argument: "N|-",
  read: (text) => (text === "-" ? "auto" : kinds.size().read(text, "")),
};

const resolved: Kind<Resolved> = {
  argument: "HOST:ADDR",
  read(text) {
    const [, host, given] = /^([\w.-]+):(.+)$/.exec(text) ?? [];
    if (host === undefined || given === undefined)
      throw new BadValue("give HOST:ADDRESS such as a.test:127.0.0.1");
    return { host: host.toLowerCase(), address: kinds.address.read(given, "") };
  },
};

const seconds = kinds.duration("s");

export function webClientOptions(read: OptionReader, positionals: readonly string[]): WebClientOptions {
  read.group("Request:");
  const request = {
    method: read.maybe("request", method, {
      help: "method; else GET, or what the content asks for",
      short: "X",
    }),
    head: read.flag("head", { help: "HEAD: only the head of the answer", short: "I" }),
    headers: read.list("header", header, { help: "send this field; 'N:' leaves it out", short: "H" }),
    data: read.list("data", data, { help: "POST this; @- is standard input", short: "d" }),
    json: read.maybe("json", data, { help: "POST this as application/json" }),
    form: read.list("form", formPart, { help: "POST a multipart form", short: "F" }),
    upload: read.maybe("upload-file", data, { help: "PUT this file; - is standard input", short: "T" }),
    user: read.maybe("user", kinds.text("NAME:PW"), { help: "basic authentication", short: "u" }),
    range: read.maybe("range", range, { help: "ask for a part", short: "r" }),
    compressed: read.flag("compressed", { help: "ask for a coded content and decode it" }),
  };
  read.group("Answer:");
  const answer = {
    output: read.maybe("output", kinds.path("FILE"), { help: "write the content there", short: "o" }),
    remoteName: read.flag("remote-name", { help: "write it to the URL's file name", short: "O" }),
    continueAt: read.maybe("continue-at", offset, { help: "resume; - looks at the file", short: "C" }),
    include: read.flag("include", { help: "write the head of the answer too", short: "i" }),
    fail: read.flag("fail", { help: "exit 22 on 400 and above", short: "f" }),
    location: read.flag("location", { help: "follow redirects", short: "L" }),
    maxRedirects: read.one("max-redirs", kinds.integer(0, 1000), { help: "that many at most", default: 50 }),
    maxSize: read.one<number | "off">("max-filesize", kinds.orOff(kinds.size()), {
      help: "bytes of content at most",
      default: "off",
    }),
    maxRatio: read.one<number | "off">("max-ratio", kinds.orOff(kinds.integer(1, 1_000_000)), {
      help: "how far --compressed may swell",
      default: 200,
    }),
  };
  read.group("Connection:");
  const connection = {
    ca: read.maybe("ca", kinds.path("FILE"), { help: "trust these authorities (PEM)" }),
    insecure: read.flag("insecure", { help: "believe any certificate", short: "k" }),
    resolve: read.list("resolve", resolved, { help: "look this name up here" }),
    connectTimeout: read.maybe("connect-timeout", seconds, { help: "for name, TCP and TLS" }),
    maxTime: read.maybe("max-time", seconds, { help: "for one URL", short: "m" }),
  };
  read.group("Show:");
  const show = {
    verbose: read.flag("verbose", { help: "the dialogue, on standard error", short: "v" }),
    timings: read.one<TimingsFormat>("timings", kinds.oneOf("off", "text", "json"), {
      help: "when each step was done",
      default: "off",
    }),
    silent: read.flag("silent", { help: "no progress line, no error message", short: "s" }),
    events: read.flag("events", { help: "server-sent events, one JSON a line" }),
    maxEvents: read.maybe("max-events", kinds.integer(1, 1_000_000_000), { help: "end after that many" }),
  };
  const { data: texts, json, form, upload, ...asked } = request;
  const { connectTimeout, ...connected } = connection;
  if (answer.continueAt !== undefined && asked.compressed)
    throw new UsageError(
      "USAGE_BAD_VALUE",
      "--continue-at: leave --compressed away, a part cannot be decoded",
    );
  return {
    ...asked,
    ...answer,
    ...connected,
    ...show,
    urls: positionals.map(urlOf),
    content: contentSource(texts, json, form, upload),
    deadlines: connectTimeout === undefined ? {} : { connect: connectTimeout, tls: connectTimeout },
  };
}

function contentSource(
  texts: readonly string[],
  json: string | undefined,
  parts: readonly FormPart[],
  upload: string | undefined,
): ContentSource {
  const given = [texts.length > 0, json !== undefined, parts.length > 0, upload !== undefined];
  if (given.filter(Boolean).length > 1)
    throw new UsageError("USAGE_BAD_VALUE", "give one of --data, --json, --form and --upload-file");
  if (json !== undefined) return { from: "data", data: [json], type: "application/json" };
  if (texts.length > 0) return { from: "data", data: texts, type: "application/x-www-form-urlencoded" };
  if (parts.length > 0) return { from: "form", parts };
  if (upload === undefined) return { from: "nothing" };
  return upload === "-" ? { from: "input" } : { from: "file", path: upload };
}

/** As curl reads it: without a scheme it is http. */
function urlOf(text: string): URL {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url))
    throw new UsageError(
      "USAGE_BAD_VALUE",
      `${JSON.stringify(text)}: give a URL such as http://127.0.0.1:8080/`,
    );
  return new URL(url);
}
