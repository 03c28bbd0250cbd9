/** A letter of text, HTML and files, made by nodemailer's composer. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { UsageError } from "@socketscope/host";
import MailComposer from "nodemailer/lib/mail-composer";
import { readInput } from "./content.ts";
import type { Correspondent, LetterOptions, TextSource } from "./send-options.ts";

/** Whom it is from and for, as its head says. */
export interface Headed {
  readonly from: Correspondent;
  readonly to: readonly Correspondent[];
  readonly cc: readonly Correspondent[];
}

const DEFAULT_TEXT = "This is a test message, sent by mail-client.\n";

export class Composer {
  readonly #headed: Headed;
  readonly #letter: LetterOptions;
  readonly #text: string | undefined;
  readonly #html: string | undefined;
  readonly #files: readonly { readonly filename: string; readonly content: Buffer }[];

  private constructor(
    headed: Headed,
    letter: LetterOptions,
    text: string | undefined,
    html: string | undefined,
    files: readonly { readonly filename: string; readonly content: Buffer }[],
  ) {
    this.#headed = headed;
    this.#letter = letter;
    this.#text = text;
    this.#html = html;
    this.#files = files;
  }

  /** Reads all that the letter names, once. Throws UsageError for what cannot be read. */
  static async load(headed: Headed, letter: LetterOptions, stdin: Readable): Promise<Composer> {
    const html = await textOf(letter.html, stdin);
    const given = await textOf(letter.text, stdin);
    const text = given ?? (html === undefined ? DEFAULT_TEXT : undefined);
    const files = await Promise.all(
      letter.attachments.map(async (path) => ({ filename: basename(path), content: await readAll(path) })),
    );
    return new Composer(headed, letter, text, html, files);
  }

  /** A message of its own each time: another Message-ID, another Date. */
  compose(): Promise<Buffer> {
    const { from, to, cc } = this.#headed;
    const { subject, headers } = this.#letter;
    const domain = from.address.split("@").at(-1) ?? "";
    const composer = new MailComposer({
      // Nothing is fetched because of what a letter says.
      disableFileAccess: true,
      disableUrlAccess: true,
      newline: "windows",
      ...(from.shown !== "" && { from: from.shown }),
      to: to.map(({ shown }) => shown),
      cc: cc.map(({ shown }) => shown),
      subject,
      messageId: headerOf(headers, "message-id") ?? `<${randomUUID()}@${domain || "localhost"}>`,
      date: headerOf(headers, "date") ?? new Date(),
      headers: headers
        .filter(({ name }) => !/^(?:message-id|date)$/i.test(name))
        .map(({ name, value }) => ({ key: name, value })),
      ...(this.#text !== undefined && { text: this.#text }),
      ...(this.#html !== undefined && { html: this.#html }),
      attachments: [...this.#files],
    });
    return composer.compile().build();
  }
}

function headerOf(headers: LetterOptions["headers"], name: string): string | undefined {
  return headers.find((field) => field.name.toLowerCase() === name)?.value;
}

async function textOf(source: TextSource | undefined, stdin: Readable): Promise<string | undefined> {
  if (source === undefined) return undefined;
  if (source.from === "text") return source.text;
  const octets = source.from === "file" ? await readAll(source.path) : await readInput(stdin);
  return Buffer.from(octets).toString("utf8");
}

async function readAll(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError("USAGE_FILE", `cannot read ${path}`, { cause: error });
  }
}
