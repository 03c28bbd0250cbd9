/** What the relay listens for: SMTP in its three roles, POP3 in its two, the inbox in a browser. */
import type { Service } from "@socketscope/host";
import {
  Intercept,
  listenTcp,
  type Admission,
  type TapPoint,
  type TlsServerOptions,
} from "@socketscope/socket-core";
import { serveHttp, type Handler } from "@socketscope/web";
import type { Conversation, Engine, EngineLimits, ListenerRole, Peer } from "./engine/engine.ts";
import type { MailRelayOptions } from "./options.ts";
import { servePop3, type Pop3Options } from "./pop3/session.ts";

export interface ServiceParts {
  readonly options: MailRelayOptions;
  /** Undefined: nothing is offered under TLS. */
  readonly tls: TlsServerOptions | undefined;
  readonly authClear: boolean;
  readonly admission: Admission;
  readonly intercepts: Readonly<Record<ListenerRole | "pop3" | "pop3s", Intercept>>;
  /** Of POP3 and the inbox. */
  readonly tap: TapPoint;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds. RFC 1939 §3: at least 10 minutes. */
const POP3_IDLE = 600_000;

export function makeIntercepts(): ServiceParts["intercepts"] {
  return {
    smtp: new Intercept(),
    submission: new Intercept(),
    smtps: new Intercept(),
    pop3: new Intercept(),
    pop3s: new Intercept(),
  };
}

export function smtpServices(
  { options, tls, authClear, admission, intercepts, onError }: ServiceParts,
  mail: {
    readonly engine: Engine;
    readonly limits: EngineLimits;
    readonly tap: TapPoint;
    readonly converse: (peer: Peer) => Conversation;
  },
): readonly Service[] {
  const { engine, limits, tap, converse } = mail;
  const smtp = (role: ListenerRole, port: number | "off", option: string): Service => ({
    name: role,
    scheme: role === "submission" ? "smtp" : role,
    port,
    option,
    secure: true,
    listen: (host, at) =>
      engine({
        role,
        host,
        port: at,
        hostname: options.hostname,
        tls,
        authClear,
        limits,
        tap,
        intercept: intercepts[role],
        admission,
        proxyFrom: options.proxyFrom,
        converse,
        onError,
      }),
  });
  return [
    smtp("smtp", options.port, "--port N"),
    smtp("submission", options.submissionPort, "--submission-port N"),
    smtp("smtps", options.smtpsPort, "--smtps-port N"),
  ];
}

export function pop3Services(
  { options, tls, authClear, admission, intercepts, tap, onError }: ServiceParts,
  mailbox: Pick<Pop3Options, "loginDelay" | "credentials" | "lock">,
): readonly Service[] {
  const pop3Options: Pop3Options = {
    ...mailbox,
    hostname: options.hostname,
    tls,
    authClear,
    idle: Math.max(options.idle, POP3_IDLE),
    onError,
  };
  const pop3 = (name: "pop3" | "pop3s", port: number | "off"): Service => ({
    name,
    scheme: name,
    port,
    option: `--${name}-port N`,
    secure: name === "pop3s",
    listen: (host, at) =>
      listenTcp(
        {
          host,
          port: at,
          protocol: "pop3",
          tap,
          admission,
          proxyFrom: options.proxyFrom,
          intercept: intercepts[name],
          ...(name === "pop3s" && tls !== undefined && { tls }),
        },
        (stream) => servePop3(stream, pop3Options),
      ),
  });
  return [pop3("pop3", options.pop3Port), pop3("pop3s", options.pop3sPort)];
}

export function webService({ options, admission, tap, onError }: ServiceParts, handler: Handler): Service {
  return {
    name: "web",
    scheme: "http",
    port: options.webPort,
    option: "--web-port N",
    secure: false,
    listen: (host, port) =>
      listenTcp({ host, port, protocol: "http", tap, admission, proxyFrom: options.proxyFrom }, (stream) =>
        serveHttp(stream, handler, { onError }),
      ),
  };
}
