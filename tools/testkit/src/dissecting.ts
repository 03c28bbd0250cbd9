/** Feeds recordings to a dissector and tells what is wrong with the answer. */
import { readFileSync } from "node:fs";
import type { Direction, Dissector, Message } from "@socketscope/wire";

export type Step =
  | { readonly direction: Direction; readonly octets: Uint8Array }
  | { readonly end: Direction }
  | { readonly gap: Direction; readonly count: number };

export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
export const said = (direction: Direction, text: string | Uint8Array): Step => ({
  direction,
  octets: typeof text === "string" ? latin1(text) : text,
});

/** The connections of a recording (NDJSON of tools/testkit/record.py), each as its steps. */
export function recording(file: URL): readonly (readonly Step[])[] {
  const connections: Step[][] = [];
  const text = readFileSync(file, "utf8");
  for (const line of text.trim().split("\n")) {
    const entry = JSON.parse(line) as {
      connection: number;
      direction?: Direction;
      octets?: string;
      end?: Direction;
    };
    const steps = (connections[entry.connection] ??= []);
    if (entry.end !== undefined) steps.push({ end: entry.end });
    else if (entry.direction !== undefined) {
      steps.push({
        direction: entry.direction,
        octets: new Uint8Array(Buffer.from(entry.octets ?? "", "base64")),
      });
    }
  }
  return connections;
}

/** Every message of these steps; with `cut` each piece is fed in pieces of so many octets. */
export function dissect(dissector: Dissector, steps: readonly Step[], cut = Infinity): readonly Message[] {
  const messages: Message[] = [];
  for (const step of steps) {
    if ("end" in step) messages.push(...dissector.end(step.end));
    else if ("gap" in step) messages.push(...dissector.gap(step.gap, step.count));
    else {
      for (let at = 0; at < step.octets.length; at += cut) {
        messages.push(...dissector.feed(step.direction, step.octets.slice(at, at + cut)));
      }
    }
  }
  return messages;
}

/** What is wrong with: messages of a direction follow each other without a hole from 0 to `total`, and so do their parts. */
export function holes(messages: readonly Message[], direction: Direction, total: number): readonly string[] {
  const found: string[] = [];
  let at = 0;
  for (const message of messages) {
    if (message.direction !== direction) continue;
    if (message.from !== at) found.push(`message ${message.id} begins at ${message.from}, not ${at}`);
    for (const part of message.parts) {
      if (part.from !== at || part.to <= at)
        found.push(`${message.id}: ${part.name} is ${part.from} to ${part.to} at ${at}`);
      at = part.to;
    }
    if (message.to !== at) found.push(`message ${message.id} ends at ${message.to}, not ${at}`);
  }
  return at === total ? found : [...found, `${direction}: ${at} octets of ${total} were told of`];
}

export function total(steps: readonly Step[], direction: Direction): number {
  let octets = 0;
  for (const step of steps) {
    if ("direction" in step && step.direction === direction) octets += step.octets.length;
    if ("gap" in step && step.gap === direction) octets += step.count;
  }
  return octets;
}

/** One line for each message, as short as a test likes it. */
export function lines(messages: readonly Message[]): readonly string[] {
  return messages.map((message) => {
    const answers = message.answers === undefined ? "" : ` ← ${message.answers}`;
    const problem = message.problem === undefined ? "" : ` ! ${message.problem}`;
    return `${message.id} ${message.direction} ${message.kind}: ${message.summary}${answers}${problem}`;
  });
}
