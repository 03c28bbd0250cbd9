/** What Tab makes of a line: a command's name, or a name there or here, written so that the line is read back as it is meant. */
import { wordsOf } from "./words.ts";

export interface Named {
  readonly name: string;
  readonly folder: boolean;
}

export interface CompletionSource {
  readonly commands: readonly string[];
  /** Which names the word at that place is one of (0: the first behind the command); undefined: none. */
  kindOf(command: string, at: number): "there" | "here" | undefined;
  /** What is in a folder, as a person writes it; may reject: then nothing is known. */
  list(kind: "there" | "here", folder: string): Promise<readonly Named[]>;
}

/** As readline wants it: what may stand instead of the last part of the line, and that part. */
export async function complete(
  line: string,
  source: CompletionSource,
): Promise<readonly [readonly string[], string]> {
  const part = lastPart(line);
  const words = wordsOf(line.slice(0, line.length - part.length));
  const [command] = words;
  if (command === undefined) return [source.commands.filter((name) => name.startsWith(part)), part];
  const kind = part.startsWith("-") ? undefined : source.kindOf(command, words.length - 1);
  if (kind === undefined) return [[], part];
  const said = wordsOf(part)[0] ?? "";
  const slash = said.lastIndexOf("/") + 1;
  const [folder, begun] = [said.slice(0, slash), said.slice(slash)];
  const names = await source.list(kind, folder).catch(() => []);
  const found = names
    // What is hidden is offered to who asks for it.
    .filter(({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")))
    .map(({ name, folder: deeper }) => `${quoted(`${folder}${name}`)}${deeper ? "/" : " "}`);
  return [found.toSorted(), part];
}

/** The word that is being written, as it stands in the line: quotes and backslashes belong to it. */
function lastPart(line: string): string {
  let start = 0;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === "\\" && quote !== "'") at++;
    else if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (/\s/.test(letter)) start = at + 1;
  }
  return line.slice(start);
}

/** Read back by `wordsOf` as it is. A letter that would draw on the terminal, or end the line, is left to be typed. */
function quoted(name: string): string {
  return name.replaceAll(/[\s"'\\]/g, (letter) => `\\${letter}`);
}
