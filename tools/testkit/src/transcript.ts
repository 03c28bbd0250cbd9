/** A conversation with a core, played in every cut of the network and told as Markdown: golden transcripts are made of it. */
import { decodeLatin1, encodeLatin1, RemoteError, type Core } from "@socketscope/wire";
import { everySplit } from "./splits.ts";

export type TranscriptStep<Action> =
  /** Octets of the peer, latin1. */
  | { readonly heard: string }
  /** Something else that happens: the peer's FIN, a clock, our own end. */
  | { readonly happens: "end" | "timeout" | "drain" }
  /** What our side says. */
  | { readonly says: Action };

export interface TranscriptPlay<Action> {
  readonly title: string;
  /** What is to be seen, with the clause. */
  readonly prose: string;
  readonly steps: readonly TranscriptStep<Action>[];
}

export interface TranscriptSubject<Event extends object, Action> {
  /** Whose octets are heard. */
  readonly peer: "client" | "server";
  readonly make: () => Core<Event, Action>;
  /** A line for an event; octets are joined with those before them. */
  readonly tell: (event: Event) => string | Uint8Array;
  /** What octets that were told of are called. Default "content". */
  readonly octets?: string;
  /** What is said at once to an event, whatever the step. Default: nothing. */
  readonly answers?: (event: Event) => readonly Action[];
  /** The states in which the octets that are left belong to the next protocol. */
  readonly handsOverIn?: readonly string[];
}

/** The conversation in Markdown, and how it was told in another cut, where that differs: a test fails then. */
export interface ToldTranscript {
  readonly lines: readonly string[];
  readonly others: readonly (readonly string[])[];
}

export function tellTranscript<Event extends object, Action>(
  subject: TranscriptSubject<Event, Action>,
  { title, prose, steps }: TranscriptPlay<Action>,
): ToldTranscript {
  const [whole = [], ...others] = cutsOf(steps).map((cut) => new Telling(subject, cut).play(steps));
  const lines = [`## ${title}`, "", prose, ...whole];
  return {
    lines,
    others: others
      .filter((other) => other.join("\n") !== whole.join("\n"))
      .map((other) => [`## ${title}`, "", prose, ...other]),
  };
}

type Cut = (octets: Uint8Array) => readonly Uint8Array[];

/** Whole, octet by octet, and in two at each point of the longest thing that is said. */
function cutsOf(steps: readonly TranscriptStep<unknown>[]): readonly Cut[] {
  const longest = Math.max(0, ...steps.map((step) => ("heard" in step ? step.heard.length : 0)));
  const ways = Array.from(everySplit(new Uint8Array(Math.min(longest, 400)))).length;
  return Array.from({ length: ways }, (_, way) => (octets: Uint8Array) => {
    const all = Array.from(everySplit(octets));
    return all[way % all.length] ?? [octets];
  });
}

class Telling<Event extends object, Action> {
  readonly #subject: TranscriptSubject<Event, Action>;
  readonly #core: Core<Event, Action>;
  readonly #cut: Cut;
  readonly #blocks: string[] = [];
  readonly #events: string[] = [];
  #octets = "";
  #rest = "";

  constructor(subject: TranscriptSubject<Event, Action>, cut: Cut) {
    this.#subject = subject;
    this.#core = subject.make();
    this.#cut = cut;
  }

  play(steps: readonly TranscriptStep<Action>[]): readonly string[] {
    const { peer, handsOverIn = [] } = this.#subject;
    // What a server says before anybody asked.
    this.#pull();
    for (const step of steps) this.#step(step);
    this.#showEvents();
    this.#blocks.push("", `Then the core is ${this.#core.state}: ${rests[this.#rest] ?? this.#rest}.`);
    const left = handsOverIn.includes(this.#core.state) ? decodeLatin1(this.#core.unread()) : "";
    if (left !== "") this.#blocks.push("", "Unread, for the next protocol:", ...fence(peer, visible(left)));
    return this.#blocks;
  }

  #step(step: TranscriptStep<Action>): void {
    const { peer } = this.#subject;
    if ("heard" in step) {
      this.#showEvents();
      this.#blocks.push(...fence(peer, visible(step.heard)));
      for (const piece of this.#cut(encodeLatin1(step.heard))) {
        if (this.#rest === "closed") break;
        this.#core.receive(piece);
        this.#pull();
      }
    } else if ("happens" in step) {
      this.#showEvents();
      this.#blocks.push("", `*${happening(step.happens, peer)}*`);
      this.#core.receive(step.happens);
      this.#pull();
    } else {
      this.#say(step.says);
      this.#pull();
    }
  }

  #pull(): void {
    try {
      for (;;) {
        const event = this.#core.next();
        if (typeof event === "string") {
          this.#rest = event;
          return;
        }
        const told = this.#subject.tell(event);
        if (typeof told === "string") this.#add(told);
        else this.#octets += decodeLatin1(told);
        for (const action of this.#subject.answers?.(event) ?? []) this.#say(action);
      }
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#add(`fault ${error.code}: ${error.message}`);
      this.#showEvents();
      this.#rest = "closed";
      if (error.answer === undefined) return;
      // The answer of a RemoteError is an action of the core that threw it.
      this.#say(error.answer as Action);
      const after = this.#core.next();
      this.#rest = typeof after === "string" ? after : "going on";
    }
  }

  #say(action: Action): void {
    this.#showEvents();
    const pieces = this.#core.send(action);
    const all = pieces instanceof Uint8Array ? [pieces] : pieces;
    const text = all.map((piece) => decodeLatin1(piece)).join("");
    this.#blocks.push(...fence(ownOf(this.#subject.peer), visible(text)));
  }

  #add(line: string): void {
    this.#endOctets();
    this.#events.push(line);
  }

  #endOctets(): void {
    if (this.#octets !== "")
      this.#events.push(`${this.#subject.octets ?? "content"} ${JSON.stringify(this.#octets)}`);
    this.#octets = "";
  }

  #showEvents(): void {
    this.#endOctets();
    if (this.#events.length > 0) this.#blocks.push(...fence("events", this.#events.splice(0)));
  }
}

function ownOf(peer: "client" | "server"): "client" | "server" {
  return peer === "client" ? "server" : "client";
}

function happening(what: "end" | "timeout" | "drain", peer: "client" | "server"): string {
  switch (what) {
    case "end":
      return `The ${peer} ends its side (FIN).`;
    case "timeout":
      return "The clock of what the core waits for runs out.";
    case "drain":
      return `The ${ownOf(peer)} is asked to come to an end.`;
  }
}

const rests: Readonly<Record<string, string>> = {
  "need-data": "it waits for octets",
  paused: "it waits for the application",
  closed: "what is queued is sent, then FIN",
};

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
