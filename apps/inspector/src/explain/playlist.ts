/** HLS in the content of HTTP: a playlist in one sentence, and piece by piece (RFC 8216 and its second edition). */
import { brotliDecompressSync, constants, gunzipSync, inflateSync } from "node:zlib";
import { dissectPlaylist, parsePlaylist, PlaylistError, type Playlist } from "@socketscope/media";
import { decodeLatin1, type Message } from "@socketscope/wire";
import type { Told } from "./explainer.ts";

/** Octets of a playlist that are read, once they are no longer compressed. Default 1 MiB. */
const READ_OCTETS = 1024 * 1024;

/** RFC 8216 §4: of the registered type, of the older ones that servers go on using; Apple's own is the first. */
const TYPES = new Set([
  "application/vnd.apple.mpegurl",
  "application/x-mpegurl",
  "application/mpegurl",
  "audio/mpegurl",
  "audio/x-mpegurl",
]);

/** Of a head whose content is a playlist: how it is compressed, "" where it is not. Undefined: it is none. */
export function playlistIn(head: Message, octets: Uint8Array): string | undefined {
  const type = fieldOf(head, octets, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === undefined || !TYPES.has(type)) return undefined;
  return fieldOf(head, octets, "content-encoding")?.toLowerCase() ?? "";
}

/** The value of a head's field; `octets`: the head's. */
export function fieldOf({ parts, from }: Message, octets: Uint8Array, name: string): string | undefined {
  const length = "field ".length + name.length;
  const part = parts.find((one) => one.name.length === length && one.name.toLowerCase().endsWith(name));
  if (part === undefined) return undefined;
  const line = decodeLatin1(octets, part.from - from, Math.min(part.to - from, octets.length));
  return line.slice(line.indexOf(":") + 1).trim();
}

/** The octets of the content itself that `message` brings; `octets`: the message's first. */
export function contentIn({ parts, from }: Message, octets: Uint8Array): Uint8Array {
  const data = parts.find(({ name }) => name === "content" || name === "chunk data");
  return data === undefined ? octets.subarray(0, 0) : octets.subarray(data.from - from, data.to - from);
}

/** What is there of the text, a letter for each octet; undefined where it cannot be decompressed. */
export function playlistText(octets: Uint8Array, encoding: string): string | undefined {
  // Also of what has not come whole.
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: READ_OCTETS };
  const brotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: READ_OCTETS };
  try {
    switch (encoding) {
      case "":
      case "identity":
        return decodeLatin1(octets, 0, Math.min(octets.length, READ_OCTETS));
      case "gzip":
      case "x-gzip":
        return gunzipSync(octets, zlib).toString("latin1");
      case "deflate":
        return inflateSync(octets, zlib).toString("latin1");
      case "br":
        return brotliDecompressSync(octets, brotli).toString("latin1");
      default:
        return undefined;
    }
  } catch {
    // Damaged, or longer than we read.
    return undefined;
  }
}

const SOURCE = "RFC 8216 §4";

/** `octets`: the content's first; `whole`: they are all of it. */
export function tellPlaylist(octets: Uint8Array, encoding: string, whole: boolean): Told {
  const shared = { source: SOURCE, holds: "playlist", follows: [] } as const;
  const text = playlistText(octets, encoding);
  if (text === undefined) return { ...shared, means: `A playlist of HLS, compressed by ${encoding}.` };
  // A line that is cut says something else.
  const read = whole ? text : text.slice(0, text.lastIndexOf("\n") + 1);
  try {
    const playlist = parsePlaylist(read);
    return { ...shared, ...wordsOf(playlist, whole) };
  } catch (error) {
    if (!(error instanceof PlaylistError)) throw error;
    return { ...shared, means: `Said to be a playlist of HLS, and no player reads it: ${error.message}.` };
  }
}

export const MORE_OF_PLAYLIST: Told = {
  means: "More of the playlist.",
  source: SOURCE,
  follows: [],
  holds: "playlist",
};

