/** A running inspector, asked through its socket in the state folder. */
import { join } from "node:path";
import { UsageError } from "@socketscope/host";
import { SocketError } from "@socketscope/socket-core";
import { type ClientRequest, type ClientResponse, EventReader, HttpAgent } from "@socketscope/web";
import { CONTROL_SOCKET } from "../control.ts";
import type {
  Change,
  GroupView,
  MessageView,
  RefusalView,
  SearchView,
  SocketView,
  SourceView,
} from "../views.ts";

export interface Snapshot {
  readonly number: number;
  readonly sockets: readonly SocketView[];
  readonly messages: readonly MessageView[];
  readonly sources: readonly SourceView[];
  readonly refusals: readonly RefusalView[];
}

/** Octets of a snapshot. */
const MAX_SNAPSHOT = 256 * 1024 * 1024;
/** Characters of one batch. */
const MAX_BATCH = 16 * 1024 * 1024;

export class Inspector implements Disposable {
  readonly #agent: HttpAgent;
  readonly #state: string;
  readonly #left = new AbortController();

  constructor(state: string) {
    this.#state = state;
    this.#agent = new HttpAgent({ socketPath: join(state, CONTROL_SOCKET) });
  }

  async snapshot(): Promise<Snapshot> {
    const response = await this.get("/api/snapshot");
    const value: Snapshot = JSON.parse(await response.body.text(MAX_SNAPSHOT));
    return value;
  }

  /** Without what they said. */
  async sockets(): Promise<readonly SocketView[]> {
    const response = await this.get("/api/sockets");
    const value: readonly SocketView[] = JSON.parse(await response.body.text(MAX_SNAPSHOT));
    return value;
  }

  async groups(): Promise<readonly GroupView[]> {
    const response = await this.get("/api/groups");
    const value: readonly GroupView[] = JSON.parse(await response.body.text(MAX_SNAPSHOT));
    return value;
  }

  /** A step of a byte search: see OctetSearch. */
  async search(path: string): Promise<SearchView> {
    const response = await this.get(path);
    const value: SearchView = JSON.parse(await response.body.text(MAX_BATCH));
    return value;
  }

  /** Batches of changes behind the one with that number, until the inspector ends; rejects when we are disposed. */
  async *follow(after: number): AsyncGenerator<readonly Change[]> {
    const url = `http://inspector/events?after=${after}`;
    const response = await this.#ask({ url, signal: this.#left.signal });
    const reader = new EventReader({ maxEvent: MAX_BATCH });
    for await (const piece of response.body) {
      for (const { event, data } of reader.push(piece)) {
        if (event !== "changes") continue;
        const changes: readonly Change[] = JSON.parse(data);
        yield changes;
      }
    }
  }

  /** What goes on as it happens, until the signal or the inspector's end; it may be quiet for as long as the sockets are. */
  live(path: string, signal: AbortSignal): Promise<ClientResponse> {
    return this.#ask({ url: `http://inspector${path}`, signal, deadlines: { content: Infinity } });
  }

  /** Throws UsageError where no inspector runs on the state folder. */
  get(path: string): Promise<ClientResponse> {
    return this.#ask({ url: `http://inspector${path}` });
  }

  async #ask(request: ClientRequest): Promise<ClientResponse> {
    try {
      return await this.#agent.request(request);
    } catch (error) {
      if (error instanceof SocketError)
        throw new UsageError(
          "USAGE_BAD_VALUE",
          `no inspector runs on ${this.#state}: start it (npx nx serve inspector), or name its --state DIR`,
        );
      throw error;
    }
  }

  [Symbol.dispose](): void {
    // What follows an inspector that goes on would hold the process as long as that runs.
    this.#left.abort();
    this.#agent.close();
  }
}
