/** Log lines: one event, one line, on standard error. Whatever a peer sent can neither end a line nor paint the terminal. */
import type { Secrets } from "./secrets.ts";

export type LogFormat = "text" | "json" | "off";
export type LogLevel = "error" | "warn" | "info";
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  readonly app: string;
  readonly format: LogFormat;
  readonly secrets: Secrets;
  /** Gets whole lines with their newline. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
}

/** Characters of one value; the rest is counted. With MAX_FIELDS it bounds a line. */
const MAX_VALUE = 2048;
const MAX_FIELDS = 32;
const RESERVED = new Set(["time", "level", "app", "message"]);

export function createLog(options: LogOptions): Log {
  const { app, format, secrets } = options;
  const now = options.now ?? (() => new Date());
  const clean = (value: string): string => cut(secrets.mask(value));
  const line = (level: LogLevel, message: string, fields: LogFields): string => {
    const entries = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .slice(0, MAX_FIELDS)
      .map(([name, value]): [string, unknown] => [name, typeof value === "string" ? clean(value) : value]);
    const time = now().toISOString();
    if (format === "json") {
      const renamed = entries.map(([name, value]): [string, unknown] => [
        RESERVED.has(name) ? `${name}_` : name,
        value,
      ]);
      return JSON.stringify({ time, level, app, message: clean(message), ...Object.fromEntries(renamed) });
    }
    const pairs = entries.map(([name, value]) => ` ${name}=${word(String(value))}`);
    return `${time} ${level.padEnd(5)} ${printable(clean(message))}${pairs.join("")}`;
  };
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (format !== "off") options.write(`${line(level, message, fields)}\n`);
    };
  return { error: at("error"), warn: at("warn"), info: at("info") };
}

function cut(value: string): string {
  return value.length <= MAX_VALUE
    ? value
    : `${value.slice(0, MAX_VALUE)}…(${value.length - MAX_VALUE} more)`;
}

/** As it is where it is one word, else quoted as JSON does it. */
function word(value: string): string {
  return /^[^\s"=\p{C}]+$/u.test(value) ? value : printable(JSON.stringify(value));
}

/** Control characters, line separators and those that turn the direction of writing become `\u{…}`. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
