/** The two quieter places options come from: `SOCKETSCOPE_*` in the environment, and a JSON file of the same names. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, UsageError } from "./errors.ts";
import { type Declared, type Given, quoted } from "./option-reader.ts";
import { nearest } from "./suggest.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Octets; a longer config file is a mistake. */
const MAX_CONFIG = 1024 * 1024;

/** `https-port` → `SOCKETSCOPE_HTTPS_PORT`. */
export function variableName(option: string): string {
  return `SOCKETSCOPE_${option.toUpperCase().replaceAll("-", "_")}`;
}

/** An empty variable counts as unset. A repeatable option takes one value, or a JSON list of strings. */
export function fromEnvironment(
  declared: readonly Declared[],
  env: Environment,
  base: string,
): Map<string, Given> {
  const found = new Map<string, Given>();
  for (const option of declared) {
    const source = variableName(option.name);
    const text = env[source];
    if (text === undefined || text === "") continue;
    const texts =
      option.repeatable && /^\s*\["/.test(text) ? textsOf(parseJson(text, source), option, source) : [text];
    found.set(option.name, { texts, source, base });
  }
  return found;
}

/** Names in kebab or camel case; values are strings, numbers, booleans, or lists of them where an option repeats. */
export function fromConfigFile(declared: readonly Declared[], file: string): Map<string, Given> {
  const found = new Map<string, Given>();
  const config = parseJson(readConfig(file), file);
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UsageError("USAGE_CONFIG", `--config ${file}: give one JSON object such as {"port": 8080}`);
  }
  for (const [key, value] of Object.entries(config)) {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const option = declared.find((option) => option.name === name);
    if (option === undefined || name === "config") {
      const near = nearest(
        name,
        declared.map((option) => option.name),
      );
      const hint = near === undefined ? "" : ` (did you mean ${quoted(near)}?)`;
      throw new UsageError("USAGE_UNKNOWN_OPTION", `--config ${file}: unknown option ${quoted(key)}${hint}`);
    }
    const source = `${quoted(key)} in ${file}`;
    found.set(name, { texts: textsOf(value, option, source), source, base: dirname(file) });
  }
  return found;
}

function readConfig(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_CONFIG) {
      throw new UsageError("USAGE_CONFIG", `--config ${file}: longer than ${MAX_CONFIG} bytes`);
    }
    return bytes.toString("utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why =
      codeOf(error) === "ENOENT" ? "there is no such file" : `cannot be read (${codeOf(error) ?? "unknown"})`;
    throw new UsageError("USAGE_CONFIG", `--config ${file}: ${why}`, { cause: error });
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      "USAGE_CONFIG",
      `${source} is not JSON: ${error instanceof Error ? error.message : ""}`,
      {
        cause: error,
      },
    );
  }
}

function textsOf(value: unknown, option: Declared, source: string): string[] {
  if (Array.isArray(value) && option.repeatable) return value.map((item) => textOf(item, source));
  return [textOf(value, source)];
}

function textOf(value: unknown, source: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new UsageError("USAGE_BAD_VALUE", `${source}: give a string, a number, true or false`);
}
