/** `file-client shell [URL]`: the commands at a prompt, with a folder one stands in on both sides, and a history. */
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import {
  defaultStateFolder,
  openStateFolder,
  runOnce,
  UsageError,
  type StateFolder,
} from "@socketscope/host";
import type { WordKinds } from "./command.ts";
import { commands } from "./commands.ts";
import { complete, type CompletionSource } from "./complete.ts";
import { connector, pathOf } from "./connect.ts";
import { FileError } from "./errors.ts";
import { EXIT } from "./exit-code.ts";
import { Job } from "./job.ts";
import { Screen, type Ask } from "./password.ts";
import { resolvePath } from "./paths.ts";
import { Pool } from "./pool.ts";
import { readServerOptions, type ServerOptions } from "./server-options.ts";
import { explain, printable, VERSION, type Terminal } from "./terminal.ts";
import { formatRemoteUrl, parseRemoteUrl, type RemoteUrl } from "./url.ts";
import { wordsOf } from "./words.ts";

const HISTORY = "file-client-history";
/** Lines of it that are kept. */
const MAX_HISTORY = 500;

export async function runShell(): Promise<void> {
  await runOnce(
    {
      name: "file-client shell",
      version: VERSION,
      summary: "All commands at one prompt, on connections that are kept.",
      positionals: [{ name: "URL", help: "ftp://, ftps:// or sftp://", optional: true }],
      examples: [
        "file-client ftp://me@127.0.0.1:2121/ --password-file pw",
        "file-client shell --tls ftp://host",
      ],
      options: (read, [url]) => ({ server: readServerOptions(read), url }),
    },
    ({ server, url }) => new Shell(server, process).run(url),
  );
}

interface Placing extends WordKinds {
  /** Of the last word, where it was added. */
  readonly last?: "there" | "here";
}

interface Standing {
  readonly url: RemoteUrl;
  readonly pool: Pool;
  /** Absolute. */
  folder: string;
}

/** What Node's readline wants to be told: what fits, and what of the line it stands for. */
type Completed = (error: null, found: [string[], string]) => void;

export class Shell {
  readonly #options: ServerOptions;
  readonly #terminal: Terminal;
  #standing: Standing | undefined;
  #here = process.cwd();
  #exitCode: number = EXIT.ok;
  #running = false;
  #ask: Ask = () => Promise.resolve(undefined);

  constructor(options: ServerOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
  }

  /** The exit code: of the last command that failed when no person types, else 0. */
  async run(url: string | undefined): Promise<number> {
    const { stdin, stdout } = this.#terminal;
    const person = stdin.isTTY === true;
    const state = person
      ? await openStateFolder(this.#options.state ?? defaultStateFolder(process.env).path)
      : undefined;
    const screen = new Screen(stdout);
    const lines = createInterface({
      input: stdin,
      ...(person && { output: screen, history: await historyOf(state), historySize: MAX_HISTORY }),
      terminal: person,
      completer: (line: string, done: Completed) => void this.#complete(line, done),
    });
    lines.on("SIGINT", () => this.#interrupted(lines));
    if (person) this.#ask = (prompt) => secretly(lines, screen, prompt);
    // From here on lines are kept: those that came before anybody asked would be lost.
    const typed = lines[Symbol.asyncIterator]();
    try {
      if (url !== undefined) await this.#try(`open ${url}`, () => this.#open(url));
      await this.#read(lines, typed, state);
    } finally {
      lines.close();
      await this.#standing?.pool.close();
    }
    return person ? EXIT.ok : this.#exitCode;
  }

  async #read(lines: Interface, typed: AsyncIterator<string>, state: StateFolder | undefined): Promise<void> {
    const said: string[] = [];
    this.#prompt(lines);
    for (let next = await typed.next(); next.done !== true; next = await typed.next()) {
      const line = next.value;
      const [name = "", ...words] = wordsOf(line);
      if (["exit", "quit", "bye"].includes(name)) break;
      if (name !== "") {
        said.push(line);
        await this.#try(name, () => this.#carryOut(name, words));
      }
      this.#prompt(lines);
    }
    if (state !== undefined) await remember(state, said);
  }

  async #complete(line: string, done: Completed): Promise<void> {
    const [found, part] = await complete(line, this.#names);
    done(null, [[...found], part]);
  }

  #prompt(lines: Interface): void {
    if (this.#terminal.stdin.isTTY !== true) return;
    const { url, folder } = this.#standing ?? {};
    lines.setPrompt(url === undefined ? "file-client> " : `${printable(`${url.host}:${folder ?? "/"}`)}> `);
    lines.prompt();
  }

  /** What runs is broken off; at the prompt the line is forgotten. */
  #interrupted(lines: Interface): void {
    if (this.#running) this.#standing?.pool.abort();
    else {
      this.#terminal.stdout.write("\n(exit ends it)\n");
      lines.write(null, { ctrl: true, name: "u" });
      lines.prompt();
    }
  }

  async #try(name: string, work: () => Promise<void>): Promise<void> {
    this.#running = true;
    try {
      await work();
    } catch (error) {
      this.#exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failure;
      this.#terminal.stderr.write(`${printable(name)}: ${explain(error)}\n`);
    } finally {
      this.#running = false;
    }
  }

