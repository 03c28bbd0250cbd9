/** All URLs of one command line, one after the other on connections that are kept. */
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable, Writable } from "node:stream";
import { describeError } from "@socketscope/host";
import { TapPoint, isUntrusted } from "@socketscope/socket-core";
import { HttpAgent, systemResolve, type ClientTls } from "@socketscope/web";
import { chat } from "./chat.ts";
import { Content, type ContentSource } from "./content.ts";
import { ACCEPTED } from "./decode.ts";
import { Dialogue } from "./dialogue.ts";
import { followEvents } from "./events.ts";
import { exitCodeOf } from "./exit-code.ts";
import { EXIT, TransferError } from "./failure.ts";
import type { WebClientOptions } from "./options.ts";
import { FileOutput, remoteName, toStream, type Output } from "./output.ts";
import { noProgress, progressLine, type Progress } from "./progress.ts";
import { basicAuthorization, requestFields } from "./request-fields.ts";
import { formatTimings } from "./timings.ts";
import { transfer } from "./transfer.ts";

export const VERSION = "0.1.0";

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

/** The exit code: of the last URL that failed, else 0. */
export async function run(options: WebClientOptions, terminal: Terminal): Promise<number> {
  const client = new Client(options, terminal);
  await client.begin();
  try {
    let exitCode: number = EXIT.ok;
    for (const url of options.urls) exitCode = (await client.fetch(placed(url, options.content))) || exitCode;
    return exitCode;
  } finally {
    client.end();
  }
}

/** As curl does: a file put into a folder keeps its name. */
function placed(url: URL, content: ContentSource): URL {
  if (content.from !== "file" || !url.pathname.endsWith("/")) return url;
  return new URL(`${url.pathname}${encodeURIComponent(basename(content.path))}${url.search}`, url);
}

class Client {
  readonly #options: WebClientOptions;
  readonly #terminal: Terminal;
  readonly #tap = new TapPoint();
  readonly #content: Content;
  #tls: ClientTls = {};
  #agent = new HttpAgent();

  constructor(options: WebClientOptions, terminal: Terminal) {
    this.#options = options;
    this.#terminal = terminal;
    this.#content = new Content(options.content, terminal.stdin);
    if (options.verbose) this.#tap.attach(new Dialogue((line) => this.#say(line)));
  }

  async begin(): Promise<void> {
    const { insecure, ca } = this.#options;
    if (insecure) {
      this.#say(
        "WARNING: --insecure believes any certificate. Whoever is on the way can read and change everything.",
      );
      this.#tls = { verify: false };
    } else if (ca !== undefined) {
      this.#tls = {
        ca: await readFile(ca, "utf8").catch((error: unknown) => {
          throw new TransferError(EXIT.readFailed, `cannot read ${ca}`, { cause: error });
        }),
      };
    }
    this.#agent = new HttpAgent({ tls: this.#tls, tap: this.#tap, resolve: (name) => this.#resolve(name) });
  }

  end(): void {
    this.#agent.close();
  }

  /** 0, or the exit code of what went wrong, which has been said. */
  async fetch(url: URL): Promise<number> {
    const { maxTime } = this.#options;
    const signal = maxTime === undefined ? undefined : AbortSignal.timeout(maxTime);
    let output: Output | undefined;
    try {
      const offset = await this.#offset(url);
      output = this.#output(url, offset);
      if (url.protocol === "ws:" || url.protocol === "wss:") await this.#chat(url, output, signal);
      else if (this.#options.events) await this.#follow(url, output, signal);
      else await this.#transfer(url, output, offset, signal);
      return EXIT.ok;
    } catch (error) {
      const late =
        signal?.aborted === true ? new TransferError(EXIT.late, `not done within ${maxTime} ms`) : error;
      if (!this.#options.silent) this.#say(`web-client: ${url.href}: ${this.#explain(late)}`);
      return exitCodeOf(late);
    } finally {
      await output?.close();
    }
  }

  async #transfer(url: URL, output: Output, offset: number, signal: AbortSignal | undefined): Promise<void> {
    const options = this.#options;
    const answered = await transfer(
      this.#agent,
      {
        url,
        method: options.method ?? this.#method(),
        fields: this.#fields(url),
        users: options.headers,
        content: this.#content,
        output,
        offset,
        signal,
        progress: (...about) => this.#progress(...about),
      },
      options,
    );
    if (options.timings !== "off")
      this.#terminal.stderr.write(formatTimings(answered.url, answered.response, options.timings));
  }

  #follow(url: URL, output: Output, signal: AbortSignal | undefined): Promise<void> {
    const { headers, maxEvents } = this.#options;
    return followEvents(this.#agent, {
      url,
      fields: this.#identity(url),
      users: headers,
      output,
      maxEvents,
      signal,
    });
  }

  #chat(url: URL, output: Output, signal: AbortSignal | undefined): Promise<void> {
    return chat({
      url,
      fields: requestFields(this.#identity(url), this.#options.headers),
      input: this.#terminal.stdin,
      output,
      say: (line) => this.#say(line),
      tls: this.#tls,
      tap: this.#tap,
      resolve: (name) => this.#resolve(name),
      signal,
    });
  }

  #method(): string {
    const { head, content } = this.#options;
    if (head) return "HEAD";
    if (content.from === "nothing") return "GET";
    return content.from === "file" || content.from === "input" ? "PUT" : "POST";
  }

  #fields(url: URL): readonly string[] {
    const { compressed, range } = this.#options;
    const fields = [...this.#identity(url), "Accept", "*/*"];
    if (compressed) fields.push("Accept-Encoding", ACCEPTED);
    if (range !== undefined) fields.push("Range", `bytes=${range}`);
    return fields;
  }

  /** Who asks. */
  #identity({ username, password }: URL): readonly string[] {
    const inUrl =
      username === "" ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const user = this.#options.user ?? inUrl;
    const fields = ["User-Agent", `socketscope-web-client/${VERSION}`];
    return user === undefined ? fields : [...fields, "Authorization", basicAuthorization(user)];
  }

  #output(url: URL, offset: number): Output {
    const path = this.#path(url);
    return path === undefined ? toStream(this.#terminal.stdout) : new FileOutput(path, offset > 0);
  }

  #path(url: URL): string | undefined {
    const { output, remoteName: named } = this.#options;
    return output ?? (named ? remoteName(url) : undefined);
  }

  async #offset(url: URL): Promise<number> {
    const { continueAt } = this.#options;
    if (continueAt !== "auto") return continueAt ?? 0;
    const path = this.#path(url);
    if (path === undefined)
      throw new TransferError(EXIT.noResume, "--continue-at - needs a file: --output FILE");
    return (await stat(path).catch(() => undefined))?.size ?? 0;
  }

  async #resolve(name: string): Promise<readonly string[]> {
    const known = this.#options.resolve.filter(({ host }) => host === name.toLowerCase());
    return known.length > 0 ? known.map(({ address }) => address) : systemResolve(name);
  }

  #progress(name: string, total: number | undefined, begun: number): Progress {
    const { stderr, stdout } = this.#terminal;
    const toFile = this.#options.output !== undefined || this.#options.remoteName || stdout.isTTY !== true;
    const { verbose } = this.#options;
    return stderr.isTTY === true && toFile && !verbose
      ? progressLine(stderr, name, total, begun)
      : noProgress;
  }

  #explain(error: unknown): string {
    const hint = isUntrusted(error) ? " (--ca FILE names an authority to trust)" : "";
    return `${describeError(error)}${hint}`;
  }

  #say(line: string): void {
    this.#terminal.stderr.write(`${line}\n`);
  }
}
