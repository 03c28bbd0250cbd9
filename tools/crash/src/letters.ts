/** Letters that can be told apart and checked, and what a folder of mailboxes holds of them. */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Letter {
  readonly id: string;
  readonly text: string;
}

/** 200 octets to 40 kB; a few are above the relay's 256 KiB and go to files of their own. */
export function newLetter(number: number): Letter {
  const id = randomBytes(8).toString("hex");
  const size = number % 40 === 39 ? 400_000 : 200 + Math.floor(Math.random() * 40_000);
  const line = `${randomBytes(35).toString("hex")}\r\n`;
  const body = line.repeat(Math.ceil(size / line.length));
  const hash = createHash("sha256").update(body).digest("hex");
  return { id, text: `Subject: crash\r\nX-Crash-Id: ${id}\r\nX-Crash-Hash: ${hash}\r\n\r\n${body}` };
}

export interface Found {
  /** How often each was found whole. */
  readonly whole: ReadonlyMap<string, number>;
  /** Files that hold something else than was sent. */
  readonly torn: readonly string[];
}

/** All mailboxes below `maildir`. */
export async function lettersIn(maildir: string): Promise<Found> {
  const whole = new Map<string, number>();
  const torn: string[] = [];
  for (const mailbox of await names(maildir))
    for (const part of ["new", "cur"])
      for (const name of await names(join(maildir, mailbox, part))) {
        const file = join(maildir, mailbox, part, name);
        // In a Maildir lines end in LF.
        const id = idOf((await readFile(file, "latin1")).replaceAll("\n", "\r\n"));
        if (id === undefined) torn.push(file);
        else whole.set(id, (whole.get(id) ?? 0) + 1);
      }
  return { whole, torn };
}

/** Undefined: not as it was sent. */
export function idOf(message: string): string | undefined {
  const [, id, hash] = /\r\nX-Crash-Id: (\w+)\r\nX-Crash-Hash: (\w+)\r\n/.exec(message) ?? [];
  const body = message.slice(message.indexOf("\r\n\r\n") + 4);
  return createHash("sha256").update(body, "latin1").digest("hex") === hash ? id : undefined;
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
