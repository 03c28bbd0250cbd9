/**
 * How the text after an option becomes a value. Every kind says in one line what it wants instead, so that the
 * message is "--port: give a whole number from 0 to 65535", never "invalid argument".
 */
import { isIP } from "node:net";
import { resolve } from "node:path";

export interface Kind<T> {
  /** How `--help` names it: "N", "HOST:PORT". */
  readonly argument: string;
  /** `base` is the folder relative paths start from. Throws {@link BadValue}. */
  read(text: string, base: string): T;
}

/** The text is not of the kind. The message says what to give instead, as an order: "give a …". */
export class BadValue extends Error {
  override readonly name = "BadValue";
  readonly code = "USAGE_BAD_VALUE";
}

export function text(argument: string, maxLength = 1024): Kind<string> {
  return {
    argument,
    read(text) {
      if (text === "" || text.length > maxLength) throw new BadValue(`give 1 to ${maxLength} characters`);
      return text;
    },
  };
}

export function integer(min: number, max: number, argument = "N"): Kind<number> {
  return {
    argument,
    read(text) {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new BadValue(`give a whole number from ${min} to ${max}`);
      return value;
    },
  };
}

/** 0 stands for any free port. */
export const port: Kind<number> = integer(0, 65_535);

/** The same, or the word `off`. */
export function orOff<T>(kind: Kind<T>): Kind<T | "off"> {
  return {
    argument: `${kind.argument}|off`,
    read(text, base) {
      if (text === "off") return "off";
      try {
        return kind.read(text, base);
      } catch (error) {
        throw error instanceof BadValue ? new BadValue(`${error.message}, or off`) : error;
      }
    },
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    argument: words.join("|"),
    read(text) {
      const word = words.find((word) => word === text);
      if (word === undefined) throw new BadValue(`give ${oneOfThese(words)}`);
      return word;
    },
  };
}

function oneOfThese(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds. A bare number counts in `bare`; `250ms 5s 30m 2h 1d` name their unit. `max` in milliseconds. */
export function duration(bare: "ms" | "s", max: number = 30 * MILLISECONDS.d): Kind<number> {
  return {
    argument: bare === "ms" ? "MS" : "S",
    read(text) {
      const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(text) ?? [];
      const factor = MILLISECONDS[isUnit(unit) ? unit : bare];
      const value = Math.round(Number(digits ?? Number.NaN) * factor);
      if (!(value <= max)) {
        const most = max % MILLISECONDS.d === 0 ? `${max / MILLISECONDS.d}d` : `${max / MILLISECONDS.s}s`;
        throw new BadValue(
          `give a time such as 250ms, 30s or 5m, at most ${most} (a bare number is ${bare})`,
        );
      }
      return value;
    },
  };
}

function isUnit(unit: string | undefined): unit is keyof typeof MILLISECONDS {
  return unit !== undefined && Object.hasOwn(MILLISECONDS, unit);
}

const POWERS = ["", "K", "M", "G", "T"];

/** Octets; K, M, G, T count in 1024 (so do KiB, MiB, …). */
export function size(argument = "N", max: number = 2 ** 50): Kind<number> {
  return {
    argument,
    read(text) {
      const [, digits, power] = /^(\d{1,16}(?:\.\d{1,6})?)(|[KMGT])(?:i?B)?$/i.exec(text) ?? [];
      const value = Math.floor(
        Number(digits ?? Number.NaN) * 1024 ** POWERS.indexOf((power ?? "").toUpperCase()),
      );
      if (!(value <= max))
        throw new BadValue(`give a number of bytes such as 4096, 64K, 10M or 2G, at most ${max}`);
      return value;
    },
  };
}

/** So many a second; `/s` may be left out. */
export const perSecond: Kind<number> = {
  argument: "N/s",
  read(text) {
    const value = Number(/^(\d{1,9}(?:\.\d{1,3})?)(?:\/s)?$/.exec(text)?.[1] ?? Number.NaN);
    if (!(value > 0)) throw new BadValue("give a rate above 0 such as 50/s");
    return value;
  },
};

/** Made absolute; from a config file it starts at that file's folder. */
export function path(argument: "DIR" | "FILE"): Kind<string> {
  return {
    argument,
    read(text, base) {
      if (text === "" || text.includes("\0"))
        throw new BadValue(argument === "DIR" ? "give a folder" : "give a file");
      return resolve(base, text);
    },
  };
}

/** An address to listen on. Names other than localhost are refused: to look them up would ask a DNS server. */
export const address: Kind<string> = {
  argument: "A",
  read(text) {
    const bare = unbracketed(text);
    if (isIP(bare) === 0 && bare !== "localhost") {
      throw new BadValue("give an IPv4 or IPv6 address such as 127.0.0.1, ::1 or 0.0.0.0, or localhost");
    }
    return bare;
  },
};

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `name:25`, `192.0.2.1:25`, `[::1]:25`. */
export const hostPort: Kind<HostPort> = {
  argument: "HOST:PORT",
  read(text) {
    const wanted = new BadValue("give HOST:PORT such as 127.0.0.1:25 or [::1]:25");
    const [, host, digits] = /^(\[[^\]]{1,64}\]|[^:\s[\]]{1,255}):(\d{1,5})$/.exec(text) ?? [];
    const port = Number(digits ?? 0);
    if (host === undefined || port < 1 || port > 65_535) throw wanted;
    if (host.startsWith("[") && isIP(unbracketed(host)) !== 6) throw wanted;
    return { host: unbracketed(host), port };
  },
};

function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

export type InspectTarget =
  | { readonly to: "auto" }
  | { readonly to: "off" }
  | ({ readonly to: "tcp"; readonly token: string } & HostPort);

/** Where the tap's records go: the inspector of the same state folder, nowhere, or one on TCP that knows the token. */
export const inspectTarget: Kind<InspectTarget> = {
  argument: "auto|off|HOST:PORT#TOKEN",
  read(text, base) {
    if (text === "auto" || text === "off") return { to: text };
    const hash = text.indexOf("#");
    const token = hash < 0 ? "" : text.slice(hash + 1);
    if (!/^[\x21-\x7e]{1,256}$/.test(token)) {
      throw new BadValue("give auto, off or HOST:PORT#TOKEN (the inspector prints its token at start)");
    }
    return { to: "tcp", ...hostPort.read(text.slice(0, hash), base), token };
  },
};
