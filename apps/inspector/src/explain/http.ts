/** HTTP and the WebSocket that may follow it on the same socket. */
import { explainField, explainMethod, explainStatus } from "@socketscope/http";
import { explainCloseCode, explainOpcode } from "@socketscope/http/websocket";
import type { Direction, Message } from "@socketscope/wire";
import { NOT_KNOWN, partTold, told, type Explainer, type PartTold, type Told } from "./explainer.ts";
import { contentIn, MORE_OF_PLAYLIST, playlistIn, tellPlaylist } from "./playlist.ts";

const OPCODES: Readonly<Record<string, number>> = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
};

const CONTENT: Readonly<Record<string, Told>> = {
  content: { means: "The content itself, as its head announced it.", source: "RFC 9112 §6", follows: [] },
  chunk: {
    means: "A piece of the content behind its own length, in hexadecimal.",
    source: "RFC 9112 §7.1",
    follows: ["chunk", "last chunk"],
  },
  "last chunk": {
    means: "A chunk of no octets: the content is whole. Trailers may follow it.",
    source: "RFC 9112 §7.1",
    follows: [],
  },
};

const PARTS: Readonly<Record<string, PartTold>> = {
  "request line": {
    means: "What is asked: a method, a target, the version spoken.",
    source: "RFC 9112 §3",
  },
  "status line": {
    means: "How it went: the version spoken, a code of three digits, words for people.",
    source: "RFC 9112 §4",
  },
  "blank line": { means: "Ends the head; what comes behind it is content.", source: "RFC 9112 §2.1" },
  "empty line": { means: "Too much, but a server may skip it before a request.", source: "RFC 9112 §2.2" },
  "chunk size": { means: "How many octets the chunk has, in hexadecimal.", source: "RFC 9112 §7.1" },
  "chunk data": { means: "The octets of the chunk.", source: "RFC 9112 §7.1" },
  "chunk end": { means: "The line end behind a chunk.", source: "RFC 9112 §7.1" },
  content: { means: "The content.", source: "RFC 9112 §6" },
  "masking key": {
    means: "The four octets every octet of the payload was mixed with: a client must.",
    source: "RFC 6455 §5.3",
  },
  payload: { means: "What the frame carries.", source: "RFC 6455 §5.2" },
  unparsed: { means: "Not known." },
};

/** A playlist that the last head of a direction announced. */
interface Announced {
  /** How it is compressed. */
  readonly encoding: string;
  /** Some of it was told. */
  begun: boolean;
}

export class HttpExplainer implements Explainer {
  readonly #playlists: Partial<Record<Direction, Announced | undefined>> = {};

  message(message: Message, octets: Uint8Array): Told {
    const { kind, summary, direction } = message;
    if (kind === "request" || kind === "response") {
      const encoding = playlistIn(message, octets);
      this.#playlists[direction] = encoding === undefined ? undefined : { encoding, begun: false };
      return head(kind, summary);
    }
    return this.#playlist(message, octets) ?? CONTENT[kind] ?? frame(kind, summary) ?? NOT_KNOWN;
  }

  #playlist(message: Message, octets: Uint8Array): Told | undefined {
    const announced = this.#playlists[message.direction];
    if (announced === undefined || (message.kind !== "content" && message.kind !== "chunk")) return undefined;
    if (announced.begun) return MORE_OF_PLAYLIST;
    announced.begun = true;
    const whole = message.kind === "content" && octets.length === message.to - message.from;
    return tellPlaylist(contentIn(message, octets), announced.encoding, whole);
  }

  part(_message: Message, name: string): PartTold {
    if (name.startsWith("field ")) return partTold(explainField(name.slice("field ".length)));
    return PARTS[name] ?? { means: "" };
  }
}

function head(kind: "request" | "response", summary: string): Told {
  if (kind === "request") return told(explainMethod(summary.split(" ", 1)[0] ?? ""));
  const code = Number(/^\d{3}/.exec(summary)?.[0]);
  return told(explainStatus(code), { code, refuses: code >= 400 });
}

function frame(kind: string, summary: string): Told | undefined {
  const opcode = OPCODES[kind];
  if (opcode === undefined) return undefined;
  const code = kind === "close" ? Number(/\d{4}/.exec(summary)?.[0]) : NaN;
  const explained = told(explainOpcode(opcode, true));
  if (!(code >= 1000)) return explained;
  return { ...explained, means: `${explained.means} ${explainCloseCode(code).sentence}`, code };
}
