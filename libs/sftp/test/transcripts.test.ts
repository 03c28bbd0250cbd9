/** Golden transcripts: OpenSSH's sftp and its own server, as the dissector tells them, every word explained. `vitest -u` writes them anew. */
import { dissect, recording, type Step } from "@socketscope/testkit";
import type { Direction, Message } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import {
  explainSftpField,
  explainSftpPacket,
  explainSftpStatus,
  SftpDissector,
  STATUS,
} from "../src/index.ts";

const RECORDINGS: Readonly<Record<string, string>> = {
  "openssh-put-get":
    "A file goes up and comes back; the folder is listed. Many requests are under way at a time.",
  "openssh-folders": "A tree is put, renamed and taken down again.",
  "openssh-links": "Links (their two paths the wrong way round), modes, free room, a copy on the server.",
  "openssh-faults": "What cannot be done, and how the server says so.",
};

const stepsOf = (name: string): readonly Step[] =>
  recording(new URL(`recordings/${name}.ndjson`, import.meta.url)).flat();

describe("recordings as transcripts", () => {
  it.each(Object.entries(RECORDINGS))("%s", async (name, what) => {
    await expect(render(name, what)).toMatchFileSnapshot(`transcripts/${name}.md`);
  });

  it.each(Object.keys(RECORDINGS))("%s: nothing is wrong with it, and every word is explained", (name) => {
    const messages = dissect(new SftpDissector(), stepsOf(name));
    expect(messages.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(messages.flatMap(wordsOf).filter(([, { known }]) => !known)).toEqual([]);
  });
});

function render(name: string, what: string): string {
  const steps = stepsOf(name);
  const messages = dissect(new SftpDissector(), steps);
  const streams = { in: streamOf(steps, "in"), out: streamOf(steps, "out") };
  const lines = [
    `# ${name}`,
    "",
    what,
    "Recorded by `test/recordings/record.py`; written by `test/transcripts.test.ts`.",
  ];
  for (const message of messages) lines.push("", ...renderMessage(message, streams[message.direction]));
  lines.push("", "## The words", "");
  for (const [word, { sentence, source }] of new Map(messages.flatMap(wordsOf)))
    lines.push(`- **${word}**: ${sentence} (${source})`);
  return `${lines.join("\n")}\n`;
}

function renderMessage(message: Message, stream: Buffer): readonly string[] {
  const arrow = message.direction === "in" ? "→" : "←";
  const answers = message.answers === undefined ? "" : `, answers ${message.answers}`;
  return [
    `${arrow} **${message.id}** ${message.kind}${answers}: ${message.summary}`,
    "",
    "```",
    ...message.parts.map(({ name, from, to }) =>
      `${`${from}–${to}`.padEnd(11)} ${name.padEnd(20)} ${octets(stream.subarray(from, to))}`.trimEnd(),
    ),
    "```",
  ];
}

/** Numbers in hexadecimal; a string's length, then its text. */
function octets(piece: Buffer): string {
  const length = piece.length >= 4 ? piece.readUInt32BE(0) : -1;
  if (length !== piece.length - 4 || length === 0) return piece.toString("hex").slice(0, 60);
  const text = piece
    .subarray(4)
    .toString("latin1")
    .replaceAll(/[^\x20-\x7e]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `${piece.toString("hex", 0, 4)} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

function streamOf(steps: readonly Step[], direction: Direction): Buffer {
  return Buffer.concat(
    steps.flatMap((step) => ("direction" in step && step.direction === direction ? [step.octets] : [])),
  );
}

/** What in a message has an explanation, and which. */
function wordsOf(message: Message): readonly (readonly [string, ReturnType<typeof explainSftpField>])[] {
  const [word = "", second = ""] = message.summary.split(/[ ,:]+/);
  const status = Object.entries(STATUS).find(([name]) => name === second)?.[1];
  return [
    [word, explainSftpPacket(word)],
    ...(word === "STATUS" && status !== undefined ? [[second, explainSftpStatus(status)] as const] : []),
    ...message.parts.map(({ name }) => {
      const plain = name.replace(/^\d+\. /, "");
      return [plain, explainSftpField(plain)] as const;
    }),
  ];
}
