/** How mail's own options are read: addresses, users, routes, lists of pauses. */
import { BadValue, kinds, type HostPort, type Kind } from "@socketscope/host";

export interface User {
  /** `name@domain`, the domain in lower case. */
  readonly address: string;
  /** In clear, or a bcrypt hash (`$2…`). */
  readonly password: string;
}

export interface Route {
  /** Lower case. */
  readonly domain: string;
  readonly to: HostPort;
}

/** An address as people write one on a command line: no quoted local part. */
export const emailAddress: Kind<string> = {
  argument: "NAME@D",
  read(text) {
    const [, name, domain] = /^([^\s@"<>()\\,;:\0]{1,64})@([^\s@"<>()\\,;\0]{1,253})$/.exec(text) ?? [];
    if (name === undefined || domain === undefined)
      throw new BadValue("give an address such as ann@socketscope.test");
    return `${name}@${domain.toLowerCase()}`;
  },
};

/** Everything after the first colon is the password. */
export const userWithPassword: Kind<User> = {
  argument: "NAME@D:PASSWORD",
  read(text, base) {
    const colon = text.indexOf(":");
    const password = text.slice(colon + 1);
    if (colon < 0 || password === "" || /[\0\r\n]/.test(password))
      throw new BadValue("give NAME@DOMAIN:PASSWORD such as ann@socketscope.test:secret");
    return { address: emailAddress.read(text.slice(0, colon), base), password };
  },
};

export const route: Kind<Route> = {
  argument: "D=HOST:PORT",
  read(text, base) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new BadValue("give DOMAIN=HOST:PORT such as example.test=127.0.0.1:2526");
    return {
      domain: text.slice(0, equals).toLowerCase(),
      to: kinds.hostPort.read(text.slice(equals + 1), base),
    };
  },
};

export const alias: Kind<{ readonly from: string; readonly to: string }> = {
  argument: "A@D=B@D",
  read(text, base) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new BadValue("give ADDRESS=ADDRESS such as info@a.test=ann@a.test");
    return {
      from: emailAddress.read(text.slice(0, equals), base),
      to: emailAddress.read(text.slice(equals + 1), base),
    };
  },
};

const ONE_TIME = kinds.duration("s");
/** Pauses in one list; the last one repeats, so that more are of no use. */
const MAX_TIMES = 64;

/** Milliseconds each: `5s,30s,5m`. */
export const times: Kind<readonly number[]> = {
  argument: "T,T,…",
  read(text, base) {
    const parts = text.split(",");
    if (parts.length > MAX_TIMES) throw new BadValue(`give at most ${MAX_TIMES} times`);
    return parts.map((part) => ONE_TIME.read(part.trim(), base));
  },
};
