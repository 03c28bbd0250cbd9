/** A conversation with the server core, as the transcripts play it. */
import { tellTranscript, type TranscriptStep } from "@socketscope/testkit";
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
export function told({ title, prose, limits, steps }: Conversation): readonly string[] {
  const { lines, others } = tellTranscript<ServerEvent, ServerAction>(
    {
      peer: "client",
      make: () => new HttpServer({ date: () => "Tue, 24 Nov 2026 00:00:00 GMT", ...(limits && { limits }) }),
      tell: (event) => (event.type === "data" ? event.octets : eventLine(event)),
      handsOverIn: ["switched"],
    },
    { title, prose, steps: steps.map(stepOf) },
  );
  for (const other of others) expect(other).toEqual(lines);
  return lines;
}

function stepOf(step: Step): TranscriptStep<ServerAction> {
  if ("client" in step) return { heard: step.client };
  return "server" in step ? { says: step.server } : step;
}

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
