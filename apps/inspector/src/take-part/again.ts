/**
 * Says again what a client said, to the same server: on a connection of its own, message by message, each once the server
 * has said as much as it had said before it then. The server does it all once more: a letter is sent twice.
 */
import { connectTcp, type Stream } from "@socketscope/socket-core";
import type { Direction } from "@socketscope/wire";
import { readerOf } from "../explain/protocols.ts";
import type { Conversation, Kept } from "../store/conversation.ts";
import { DERIVED } from "../store/derived.ts";
import type { AgainView } from "../views.ts";

export interface AgainOptions {
  /** The program whose socket it was runs on our state folder. A recording may name any address. */
  readonly runsHere: boolean;
  /** PEM of the authority that signed our servers' certificates; asked for where there is TLS. */
  readonly certificate: () => Promise<string>;
  /** Milliseconds for the whole talk. Default 10,000. */
  readonly maxMs?: number;
}

/** Octets said again. */
const MAX_OCTETS = 16 * 1024 * 1024;

interface Line {
  readonly octets: Uint8Array;
  /** Messages of the server that came before it. */
  readonly behind: number;
}

interface Script {
  readonly lines: readonly Line[];
  /** Messages of the server until it had answered the last line. */
  readonly answered: number;
}

/** Up to the message `id`, of HTTP the one request; or why that cannot be. Rejects with SocketError where nobody answers. */
export async function sayAgain(
  conversation: Conversation,
  id: number,
  { runsHere, certificate, maxMs = 10_000 }: AgainOptions,
): Promise<AgainView | string> {
  if (!runsHere) return "its program does not run here (any more): nothing is said to servers elsewhere";
  const script = scriptOf(conversation, id);
  if (typeof script === "string") return script;
  const { local } = conversation.flow;
  const { tls } = conversation.view;
  const stream = await connectTcp({
    ...local,
    protocol: conversation.view.protocol,
    timeout: maxMs,
    ...(tls !== undefined && {
      tls: {
        servername: "localhost",
        ca: await certificate(),
        ...(tls.alpn !== undefined && { alpn: [tls.alpn] }),
      },
    }),
  });
  stream.deadline = performance.now() + maxMs;
  return new Promise((resolve) => new Speaker(stream, script, protocolOf(conversation, id), resolve));
}

/** The talk itself. Never rejects: what was said until it broke is told. */
class Speaker {
  readonly #stream: Stream;
  readonly #script: Script;
  readonly #done: (view: AgainView) => void;
  readonly #reader: ReturnType<typeof readerOf>;
  #next = 0;
  #heard = 0;
  #sent = 0;

  constructor(stream: Stream, script: Script, protocol: string, done: (view: AgainView) => void) {
    this.#stream = stream;
    this.#script = script;
    this.#done = done;
    this.#reader = readerOf(protocol, "out");
    stream.attach({
      data: (octets) => {
        this.#heard += this.#read("in", octets);
        this.#goOn();
      },
      ended: () => stream.linger("peer-ended"),
      drain: () => undefined,
      late: () => stream.destroy("timeout"),
      finish: () => stream.destroy("drained"),
      closed: (reason) => this.#tell(reason),
    });
    this.#goOn();
  }

  #goOn(): void {
    const { lines, answered } = this.#script;
    for (
      let line = lines[this.#next];
      line !== undefined && this.#heard >= line.behind;
      line = lines[this.#next]
    ) {
      this.#next += 1;
      this.#sent += line.octets.length;
      this.#heard += this.#read("out", line.octets);
      this.#stream.write(line.octets);
    }
    if (this.#next < lines.length || this.#heard < answered) return;
    this.#tell("we-ended");
    this.#stream.linger("we-ended");
  }

  /** Messages of the server that these octets make whole. */
  #read(direction: Direction, octets: Uint8Array): number {
    return this.#reader.dissector.feed(direction, octets).filter((message) => message.direction === "in")
      .length;
  }

  /** Heard once; a promise is resolved by the first. */
  #tell(reason: string): void {
    const { lines, answered } = this.#script;
    const all = this.#next === lines.length;
    const { port } = this.#stream.flow.local;
    this.#done({ port, sent: this.#sent, all, answered: all && this.#heard >= answered, reason });
  }
}

function scriptOf(conversation: Conversation, id: number): Script | string {
  const { flow, client, kept } = conversation;
  if (flow.transport !== "tcp") return "what came as datagrams is not said again";
  if (client !== "in") return "our program was the client here: nothing is said to servers elsewhere";
  const secured = kept.findIndex(({ view }) => view.derived === DERIVED.secured);
  const spoken = kept.findIndex(({ view }) => view.kind !== "event");
  if (secured > spoken)
    return "this connection went on under TLS in the midst of it: copy a client's command instead";
  if (conversation.view.cleared === true)
    return "this connection left TLS in the midst of it: copy a client's command instead";
  const protocol = protocolOf(conversation, id);
  const said = kept.filter(({ view }) => view.kind !== "event" && view.protocol === protocol);
  const [from, to] = protocol === "http" ? exchange(said, id) : [0, lastOf(said, id)];
  const lines: Line[] = [];
  let heard = 0;
  let octets = 0;
  for (const { view } of said.slice(from, to)) {
    if (view.direction !== client) {
      heard += 1;
      continue;
    }
    const read = conversation.octets[client].read(view.from, view.to);
    if (read.octets.length < view.to - view.from) return "its octets are no longer kept";
    octets += read.octets.length;
    if (octets > MAX_OCTETS) return "this was too much to be said again: 16 MB at most";
    lines.push({ octets: read.octets, behind: heard });
  }
  if (lines.length === 0) return "the client had said nothing until here";
  const next = said.slice(to).findIndex(({ view }) => view.direction === client);
  const rest = next < 0 ? said.length - to : next;
  // Where requests were said in a row, their answers stand behind the next one.
  return { lines, answered: Math.max(heard + Math.min(1, rest), protocol === "http" ? 1 : 0) };
}

function protocolOf({ kept, view }: Conversation, id: number): string {
  const chosen = kept[id]?.view;
  return chosen === undefined || chosen.kind === "event" ? view.protocol : chosen.protocol;
}

/** Of HTTP, whose requests stand alone: from the request that the message belongs to, up to the next. */
function exchange(said: readonly Kept[], id: number): readonly [from: number, to: number] {
  const asks = ({ view }: Kept): boolean => view.kind === "request";
  const answered = said.find(({ view }) => view.id === id)?.view.answers;
  const from = said.findLastIndex((one) => asks(one) && one.view.id <= (answered ?? id));
  const next = said.findIndex((one, at) => at > from && asks(one));
  return [Math.max(0, from), next < 0 ? said.length : next];
}

function lastOf(said: readonly Kept[], id: number): number {
  const behind = said.findIndex(({ view }) => view.id > id);
  return behind < 0 ? said.length : behind;
}
