/** The command line. */
import {
  BadValue,
  kinds,
  portOrOff,
  serverOptions,
  type Kind,
  type OptionReader,
  type ServerOptions,
} from "@socketscope/host";
import type { AccessLogFormat } from "./access-log.ts";
import { DEMO_SITE } from "./demo/site-folder.ts";

export type EngineName = "hand" | "node-http";

export interface WebServerOptions extends ServerOptions<EngineName> {
  readonly port: number | "off";
  readonly httpsPort: number | "off";
  readonly httpsRedirect: boolean;
  readonly root: string;
  readonly writable: string | undefined;
  readonly maxBody: number;
  readonly spa: boolean;
  readonly listing: boolean;
  readonly followSymlinks: boolean;
  readonly cors: boolean;
  readonly coi: boolean;
  readonly noCache: boolean;
  readonly fields: readonly HeaderField[];
  /** Lower case; ".example" stands for all names below it. */
  readonly serverNames: readonly string[];
  readonly auth: string | undefined;
  readonly proxies: readonly ProxyRoute[];
  readonly accessLog: AccessLogFormat;
  readonly metrics: string | undefined;
  readonly liveReload: boolean;
}

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** `path` without a slash at its end; `target` with the path that replaces it, without a slash at its end. */
export interface ProxyRoute {
  readonly path: string;
  readonly target: URL;
}

/** Framing is the engine's; RFC 9110 §7.6.1, §8.6. */
const OURS = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headerField: Kind<HeaderField> = {
  argument: "'N: V'",
  read(text) {
    // RFC 9110 §5.6.2, §5.5: a token, and a value of visible characters and blanks; no line end can get in.
    const [, name, value] =
      /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\x21-\x7e](?:[ \t\x21-\x7e]*[\x21-\x7e])?)?[ \t]*$/.exec(text) ?? [];
    if (name === undefined) throw new BadValue("give a field such as 'Cache-Control: max-age=60'");
    if (OURS.has(name.toLowerCase())) throw new BadValue(`leave ${name} to the server`);
    return { name, value: value ?? "" };
  },
};

const proxyRoute: Kind<ProxyRoute> = {
  argument: "/PATH=URL",
  read(text) {
    const wanted = new BadValue("give /PATH=http://HOST:PORT or https: such as /api=http://127.0.0.1:3000");
    const [, path, address] = /^(\/[^=?#\s]*[^=?#\s/])=(\S+)$/.exec(text) ?? [];
    if (path === undefined || address === undefined || !URL.canParse(address)) throw wanted;
    const target = new URL(address);
    if (!/^https?:$/.test(target.protocol) || target.username !== "" || target.search + target.hash !== "")
      throw wanted;
    return { path, target };
  },
};

const hostName: Kind<string> = {
  argument: "NAME",
  read(text) {
    // RFC 1123 §2.1: letters, digits and hyphens, with dots between the labels.
    if (
      text.length > 253 ||
      !/^\.?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(text)
    )
      throw new BadValue("give a host name without port, such as www.example or .example");
    return text.toLowerCase();
  },
};

const urlPath: Kind<string> = {
  argument: "/PATH",
  read(text) {
    if (!/^\/[\w.~/-]+$/.test(text)) throw new BadValue("give a path such as /metrics");
    return text;
  },
};

const ACCESS_LOG: Kind<AccessLogFormat> = kinds.oneOf("off", "combined", "json");

export function webServerOptions(read: OptionReader): WebServerOptions {
  read.group("Site:");
  const own = {
    port: portOrOff(read, "port", 8080, "HTTP"),
    httpsPort: portOrOff(read, "https-port", 8443, "HTTPS"),
    root: read.one("root", kinds.path("DIR"), {
      help: "folder to serve",
      default: DEMO_SITE,
      shown: "a demo site",
    }),
    listing: read.flag("listing", { help: "list folders without an index", default: true }),
    spa: read.flag("spa", { help: "answer unknown pages with /index.html" }),
    followSymlinks: read.flag("follow-symlinks", { help: "serve links that lead out of the root" }),
    writable: read.maybe("writable", kinds.path("DIR"), {
      help: "take PUT, DELETE and forms in this folder of the root",
    }),
    maxBody: read.one("max-body", kinds.size(), {
      help: "bytes of one upload",
      default: 1024 ** 3,
      shown: "1G",
    }),
    auth: read.maybe("auth", kinds.path("FILE"), { help: "ask for a password; FILE is made by htpasswd -B" }),
    serverNames: read.list("server-name", hostName, {
      help: "answer for this host name; .example: all below",
    }),
    httpsRedirect: read.flag("https-redirect", { help: "lead HTTP to HTTPS" }),
    fields: read.list("header", headerField, { help: "send this field with every answer" }),
    noCache: read.flag("no-cache", { help: "have caches ask each time" }),
    cors: read.flag("cors", { help: "let scripts of other sites read what is here" }),
    coi: read.flag("coi", { help: "cross-origin isolation (COOP, COEP)" }),
    proxies: read.list("proxy", proxyRoute, { help: "hand what is below /PATH to another server" }),
    accessLog: read.one<AccessLogFormat>("access-log", ACCESS_LOG, {
      help: "a line a request on standard output",
      default: "off",
    }),
    liveReload: read.flag("live-reload", { help: "open pages follow the files as they change" }),
    metrics: read.maybe("metrics", urlPath, { help: "counters for Prometheus at this path" }),
  };
  return {
    ...own,
    ...serverOptions(read, { engines: ["hand", "node-http"], idle: 60_000, env: process.env }),
  };
}
