/** One message piece by piece: what each means, its octets, what may follow, and the line of our code that handles it. */
import { decodeLatin1 } from "@socketscope/wire";
import type { ClauseLines } from "../clause-lines.ts";
import { maskOctets } from "../secrets.ts";
import type { Conversation } from "../store/conversation.ts";
import type { Store } from "../store/store.ts";
import type { DetailView, MessageView, PartView } from "../views.ts";
import { namedBy, playlistParts } from "./playlist-links.ts";

/** Octets of a message that its detail carries; the rest is fetched by range. */
const SHOWN_OCTETS = 4096;
/** Parts of a message shown. */
const SHOWN_PARTS = 200;

export interface DetailOptions {
  /** Where the messages that belong to this one are looked for. */
  readonly store: Store;
  readonly showSecrets: boolean;
  readonly clauses: ClauseLines;
}

export function detailOf(
  conversation: Conversation,
  id: number,
  options: DetailOptions,
): DetailView | undefined {
  const found = conversation.detailOf(id);
  if (found === undefined) return undefined;
  const { kept, explain, base } = found;
  const { view, message, told } = kept;
  const read = conversation.octets[view.direction].read(
    view.from,
    Math.min(view.to, view.from + SHOWN_OCTETS),
  );
  const plain = read.from === view.from ? read.octets : new Uint8Array(0);
  const octets = options.showSecrets ? plain : maskOctets(message, message.from, plain);
  const own = message.parts.slice(0, SHOWN_PARTS).map((part): PartView => {
    const text = decodeLatin1(
      octets,
      part.from - message.from,
      Math.min(part.to - message.from, octets.length),
    );
    const { means, source } = explain.part(message, part.name, text);
    return {
      name: part.name,
      from: part.from + base,
      to: part.to + base,
      means,
      ...(source !== undefined && { source }),
    };
  });
  const parts = told.holds === "playlist" ? playlistParts(options.store, conversation, kept, own) : own;
  const named = view.kind === "request" ? namedBy(options.store, conversation, kept) : undefined;
  const handledBy = options.clauses.lineOf(view.source, view.protocol, sideOf(view));
  return {
    message: view,
    parts,
    follows: told.follows,
    ...(named && { namedBy: named }),
    octets: Buffer.from(octets).toString("base64"),
    ...(handledBy && { handledBy }),
  };
}

/** Which end of the socket the program is that told us: who hears the client is the server. */
function sideOf({ who, direction }: MessageView): "server" | "client" {
  return (who === "client") === (direction === "in") ? "server" : "client";
}
