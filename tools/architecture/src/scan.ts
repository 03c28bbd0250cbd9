/**
 * Finds the imports of one TypeScript file. TypeScript 7 has no compiler API for JavaScript, and esbuild forgets
 * type-only imports, so this tokenizes: comments, strings, templates and regular expressions are told apart, and
 * what stands inside them is never taken for code. The tests compare it with esbuild over the whole workspace.
 */

/** One place where a file names another module. */
export interface Import {
  /** As written: `"node:fs"`, `"./grammar.ts"`, `"@socketscope/wire"`. */
  readonly specifier: string;
  /** The whole statement is erased by the compiler (`import type`, `export type … from`). */
  readonly typeOnly: boolean;
  /** The names taken, as the other module calls them; `"*"` stands for all of them. */
  readonly names: readonly string[];
  /** Counted from 1. */
  readonly line: number;
}

interface Token {
  readonly kind: "word" | "text" | "mark";
  readonly value: string;
  readonly line: number;
}

/** After these words a slash begins a regular expression, not a division. */
const beforeExpression = new Set(
  "return typeof instanceof in of new delete void throw case do else yield await".split(" "),
);
const spaces = /\s/;
const wordStart = /[\p{ID_Start}$_#]/u;
const wordPart = /[\p{ID_Continue}$\u200c\u200d]/u;

function* tokenize(source: string): Generator<Token> {
  let at = source.startsWith("#!") ? lineEnd(source, 0) : 0;
  let line = 1;
  let last: Token | undefined;
  /** Open braces of each template substitution we are inside of. */
  const substitutions: number[] = [];

  const take = (kind: Token["kind"], end: number, value = source.slice(at, end)): Token => {
    last = { kind, value, line };
    for (let i = at; i < end; i++) if (source[i] === "\n") line++;
    at = end;
    return last;
  };

  while (at < source.length) {
    const character = source.charAt(at);
    const next = source.charAt(at + 1);
    if (spaces.test(character)) {
      if (character === "\n") line++;
      at++;
    } else if (character === "/" && next === "/") {
      at = lineEnd(source, at);
    } else if (character === "/" && next === "*") {
      const close = source.indexOf("*/", at + 2);
      const end = close === -1 ? source.length : close + 2;
      for (; at < end; at++) if (source[at] === "\n") line++;
    } else if (character === '"' || character === "'") {
      const end = stringEnd(source, at);
      yield take("text", end, source.slice(at + 1, end - 1));
    } else if (character === "`" || (character === "}" && substitutions.at(-1) === 0)) {
      if (character === "}") substitutions.pop();
      const { end, open } = templateEnd(source, at + 1);
      // Only a template that is whole and without substitutions is a constant text.
      const whole = character === "`" && !open;
      if (open) substitutions.push(0);
      yield take(whole ? "text" : "mark", end, whole ? source.slice(at + 1, end - 1) : open ? "${" : "`");
    } else if (character === "/" && expressionMayStart(last)) {
      const end = regularExpressionEnd(source, at);
      yield take("mark", end, end === at + 1 ? "/" : "/regular/");
    } else if (wordStart.test(character)) {
      let end = at + 1;
      while (end < source.length && wordPart.test(source.charAt(end))) end++;
      yield take("word", end);
    } else {
      const depth = substitutions.length - 1;
      if (depth >= 0 && character === "{") substitutions[depth] = (substitutions[depth] ?? 0) + 1;
      if (depth >= 0 && character === "}") substitutions[depth] = (substitutions[depth] ?? 0) - 1;
      yield take("mark", at + 1);
    }
  }
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** A string ends at its quote, or at the line's end where it was none (text in JSX). */
function stringEnd(source: string, from: number): number {
  const quote = source[from];
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === quote || source[at] === "\n") return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, from: number): { end: number; open: boolean } {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "`") return { end: at + 1, open: false };
    else if (source[at] === "$" && source[at + 1] === "{") return { end: at + 2, open: true };
  }
  return { end: source.length, open: false };
}

function expressionMayStart(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === "word") return beforeExpression.has(last.value);
  return last.kind === "mark" && !")]}`".includes(last.value) && last.value !== "/regular/";
}

/** Where the regular expression ends; one past the slash if its line has no second one. */
function regularExpressionEnd(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length && source[at] !== "\n"; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return at + 1;
  }
  return from + 1;
}

/** Every static, dynamic and CommonJS import of `source`, and every re-export, in order. */
export function scanImports(source: string): Import[] {
  const tokens = [...tokenize(source)];
  const found: Import[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const before = tokens[at - 1];
    if (token?.kind !== "word" || (before?.kind === "mark" && before.value === ".")) continue;
    if (token.value === "import") {
      found.push(...called(tokens, at), ...imported(tokens, at));
    } else if (token.value === "export") {
      found.push(...reexported(tokens, at));
    } else if (token.value === "require") {
      found.push(...called(tokens, at));
    }
  }
  return found;
}

/** `import("x")`, in code or as a type, and `require("x")`. */
function called(tokens: readonly Token[], at: number): Import[] {
  const [word, open, argument] = tokens.slice(at, at + 3);
  if (word === undefined || open?.value !== "(" || open.kind !== "mark" || argument?.kind !== "text")
    return [];
  return [{ specifier: argument.value, typeOnly: false, names: ["*"], line: word.line }];
}

/** `import "x"` · `import a, { b as c } from "x"` · `import type …`. */
function imported(tokens: readonly Token[], at: number): Import[] {
  const word = tokens[at];
  const next = tokens[at + 1];
  if (word === undefined || next === undefined) return [];
  if (next.kind === "text") return [{ specifier: next.value, typeOnly: false, names: [], line: word.line }];
  // import.meta, import(…), or a property of that name
  if (next.kind === "mark" && next.value !== "{" && next.value !== "*") return [];
  return clause(tokens, at);
}

/** `export * from "x"` · `export { a } from "x"` · `export type { T } from "x"`. */
function reexported(tokens: readonly Token[], at: number): Import[] {
  const next = tokens[at + 1]?.value === "type" ? tokens[at + 2] : tokens[at + 1];
  return next?.kind === "mark" && (next.value === "{" || next.value === "*") ? clause(tokens, at) : [];
}

function clause(tokens: readonly Token[], from: number): Import[] {
  const start = tokens[from];
  if (start === undefined) return [];
  const afterType = tokens[from + 2];
  // `import type from "x"` takes a default that is called "type".
  const typeOnly =
    tokens[from + 1]?.value === "type" && afterType?.value !== "from" && afterType?.value !== ",";
  const names: string[] = [];
  let inBraces = false;
  for (let at = from + (typeOnly ? 2 : 1); at < tokens.length; at++) {
    const token = tokens[at];
    const following = tokens[at + 1];
    if (token === undefined) break;
    if (token.kind === "word" && token.value === "from" && following?.kind === "text" && !inBraces) {
      return [{ specifier: following.value, typeOnly, names, line: start.line }];
    }
    if (token.kind === "mark" && !"{}*,".includes(token.value)) return [];
    if (token.value === "{") inBraces = true;
    else if (token.value === "}") inBraces = false;
    else if (token.value === "*") names.push("*");
    else if (token.kind === "word") {
      const previous = tokens[at - 1]?.value ?? "";
      if (previous === "as" || token.value === "as") continue;
      if (inBraces && token.value === "type" && following?.kind === "word" && following.value !== "as")
        continue;
      names.push(inBraces ? token.value : "default");
    }
  }
  return [];
}
