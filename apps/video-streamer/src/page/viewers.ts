/** Who watches what, and over which sockets: counted from the requests that come, for the page to show. */
import type { Flow } from "@socketscope/socket-core";
import type { Handler, Request, Response, StreamedContent } from "@socketscope/web";

export interface ViewersLimits {
  /** Milliseconds after its last request that a viewer is shown. Default 12,000: a segment of 10 s, and a bit. */
  readonly idle: number;
  /** Viewers remembered; the longest silent is forgotten first. Default 1,000. */
  readonly viewers: number;
  /** Sockets remembered of one viewer. Default 16. */
  readonly sockets: number;
}

export const VIEWERS_LIMITS: ViewersLimits = { idle: 12_000, viewers: 1000, sockets: 16 };

/** As the page gets it. */
export interface ViewerSeen {
  /** It is who asks. */
  readonly you: boolean;
  /** "Chromium", "VLC". */
  readonly program: string;
  /** "sample" */
  readonly show: string;
  /** "HLS" */
  readonly delivery: string;
  /** Octets of content handed to the connections. */
  readonly octets: number;
  readonly sockets: readonly {
    readonly remote: string;
    readonly requests: number;
    readonly octets: number;
  }[];
}

interface Viewer {
  readonly host: string;
  readonly agent: string;
  readonly sockets: Map<number, { remote: string; requests: number; octets: number }>;
  show: string;
  delivery: string;
  octets: number;
  /** Responses that are still being sent. */
  running: number;
  last: number;
}

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bFirefox\//, "Firefox"],
  [/\bEdg\//, "Edge"],
  [/\bChrom(?:e|ium)\//, "Chromium"],
  [/\bSafari\//, "Safari"],
  [/\bVLC\b|LibVLC/, "VLC"],
  [/\bmpv\b/i, "mpv"],
  [/^Lavf\//, "ffmpeg"],
  [/^curl\//, "curl"],
  [/^video-client/, "video-client"],
];

export class Viewers {
  readonly #limits: ViewersLimits;
  readonly #now: () => number;
  /** The longest silent first. */
  readonly #viewers = new Map<string, Viewer>();

  /** `now` in milliseconds, monotonic. */
  constructor(limits: Partial<ViewersLimits> = {}, now: () => number = () => performance.now()) {
    this.#limits = { ...VIEWERS_LIMITS, ...limits };
    this.#now = now;
  }

  /** Counts what goes through `handler`, as watching `show` by `delivery`; undefined: it is none. */
  watched(
    handler: Handler,
    watching: (request: Request) => readonly [show: string, delivery: string] | undefined,
  ): Handler {
    return async (request) => {
      const response = await handler(request);
      const seen = response.status < 300 ? watching(request) : undefined;
      return seen === undefined ? response : this.#count(request, seen, response);
    };
  }

  /** As seen by who sent `request`. */
  list(request: Request): ViewerSeen[] {
    this.#forget();
    const own = keyOf(request);
    return [...this.#viewers].map(([key, { agent, show, delivery, octets, sockets }]) => ({
      you: key === own,
      program: PROGRAMS.find(([pattern]) => pattern.test(agent))?.[1] ?? (agent.slice(0, 40) || "somebody"),
      show,
      delivery,
      octets,
      sockets: [...sockets.values()].map((socket) => ({ ...socket })),
    }));
  }

  #count(request: Request, [show, delivery]: readonly [string, string], response: Response): Response {
    const key = keyOf(request);
    const viewer: Viewer = this.#viewers.get(key) ?? {
      host: request.flow.remote.host,
      agent: request.fields.get("user-agent") ?? "",
      sockets: new Map(),
      show,
      delivery,
      octets: 0,
      running: 0,
      last: 0,
    };
    this.#viewers.delete(key);
    this.#viewers.set(key, viewer);
    Object.assign(viewer, { show, delivery, last: this.#now() });
    for (const oldest of this.#viewers.keys()) {
      if (this.#viewers.size <= this.#limits.viewers) break;
      this.#viewers.delete(oldest);
    }
    const socket = this.#socketOf(viewer, request.flow);
    socket.requests++;
    const add = (octets: number): void => {
      viewer.octets += octets;
      socket.octets += octets;
      viewer.last = this.#now();
    };
    const { content } = response;
    if (request.method === "HEAD" || content === undefined) return response;
    if (typeof content === "string" || content instanceof Uint8Array) {
      add(content.length);
      return response;
    }
    viewer.running++;
    return { ...response, content: counted(content, add, () => viewer.running--) };
  }

  #socketOf({ sockets }: Viewer, { id, remote }: Flow): { requests: number; octets: number } {
    const known = sockets.get(id);
    if (known !== undefined) return known;
    const host = remote.host.includes(":") ? `[${remote.host}]` : remote.host;
    const socket = { remote: `${host}:${remote.port}`, requests: 0, octets: 0 };
    sockets.set(id, socket);
    for (const oldest of sockets.keys()) {
      if (sockets.size <= this.#limits.sockets) break;
      sockets.delete(oldest);
    }
    return socket;
  }

  #forget(): void {
    const since = this.#now() - this.#limits.idle;
    for (const [key, { last, running }] of this.#viewers)
      if (last < since && running === 0) this.#viewers.delete(key);
  }
}

function keyOf({ flow, fields }: Request): string {
  return `${flow.remote.host} ${fields.get("user-agent") ?? ""}`;
}

/** An iterator of its own, not a generator: `return` before the first piece must still reach the source. */
function counted(content: StreamedContent, add: (octets: number) => void, over: () => void): StreamedContent {
  let done = false;
  const finish = (): void => {
    if (!done) over();
    done = true;
  };
  const pieces: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => {
      const source = content.pieces[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const result = await source.next();
            if (result.done === true) finish();
            else add(result.value.length);
            return result;
          } catch (error) {
            finish();
            throw error;
          }
        },
        async return() {
          finish();
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { ...content, pieces };
}
