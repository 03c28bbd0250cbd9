/**
 * A program names its options in one function of an {@link OptionReader}. The function runs twice: once to collect
 * what there is (every answer is the default), once more when all is known. So the types are the function's own,
 * and an option is written down in exactly one place.
 */
import { BadValue, type Kind } from "./option-kinds.ts";
import { UsageError } from "./errors.ts";

export interface About {
  /** One clause for `--help`, without a full stop. */
  readonly help: string;
  /** One letter, for clients with a habit: "o" makes `-o`. */
  readonly short?: string;
}

export interface OptionReader {
  /** Options after this appear under the heading. */
  group(heading: string): void;
  /** Takes a value; given twice, the last one counts. `shown`: how help writes the default when its text would not do. */
  one<T>(name: string, kind: Kind<T>, about: About & { readonly default: T; readonly shown?: string }): T;
  /** Takes a value, or is absent. */
  maybe<T>(name: string, kind: Kind<T>, about: About): T | undefined;
  /** Repeatable; given once, it replaces the default. At most 256. */
  list<T>(
    name: string,
    kind: Kind<T>,
    about: About & { readonly default?: readonly T[]; readonly shown?: string },
  ): readonly T[];
  /** A switch. With default true it is turned off by `--no-NAME`. */
  flag(name: string, about: About & { readonly default?: boolean }): boolean;
}

export interface Declared {
  readonly name: string;
  readonly group: string;
  readonly help: string;
  readonly short: string | undefined;
  /** Undefined for a switch. */
  readonly argument: string | undefined;
  readonly repeatable: boolean;
  /** How help writes the default. */
  readonly shown: string | undefined;
  /** A switch that starts on: also `--no-NAME`. */
  readonly negatable: boolean;
}

/** What one source says about an option: its texts, where they come from, and where relative paths start. */
export interface Given {
  readonly texts: readonly string[];
  /** As a message names it: `--port`, `SOCKETSCOPE_PORT`, `"port" in site.json`. */
  readonly source: string;
  readonly base: string;
}

/** A repeatable option takes so many values; more is a mistake in a script, not a wish. */
const MAX_VALUES = 256;

/** Collects what is declared; every answer is the default. */
export function collector(declared: Declared[]): OptionReader {
  let group = "Options:";
  const add = (name: string, about: About, rest: Partial<Declared>): void => {
    declared.push({
      name,
      group,
      help: about.help,
      short: about.short,
      argument: undefined,
      repeatable: false,
      shown: undefined,
      negatable: false,
      ...rest,
    });
  };
  return {
    group(heading) {
      group = heading;
    },
    one(name, kind, about) {
      add(name, about, { argument: kind.argument, shown: about.shown ?? String(about.default) });
      return about.default;
    },
    maybe(name, kind, about) {
      add(name, about, { argument: kind.argument });
      return undefined;
    },
    list(name, kind, about) {
      add(name, about, { argument: kind.argument, repeatable: true, shown: about.shown });
      return about.default ?? [];
    },
    flag(name, about) {
      add(name, about, { negatable: about.default === true });
      return about.default ?? false;
    },
  };
}

/** Answers from what was given. Throws {@link UsageError} that names the source and what to do. */
export function answering(given: (name: string) => Given | undefined): OptionReader {
  const last = <T>(name: string, kind: Kind<T>): T | undefined => {
    const from = given(name);
    return from === undefined ? undefined : readAll(from, kind, from.texts.slice(-1))[0];
  };
  return {
    group: () => undefined,
    one: (name, kind, about) => last(name, kind) ?? about.default,
    maybe: last,
    list(name, kind, about) {
      const from = given(name);
      if (from === undefined) return about.default ?? [];
      if (from.texts.length > MAX_VALUES) {
        throw new UsageError("USAGE_TOO_MANY", `${from.source}: give it at most ${MAX_VALUES} times`);
      }
      return readAll(from, kind, from.texts);
    },
    flag(name, about) {
      const from = given(name);
      const text = from?.texts.at(-1)?.toLowerCase();
      if (from === undefined || text === undefined) return about.default ?? false;
      if (["true", "1", "yes", "on"].includes(text)) return true;
      if (["false", "0", "no", "off"].includes(text)) return false;
      throw new UsageError("USAGE_BAD_VALUE", `${from.source} ${quoted(text)}: give true or false`);
    },
  };
}

function readAll<T>(from: Given, kind: Kind<T>, texts: readonly string[]): T[] {
  return texts.map((text) => {
    try {
      return kind.read(text, from.base);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw new UsageError(error.code, `${from.source} ${quoted(text)}: ${error.message}`, { cause: error });
    }
  });
}

/** Cut to 60 characters; JSON's escapes keep control characters out of the terminal. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
}
