/** Golden transcripts: each recording as the dissector tells it, with every word explained. `vitest -u` writes them anew. */
import {
  explainField,
  explainMethod,
  explainStatus,
  WebFlowDissector,
  type Explanation,
} from "@socketscope/http";
import { explainCloseCode, explainOpcode, OPCODES, type Opcode } from "@socketscope/http/websocket";
import type { Direction, Message } from "@socketscope/wire";
import { describe, expect, it } from "vitest";
import { dissect, recording, type Step } from "@socketscope/testkit";

const recorded = (name: string): ReturnType<typeof recording> =>
  recording(new URL(`recordings/${name}.ndjson`, import.meta.url));

const RECORDINGS: Readonly<Record<string, string>> = {
  "nginx-curl":
    "curl asks nginx seven times on one connection: a condition, HEAD, a range, a compression, three detours.",
  "nginx-curl-upload": "curl sends content: held back by Expect and refused, then in chunks.",
  "nginx-pipelined": "Four requests in one piece; nginx answers in their order (RFC 9112 §9.3.2).",
  "nginx-faults": "A request without Host, a TLS ClientHello on a plain port, line ends of LF alone.",
  "nginx-chromium": "Chromium loads a page with a style sheet from nginx, and asks for the icon on its own.",
  "chromium-websocket":
    "Chromium turns a connection into a WebSocket (RFC 6455) and speaks to an echo in python3.",
};

describe("recordings as transcripts", () => {
  it.each(Object.entries(RECORDINGS))("%s", async (name, what) => {
    await expect(render(name, what)).toMatchFileSnapshot(`transcripts/dissect-${name}.md`);
  });

  it.each(Object.keys(RECORDINGS))("%s: every word of it is explained", (name) => {
    const messages = recorded(name).flatMap((steps) => dissect(new WebFlowDissector(), steps));
    const strange = messages.flatMap(wordsOf).filter(([, { known }]) => !known);
    expect(strange.map(([word]) => word)).toEqual([]);
  });
});

function render(name: string, what: string): string {
  const lines = [
    `# ${name}`,
    "",
    what,
    "Recorded by `test/recordings/record.py`; written by `test/transcripts.test.ts`.",
  ];
  const words = new Map<string, Explanation>();
  for (const [i, steps] of recorded(name).entries()) {
    const messages = dissect(new WebFlowDissector(), steps);
    const streams = { in: streamOf(steps, "in"), out: streamOf(steps, "out") };
    lines.push("", `## Connection ${i}`);
    for (const message of messages) lines.push("", ...renderMessage(message, streams[message.direction]));
    for (const [word, explanation] of messages.flatMap(wordsOf)) words.set(word, explanation);
  }
  lines.push("", "## The words", "");
  for (const [word, { sentence, source }] of words) lines.push(`- **${word}**: ${sentence} (${source})`);
  return `${lines.join("\n")}\n`;
}

function renderMessage(message: Message, stream: Buffer): readonly string[] {
  const arrow = message.direction === "in" ? "→" : "←";
  const answers = message.answers === undefined ? "" : `, answers ${message.answers}`;
  return [
    `${arrow} **${message.id}** ${message.kind}${answers}: ${message.summary}`,
    ...(message.problem === undefined ? [] : ["", `Problem: ${message.problem}`]),
    "",
    "```",
    ...message.parts.map(({ name, from, to }) =>
      `${`${from}–${to}`.padEnd(11)} ${name.padEnd(24)} ${octets(stream.subarray(from, to))}`.trimEnd(),
    ),
    "```",
  ];
}

/** Octets on one line: what is printable as it is, the rest escaped. */
function octets(piece: Buffer): string {
  const text = piece.toString("latin1").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  const shown = text.replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function streamOf(steps: readonly Step[], direction: Direction): Buffer {
  return Buffer.concat(
    steps.flatMap((step) => ("direction" in step && step.direction === direction ? [step.octets] : [])),
  );
}

/** What in a message has an explanation, and which. */
function wordsOf(message: Message): readonly (readonly [string, Explanation])[] {
  const words: (readonly [string, Explanation])[] = [];
  const [first = ""] = message.summary.split(" ");
  if (message.kind === "request") words.push([first, explainMethod(first)]);
  if (message.kind === "response") words.push([first, explainStatus(Number(first))]);
  if (message.kind in OPCODES)
    words.push([`frame ${message.kind}`, explainOpcode(OPCODES[message.kind as Opcode], true)]);
  const code = /^close (\d+)/.exec(message.summary)?.[1];
  if (code !== undefined) words.push([`close ${code}`, explainCloseCode(Number(code))]);
  for (const { name } of message.parts) {
    if (name.startsWith("field ")) words.push([name.slice(6), explainField(name.slice(6))]);
  }
  return words;
}
