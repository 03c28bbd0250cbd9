/** `--verbose`: what went over the wire, as the dissector reads it. Secrets keep their length and lose their letters. */
import { WebFlowDissector } from "@socketscope/http";
import type { Address, CloseReason, Flow, Tap } from "@socketscope/socket-core";
import type { Direction, Message } from "@socketscope/wire";

/** Octets kept of what is not told yet: a head fits. */
const WINDOW = 128 * 1024;

export class Dialogue implements Tap {
  readonly #say: (line: string) => void;
  readonly #lanes = new Map<Flow, FlowReader>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  opened(flow: Flow): void {
    this.#lanes.set(flow, new FlowReader());
    this.#say(`* connected to ${end(flow.remote)} from ${end(flow.local)}`);
  }
  refused(): void {
    // A client listens to nobody.
  }
  speaks(flow: Flow, protocol: string): void {
    if (protocol !== "http") this.#say(`* ${end(flow.remote)} speaks ${protocol} from here on`);
  }
  secured(_flow: Flow, protocol: string, cipher: string, alpn: string | undefined): void {
    this.#say(`* ${protocol}, ${cipher}${alpn === undefined ? "" : `, ALPN ${alpn}`}`);
  }
  bytes(flow: Flow, direction: Direction, bytes: Uint8Array): void {
    for (const line of this.#lanes.get(flow)?.feed(direction, bytes) ?? []) this.#say(line);
  }
  closed(flow: Flow, reason: CloseReason): void {
    for (const line of this.#lanes.get(flow)?.end() ?? []) this.#say(line);
    this.#lanes.delete(flow);
    this.#say(`* connection to ${end(flow.remote)} closed (${reason})`);
  }
}

class FlowReader {
  readonly #dissector = new WebFlowDissector({ client: "out" });
  readonly #windows: Readonly<Record<Direction, Window>> = { in: new Window(), out: new Window() };

  *feed(direction: Direction, bytes: Uint8Array): Generator<string> {
    this.#windows[direction].push(bytes);
    yield* this.#tell(this.#dissector.feed(direction, bytes));
  }

  *end(): Generator<string> {
    yield* this.#tell(this.#dissector.end("out"));
    yield* this.#tell(this.#dissector.end("in"));
  }

  *#tell(messages: readonly Message[]): Generator<string> {
    for (const { direction, from, to, kind, summary, problem } of messages) {
      const text = this.#windows[direction].take(from, to);
      const sign = direction === "out" ? ">" : "<";
      if (kind === "request" || kind === "response") {
        for (const line of text.split(/\r?\n/).slice(0, -1)) yield `${sign} ${masked(line)}`.trimEnd();
      } else yield `${direction === "out" ? "}" : "{"} ${kind}: ${summary}`;
      if (problem !== undefined) yield `* ${problem}`;
    }
  }
}

/** The octets of one direction that may still be told of. */
class Window {
  #octets = Buffer.alloc(0);
  /** Where `#octets` begin in the stream. */
  #from = 0;

  push(bytes: Uint8Array): void {
    this.#octets = Buffer.concat([this.#octets, bytes]);
    if (this.#octets.length > WINDOW) this.#drop(this.#octets.length - WINDOW);
  }

  take(from: number, to: number): string {
    const text = this.#octets.toString(
      "latin1",
      Math.max(0, from - this.#from),
      Math.max(0, to - this.#from),
    );
    this.#drop(Math.max(0, to - this.#from));
    return text;
  }

  #drop(octets: number): void {
    this.#octets = this.#octets.subarray(octets);
    this.#from += octets;
  }
}

const SECRET = /^((?:Proxy-)?Authorization|Cookie|Set-Cookie)(:\s*)((?:Basic|Bearer|Digest)\s+)?(.*)$/i;

function masked(line: string): string {
  const visible = line.replaceAll(/[^\t\x20-\x7e]/g, "?");
  const [, name, colon, scheme = "", value] = SECRET.exec(visible) ?? [];
  return value === undefined ? visible : `${name}${colon}${scheme}${"*".repeat(value.length)}`;
}

function end({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
