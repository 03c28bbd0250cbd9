/** The command line's options about mail that leaves the machine. Nothing does without `--relay`. */
import { BadValue, kinds, UsageError, type HostPort, type Kind, type OptionReader } from "@socketscope/host";
import type { Login } from "@socketscope/smtp-session";
import type { TlsOut } from "./delivery/sessions.ts";
import type { Route } from "./delivery/routes.ts";
import { emailAddress } from "./option-kinds.ts";

export interface RelayOptions {
  readonly relay: boolean;
  readonly relayAllow: readonly string[];
  readonly smarthost: HostPort | undefined;
  readonly smarthostLogin: Login | undefined;
  readonly routes: readonly Route[];
  readonly tlsOut: TlsOut;
  /** A file in PEM. */
  readonly tlsOutCa: string | undefined;
  /** Milliseconds. */
  readonly retry: readonly number[];
  /** Milliseconds. */
  readonly delayNotice: number | "off";
  /** Milliseconds. */
  readonly expire: number;
  readonly resolver: HostPort | undefined;
  readonly mxPort: number;
  readonly redirectAll: string | undefined;
}

const DAY = 86_400_000;

const pattern: Kind<string> = {
  argument: "D|*",
  read(text) {
    if (!/^(?:\*|(?:\*\.)?[^\s@\0<>:*]{1,253})$/.test(text))
      throw new BadValue(
        "give a domain such as example.test, *.example.test for those below it, or * for all",
      );
    return text.toLowerCase();
  },
};

const route: Kind<Route> = {
  argument: "D=HOST:PORT",
  read(text, base) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new BadValue("give DOMAIN=HOST:PORT such as example.test=127.0.0.1:2526");
    return {
      domain: pattern.read(text.slice(0, equals), base),
      ...kinds.hostPort.read(text.slice(equals + 1), base),
    };
  },
};

/** Everything after the first colon is the password. */
const login: Kind<Login> = {
  argument: "USER:PASSWORD",
  read(text) {
    const colon = text.indexOf(":");
    if (colon < 1 || colon === text.length - 1) throw new BadValue("give USER:PASSWORD");
    return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  },
};

const MAX_STEPS = 100;

/** Milliseconds between attempts; `5s,30s,5m,…`: the dots say what is so anyhow, that the last one repeats. */
const schedule: Kind<readonly number[]> = {
  argument: "T,T,…",
  read(text, base) {
    const steps = text.replace(/,(?:…|\.\.\.)$/, "").split(",");
    if (steps.length > MAX_STEPS) throw new BadValue(`give at most ${MAX_STEPS} times`);
    return steps.map((step) => {
      const ms = kinds.duration("s", 7 * DAY).read(step, base);
      if (ms < 100) throw new BadValue("give times of 100ms and more such as 5s,30s,5m");
      return ms;
    });
  },
};

const MINUTE = 60_000;

export function relayOptions(read: OptionReader): RelayOptions {
  read.group("Mail that leaves the machine:");
  return {
    relay: read.flag("relay", { help: "send on what logged in and trusted senders write to others" }),
    relayAllow: read.list("relay-allow", pattern, { help: "only to this domain, beside those of routes" }),
    smarthost: read.maybe("smarthost", kinds.hostPort, { help: "the host that takes all of it" }),
    smarthostLogin: read.maybe("smarthost-login", login, { help: "what it is logged in to with" }),
    routes: read.list("route", route, { help: "mail for this domain goes there" }),
    tlsOut: read.one("tls-out", kinds.oneOf("off", "opportunistic", "required", "verified"), {
      help: "TLS to the next hop",
      default: "opportunistic",
    }),
    tlsOutCa: read.maybe("tls-out-ca", kinds.path("FILE"), { help: "who vouches for it (PEM)" }),
    retry: read.one("retry", schedule, {
      help: "pauses between attempts; the last one repeats",
      default: [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE],
      shown: "1m,5m,15m,30m,1h",
    }),
    delayNotice: read.one("delay-notice", kinds.orOff(kinds.duration("s")), {
      help: "tell the sender when it takes longer",
      default: 4 * 60 * MINUTE,
      shown: "4h",
    }),
    expire: read.one("expire", kinds.duration("s"), {
      help: "give it up after that",
      default: 5 * DAY,
      shown: "5d",
    }),
    resolver: read.maybe("resolver", kinds.hostPort, { help: "the DNS server asked for MX records" }),
    mxPort: read.one("mx-port", kinds.integer(1, 65_535), {
      help: "where mail exchangers listen",
      default: 25,
    }),
    redirectAll: read.maybe("redirect-all", emailAddress, {
      help: "all that leaves goes to this address only",
    }),
  };
}

/** Throws UsageError. */
export function checkRelay(options: RelayOptions): void {
  const { relay, relayAllow, smarthost, smarthostLogin, routes, redirectAll } = options;
  const wrong = (message: string): UsageError => new UsageError("USAGE_BAD_VALUE", message);
  if (!relay) {
    const given =
      smarthost !== undefined || routes.length > 0 || relayAllow.length > 0 || redirectAll !== undefined;
    if (given) throw wrong("routes, smarthost and whom they are for mean nothing without --relay: add it");
    return;
  }
  if (smarthost === undefined && routes.length === 0 && relayAllow.length === 0)
    throw wrong(
      "--relay needs to know where to: add --smarthost HOST:PORT, --route D=HOST:PORT, or --relay-allow D",
    );
  if (smarthostLogin !== undefined && smarthost === undefined)
    throw wrong("--smarthost-login needs --smarthost HOST:PORT");
}
