/** Text as a playlist (RFC 8216 §4, and what low latency adds to it). What nobody knows is passed over (§6.3.1). */
import { wholeNumber } from "./attributes.ts";
import { PlaylistError } from "./error.ts";
import type { Playlist } from "./model.ts";
import { MasterReader } from "./parse-master.ts";
import { MediaReader } from "./parse-media.ts";
import { isTag, parseLine, TAGS, type Tag } from "./tags.ts";

/** Characters of the longest playlist that is read. Default 16 Mi: a day of segments of 2 s takes 4. */
export const PLAYLIST_MAX_LENGTH = 16 * 1024 * 1024;

/** Throws {@link PlaylistError} with the line. */
export function parsePlaylist(text: string, maxLength: number = PLAYLIST_MAX_LENGTH): Playlist {
  if (text.length > maxLength)
    throw new PlaylistError("PLAYLIST_TOO_LARGE", `a playlist of more than ${maxLength} characters`);
  // RFC 8216 §4.1: UTF-8 without a byte order mark; lines end in LF or CRLF.
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trimEnd() !== "#EXTM3U")
    throw new PlaylistError("PLAYLIST_NOT_M3U", "the first line is not #EXTM3U", 1);
  const reading = new Reading();
  for (const [i, line] of lines.entries()) {
    try {
      reading.line(line);
    } catch (error) {
      throw error instanceof PlaylistError ? error.at(i + 1) : error;
    }
  }
  return reading.end();
}

class Reading {
  readonly #master = new MasterReader();
  readonly #media = new MediaReader();
  /** Until a tag or a URI tells. */
  #kind: "master" | "media" | undefined;
  #version = 1;
  #independentSegments = false;

  line(text: string): void {
    const line = parseLine(text);
    if (line.kind === "uri") this.#uri(line.uri);
    else if (line.kind === "tag" && isTag(line.name)) this.#tag(line.name, line.value);
  }

  end(): Playlist {
    const common = { version: this.#version, independentSegments: this.#independentSegments };
    if (this.#kind === "master") return { kind: "master", ...common, ...this.#master.end() };
    return { kind: "media", ...common, ...this.#media.end() };
  }

  #tag(tag: Tag, value: string): void {
    const [place] = TAGS[tag];
    if (place !== "both") {
      const kind = place === "master" ? "master" : "media";
      // RFC 8216 §4.3.3, §4.3.4: a playlist is of one kind.
      if (this.#kind !== undefined && this.#kind !== kind)
        throw new PlaylistError("PLAYLIST_MIXED", `${tag} stands in a ${this.#kind} playlist`);
      this.#kind = kind;
    }
    if (tag === "EXT-X-VERSION") this.#version = wholeNumber(tag, value);
    else if (tag === "EXT-X-INDEPENDENT-SEGMENTS") this.#independentSegments = true;
    else if (this.#kind === "master") this.#master.tag(tag, value);
    else if (this.#kind === "media") this.#media.tag(tag, value);
  }

  #uri(uri: string): void {
    if (this.#kind === "master") this.#master.uri(uri);
    else this.#media.uri(uri);
  }
}