function wordsOf(playlist: Playlist, whole: boolean): Pick<Told, "means" | "source" | "follows"> {
  const more = whole ? "" : "at least ";
  if (playlist.kind === "master") {
    const { variants, renditions } = playlist;
    const sorts = `${more}${count(variants.length, "variant")} and ${count(renditions.length, "rendition")}`;
    const means = `A master playlist: ${sorts} to choose from; each has a playlist of its own.`;
    return { means, source: "RFC 8216 §4.3.4", follows: ["GET a variant's playlist"] };
  }
  const { segments, mediaSequence, skipped, targetDuration, partTarget, ended, iFramesOnly } = playlist;
  const pieces = iFramesOnly ? count(segments.length, "key picture") : count(segments.length, "segment");
  const first = `${more}${pieces} from number ${mediaSequence + skipped}`;
  const left = skipped === 0 ? "" : `; ${skipped} before are left out, the player knows them`;
  const parts = partTarget === undefined ? "" : `, the newest in parts of ${partTarget} s`;
  const means = `A media playlist: ${first} of at most ${targetDuration} s${parts}${left}${ended ? "; it is complete" : ""}.`;
  const again = ended ? [] : ["GET the playlist again"];
  return { means, source: "RFC 8216 §4.3.3", follows: ["GET a segment", ...again] };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** A tag with its value, an attribute with its value, an address, a comment. */
export interface PlaylistPiece {
  readonly name: string;
  readonly text: string;
  /** Octets from the playlist's beginning; up to the next piece, so that together they cover it. */
  readonly from: number;
  readonly to: number;
  readonly means: string;
  readonly source?: string;
  /** Of a piece that names a file: its address as it stands there, and the first octet that is meant of it. */
  readonly names?: { readonly uri: string; readonly first: number | undefined };
}

/** `text`: a letter for each octet. At most `most` pieces. */
export function playlistPieces(text: string, most: number): PlaylistPiece[] {
  const pieces: PlaylistPiece[] = [];
  const ranges = new Ranges();
  for (const { words } of dissectPlaylist(text)) {
    if (pieces.length >= most) break;
    const [head, ...rest] = words;
    if (head === undefined) continue;
    if (head.kind !== "tag") {
      const uri = utf8(head.text);
      const names = head.kind === "uri" ? { uri, first: ranges.ofSegment(uri) } : undefined;
      const [means, source] = names === undefined ? COMMENT : ADDRESS;
      pieces.push({
        name: head.kind,
        text: uri,
        from: head.from,
        to: head.to,
        means,
        source,
        ...(names && { names }),
      });
      continue;
    }
    const tag = head.text.slice(1);
    const value = rest[0]?.kind === "value" ? rest[0] : undefined;
    if (tag === "EXT-X-BYTERANGE") ranges.said(value?.text ?? "");
    const said = text.slice(head.from, value?.to ?? head.to);
    const { sentence = "", source = SOURCE } = head.explanation ?? {};
    pieces.push({
      name: `tag ${tag}`,
      text: utf8(said),
      from: head.from,
      to: head.to,
      means: sentence,
      source,
    });
    const range = rest.findIndex(({ text: word }) => word === "BYTERANGE" || word === "BYTERANGE-START");
    const first = range < 0 ? undefined : beginOf(rest[range + 1]?.text ?? "");
    for (const [i, word] of rest.entries()) {
      if (word.kind !== "attribute") continue;
      const given = rest[i + 1];
      const uri = utf8(given?.text.replaceAll('"', "") ?? "");
      pieces.push({
        name: `attribute ${word.text}`,
        text: utf8(text.slice(word.from, given?.to ?? word.to)),
        from: word.from,
        to: word.to,
        means: word.explanation?.sentence ?? "",
        source: word.explanation?.source ?? SOURCE,
        ...(word.text === "URI" && { names: { uri, first } }),
      });
    }
  }
  return pieces.map((piece, i) => ({ ...piece, to: pieces[i + 1]?.from ?? Math.max(piece.to, text.length) }));
}

const ADDRESS = ["Where it is to be had, seen from the playlist's own address.", "RFC 8216 §4.1"] as const;
const COMMENT = ["A comment: players pass over it.", "RFC 8216 §4.1"] as const;

/** RFC 8216 §4.3.2.2: a range without an offset begins where the one before of the same file ended. */
class Ranges {
  #coming: { readonly length: number; readonly offset: number | undefined } | undefined;
  #last: { readonly uri: string; readonly end: number } | undefined;

  said(value: string): void {
    const [, length, offset] = /^(\d+)(?:@(\d+))?/.exec(value) ?? [];
    this.#coming =
      length === undefined
        ? undefined
        : { length: Number(length), offset: offset === undefined ? undefined : Number(offset) };
  }

  ofSegment(uri: string): number | undefined {
    if (this.#coming === undefined) return undefined;
    const first = this.#coming.offset ?? (this.#last?.uri === uri ? this.#last.end : 0);
    this.#last = { uri, end: first + this.#coming.length };
    this.#coming = undefined;
    return first;
  }
}

/** RFC 8216 §4.3.2.5: of `"100@20"` the 20; of BYTERANGE-START the number itself. */
function beginOf(range: string): number | undefined {
  const offset = /^(?:"?\d+@)?(\d+)"?$/.exec(range)?.[1];
  return offset === undefined ? undefined : Number(offset);
}

/** RFC 8216 §4.1: playlists are UTF-8. */
function utf8(letters: string): string {
  return Buffer.from(letters, "latin1").toString("utf8");
}
