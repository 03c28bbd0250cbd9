/** What every command of one command line shares: the terminal, one server's connections, and how it all ends. */
import { connector } from "./connect.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { askAt } from "./password.ts";
import { Pool } from "./pool.ts";
import { Progress } from "./progress.ts";
import { INSECURE, type ServerOptions } from "./server-options.ts";
import { explain, type Terminal } from "./terminal.ts";
import type { RemoteUrl } from "./url.ts";

export class Job {
  readonly options: ServerOptions;
  readonly terminal: Terminal;
  readonly progress: Progress;
  /** Of the first thing that went wrong. */
  #exitCode: number | undefined;
  #done = 0;
  readonly #shared: Pool | undefined;

  /** `shared`: connections that are there already and stay (the shell's). */
  constructor(options: ServerOptions, terminal: Terminal, shared?: Pool) {
    this.#shared = shared;
    this.options = options;
    this.terminal = terminal;
    this.progress = new Progress(terminal.stderr, !options.silent && !options.verbose);
  }

  /** Runs `work` with connections to the server of `url`, and closes them. */
  async on<T>(url: RemoteUrl, work: (pool: Pool) => Promise<T>): Promise<T> {
    if (this.#shared !== undefined) return work(this.#shared).finally(() => this.progress.clear());
    if (this.options.insecure) this.terminal.stderr.write(INSECURE);
    const note = (line: string): void => this.note(line);
    const pool = new Pool(await connector(url, this.options, note, askAt(this.terminal)));
    try {
      return await work(pool);
    } finally {
      this.progress.clear();
      await pool.close();
    }
  }

  /** A line on standard output. */
  say(line: string): void {
    this.progress.clear();
    this.terminal.stdout.write(`${line}\n`);
  }

  /** For programs under --json, for people otherwise. */
  tell(json: object, text: string | undefined): void {
    if (this.options.json) this.say(JSON.stringify(json));
    else if (text !== undefined) this.say(text);
  }

  note(line: string): void {
    this.progress.clear();
    this.terminal.stderr.write(`${line}\n`);
  }

  done(): void {
    this.#done++;
  }

  /** Says what went wrong; the first failure decides how the program ends. */
  failed(error: unknown, what?: string): void {
    this.#exitCode ??= exitCodeOf(error);
    const text = explain(error);
    this.note(`file-client: ${what === undefined ? "" : `${what}: `}${text}`);
    if (this.options.json) this.say(JSON.stringify({ failed: what ?? "", error: text }));
  }

  get exitCode(): number {
    if (this.#exitCode === undefined) return EXIT.ok;
    return this.#done > 0 ? EXIT.partial : this.#exitCode;
  }
  get count(): number {
    return this.#done;
  }
}
