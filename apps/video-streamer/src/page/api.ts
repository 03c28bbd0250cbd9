/** What the page asks for: what there is to see, and who sees it. */
import type { Request, Response } from "@socketscope/web";
import { say } from "../answers.ts";
import type { Library } from "../films/library.ts";
import type { IngestDesk } from "../ingest/desk.ts";
import type { Channels } from "../live/channels.ts";
import type { Casts } from "../udp/casts.ts";
import type { Viewers } from "./viewers.ts";

export interface ApiParts {
  readonly library: Library;
  readonly channels: Channels;
  readonly desk: IngestDesk;
  readonly viewers: Viewers;
  /** Undefined until datagrams are sent. */
  readonly casts: () => Casts | undefined;
}

/** `/api/shows` and `/api/viewers`. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  async answer(request: Request): Promise<Response> {
    const { library, channels, desk, viewers, casts } = this.#parts;
    const sent = casts()?.list() ?? [];
    if (request.path === "/api/viewers") {
      const { local, remote } = request.flow;
      return json({ page: { local, remote }, viewers: viewers.list(request), casts: sent });
    }
    if (request.path !== "/api/shows") return say(404, "There is nothing at this address.");
    const films = [...(await library.titles()).values()].map(({ name, renditions, subtitles }) => ({
      name,
      renditions: renditions.map(({ label, file }) => ({ label, file })),
      subtitles: subtitles.map(({ file, language }) => ({ file, language })),
    }));
    return json({
      films,
      channels: channels.names.map((name) => ({
        name,
        casts: sent.flatMap(({ channel, receivers: _receivers, ...to }) => (channel === name ? [to] : [])),
      })),
      publications: desk.list(),
    });
  }
}

function json(value: unknown): Response {
  const fields = ["Content-Type", "application/json", "Cache-Control", "no-store"];
  return { status: 200, fields, content: JSON.stringify(value) };
}