  async #carryOut(name: string, words: readonly string[]): Promise<void> {
    switch (name) {
      case "open":
        return this.#open(words[0] ?? "");
      case "cd":
        return this.#enter(words[0] ?? "~");
      case "pwd":
        return this.#say(printable(this.#stand().folder));
      case "lcd":
        this.#here = resolve(this.#here, words[0] ?? ".");
        return this.#say(this.#here);
      case "help":
        return this.#say(help());
      case "put-tree":
        return this.#command("mirror", words, (said) => [
          resolve(this.#here, said[0] ?? ""),
          this.#there(said[1] ?? "."),
        ]);
      default:
        return this.#command(name, words, (said, kinds) => this.#placed(said, kinds));
    }
  }

  async #command(
    name: string,
    words: readonly string[],
    place: (said: readonly string[], kinds: Placing) => readonly string[],
  ): Promise<void> {
    const command = commands.get(name);
    if (command === undefined)
      throw new UsageError("USAGE_UNKNOWN_COMMAND", "no such command (help lists them)");
    const { pool } = this.#stand();
    const job = new Job(this.#options, this.#terminal, pool);
    const { otherwise } = command.words;
    const bare = words.filter((word) => !word.startsWith("-")).length;
    // Where one stands is meant, there or here.
    const added = otherwise !== undefined && bare < otherwise.fewerThan;
    await command.within(
      { argv: added ? [...words, "."] : words, env: {}, cwd: this.#here },
      job,
      (said, kinds) =>
        place(said, added && otherwise !== undefined ? { ...kinds, last: otherwise.add } : kinds),
    );
    if (job.exitCode !== EXIT.ok) this.#exitCode = job.exitCode;
  }

  #placed(words: readonly string[], { first, rest, last }: Placing): readonly string[] {
    return words.map((word, index) => {
      const kind = (index === words.length - 1 ? last : undefined) ?? (index === 0 ? first : rest);
      return kind === "there" ? this.#there(word) : kind === "here" ? resolve(this.#here, word) : word;
    });
  }

  /** What Tab knows: names are asked of the server at each, on the connection that is there. */
  readonly #names: CompletionSource = {
    commands: [...commands.keys(), "open", "cd", "pwd", "lcd", "put-tree", "help", "exit"],
    kindOf(command, at) {
      const words = OWN_WORDS[command] ?? commands.get(command)?.words;
      const kind = at === 0 ? words?.first : words?.rest;
      return kind === "text" ? undefined : kind;
    },
    list: async (kind, folder) => {
      if (kind === "here") {
        const entries = await readdir(resolve(this.#here, folder), { withFileTypes: true });
        return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
      }
      const standing = this.#stand();
      const path = resolvePath(standing.folder, folder === "" ? "." : folder);
      const entries = await standing.pool.with((files) => files.list(path));
      return entries
        .filter(({ name }) => printable(name) === name)
        .map(({ name, type }) => ({ name, folder: type === "folder" }));
    },
  };

  async #open(text: string): Promise<void> {
    const url = parseRemoteUrl(text);
    const note = (line: string): void => void this.#terminal.stderr.write(`${line}\n`);
    const pool = new Pool(await connector(url, this.#options, note, this.#ask));
    const folder = await pool.with((files) => Promise.resolve(pathOf(url, files)));
    await this.#standing?.pool.close();
    this.#standing = { url, pool, folder };
  }

  async #enter(word: string): Promise<void> {
    const standing = this.#stand();
    await standing.pool.persistently(async (files) => {
      const folder = word === "~" ? files.home : resolvePath(standing.folder, word);
      if ((await files.stat(folder))?.type !== "folder")
        throw new FileError("NOT_FOUND", `there is no folder ${folder}`);
      standing.folder = folder;
    });
  }

  /** The URL of a path from where one stands. */
  #there(word: string): string {
    const { url, folder } = this.#stand();
    return formatRemoteUrl(url, resolvePath(folder, word));
  }

  #stand(): Standing {
    if (this.#standing === undefined) throw new UsageError("USAGE_MISSING", "not connected: open URL");
    return this.#standing;
  }

  #say(line: string): void {
    this.#terminal.stdout.write(`${line}\n`);
  }
}

const OWN: readonly (readonly [string, string])[] = [
  ["open URL", "connect"],
  ["cd, pwd", "the folder there"],
  ["lcd", "the folder here"],
  ["put-tree", "mirror a folder from here to there (mirror: from there to here)"],
  ["exit", "leave"],
];

/** What is typed is neither shown nor kept in the history. */
function secretly(lines: Interface, screen: Screen, prompt: string): Promise<string | undefined> {
  const forget = (history: string[]): void => void history.shift();
  return new Promise((resolve) => {
    lines.once("history", forget);
    lines.question(prompt, (answer) => {
      screen.hidden = false;
      lines.off("history", forget);
      screen.write("\n");
      resolve(answer);
    });
    screen.hidden = true;
  });
}

function help(): string {
  const lines = [...commands].map(([name, { help }]) => [name, help] as const);
  return [...OWN, ...lines].map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join("\n");
}

/** Of the words of the prompt's own commands. */
const OWN_WORDS: Readonly<Record<string, WordKinds>> = {
  cd: { first: "there", rest: "text" },
  lcd: { first: "here", rest: "text" },
  "put-tree": { first: "here", rest: "there" },
};

/** The latest first, as readline wants it. */
async function historyOf(state: StateFolder | undefined): Promise<string[]> {
  const text = (await state?.read(HISTORY))?.toString("utf8") ?? "";
  return text.split("\n").filter(Boolean).toReversed();
}

/** What holds a password of a URL is forgotten. */
async function remember(state: StateFolder, said: readonly string[]): Promise<void> {
  await state.exclusively(HISTORY, async () => {
    const before = (await state.read(HISTORY))?.toString("utf8").split("\n").filter(Boolean) ?? [];
    const all = [...before, ...said.filter((line) => !/:\/\/[^/]*:[^/]*@/.test(line))];
    await state.write(HISTORY, `${all.slice(-MAX_HISTORY).join("\n")}\n`);
  });
}
