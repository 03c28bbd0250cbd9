/** A conversation with the server core, played in every cut of the network and told as Markdown. */
import { everySplit } from "@socketscope/testkit";
import { decodeLatin1, encodeLatin1, RemoteError } from "@socketscope/wire";
import { expect } from "vitest";
import { HttpServer, type HttpLimits, type ServerAction, type ServerEvent } from "../../src/index.ts";

export type Step =
  /** Octets of the client. */
  | { readonly client: string }
  /** Something else that happens: the client's FIN, a clock, the server's own end. */
  | { readonly happens: "end" | "timeout" | "drain" }
  /** What the application answers. */
  | { readonly server: ServerAction };

export interface Conversation {
  readonly title: string;
  /** What is to be seen, with the clause. */
  readonly prose: string;
  readonly limits?: Partial<HttpLimits>;
  readonly steps: readonly Step[];
}

/** The conversation as Markdown: the same whatever the cuts, or the test fails. */
export function told(conversation: Conversation): readonly string[] {
  const [whole, ...others] = cutsOf(conversation).map((cut) => play(conversation, cut));
  for (const other of others) expect(other).toEqual(whole);
  return [`## ${conversation.title}`, "", conversation.prose, ...(whole ?? [])];
}

type Cut = (octets: Uint8Array) => readonly Uint8Array[];

/** Whole, octet by octet, and in two at each point of the longest thing that is said. */
function cutsOf({ steps }: Conversation): readonly Cut[] {
  const longest = Math.max(0, ...steps.map((step) => ("client" in step ? step.client.length : 0)));
  const ways = Array.from(everySplit(new Uint8Array(Math.min(longest, 400)))).length;
  return Array.from({ length: ways }, (_, way) => (octets: Uint8Array) => {
    const all = Array.from(everySplit(octets));
    return all[way % all.length] ?? [octets];
  });
}

function play({ steps, limits }: Conversation, cut: Cut): readonly string[] {
  const core = new HttpServer({
    date: () => "Tue, 24 Nov 2026 00:00:00 GMT",
    ...(limits && { limits }),
  });
  const blocks: string[] = [];
  const events: string[] = [];
  let content = "";
  const close = (): void => {
    if (content !== "") events.push(`content ${JSON.stringify(content)}`);
    content = "";
  };
  let rest = "";
  const pull = (): void => {
    try {
      for (;;) {
        const event = core.next();
        if (typeof event === "string") {
          rest = event;
          break;
        }
        if (event.type === "data") content += decodeLatin1(event.octets);
        else {
          close();
          events.push(eventLine(event));
        }
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      close();
      events.push(`fault ${error.code}: ${error.message}`);
      blocks.push(
        ...fence("events", events.splice(0)),
        ...fence("server", wireLines(core.send(error.answer as ServerAction))),
      );
      const after = core.next();
      rest = typeof after === "string" ? after : after.type;
    }
  };
  for (const step of steps) {
    if ("client" in step) {
      blocks.push(...fence("client", visible(step.client)));
      for (const piece of cut(encodeLatin1(step.client))) {
        if (rest === "closed") break;
        core.receive(piece);
        pull();
      }
    } else if ("happens" in step) {
      blocks.push("", `*${words[step.happens]}*`);
      core.receive(step.happens);
      pull();
    } else {
      close();
      if (events.length > 0) blocks.push(...fence("events", events.splice(0)));
      blocks.push(...fence("server", wireLines(core.send(step.server))));
      pull();
    }
  }
  close();
  if (events.length > 0) blocks.push(...fence("events", events));
  blocks.push("", `Then the core is ${core.state}: ${rests[rest] ?? rest}.`);
  const left = core.state === "switched" ? decodeLatin1(core.unread()) : "";
  if (left !== "") blocks.push("", "Unread, for the next protocol:", ...fence("client", visible(left)));
  return blocks;
}

const words = {
  end: "The client ends its side (FIN).",
  timeout: "The clock of what the core waits for runs out.",
  drain: "The server is asked to come to an end.",
} as const;

const rests: Readonly<Record<string, string>> = {
  "need-data": "it waits for octets",
  paused: "it waits for the application",
  closed: "what is queued is sent, then FIN",
};

function eventLine(event: Exclude<ServerEvent, { type: "data" }>): string {
  if (event.type === "end") {
    const { lines } = event.trailers;
    return lines.length === 0 ? "end" : `end, trailers ${JSON.stringify(lines)}`;
  }
  const { method, target, version } = event.head;
  const content = event.content === "chunked" ? "content in chunks" : `${event.content} octets of content`;
  const expects = event.expectsContinue ? ", waits for 100" : "";
  const upgrade = event.upgrade === undefined ? "" : `, offers ${event.upgrade.join(", ")}`;
  return `request ${method} ${target} (HTTP/${version}), ${content}${expects}${upgrade}`;
}

function wireLines(pieces: Uint8Array | readonly Uint8Array[]): readonly string[] {
  const all = pieces instanceof Uint8Array ? [pieces] : pieces;
  return visible(all.map((piece) => decodeLatin1(piece)).join(""));
}

/** Line ends written out, one line of the wire a line. */
function visible(text: string): readonly string[] {
  const shown = text.length > 600 ? `${text.slice(0, 300)}…(${text.length - 300} more)` : text;
  const lines = shown
    .replaceAll(
      /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xff]/g,
      (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )
    .replaceAll("\r", "\\r")
    .replaceAll("\n", "\\n\n")
    .split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function fence(kind: "client" | "events" | "server", lines: readonly string[]): readonly string[] {
  const heads = { client: "→ client", events: "· events", server: "← server" };
  return ["", `\`${heads[kind]}\``, "", "```", ...lines, "```"];
}
