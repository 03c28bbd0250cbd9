/** The master playlist's own tags (RFC 8216 §4.3.4). */
import {
  decimalOf,
  flagOf,
  integerOf,
  needed,
  parseAttributes,
  resolutionOf,
  textOf,
  wordOf,
  type Attributes,
} from "./attributes.ts";
import { PlaylistError } from "./error.ts";
import type { MasterPlaylist, Rendition, Variant } from "./model.ts";
import type { Tag } from "./tags.ts";

const TYPES = ["AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"] as const;

export class MasterReader {
  readonly #renditions: Rendition[] = [];
  readonly #variants: Variant[] = [];
  /** EXT-X-STREAM-INF, until the line below it has come. */
  #waiting: Omit<Variant, "uri"> | undefined;

  tag(tag: Tag, value: string): void {
    if (tag === "EXT-X-MEDIA") this.#renditions.push(readRendition(parseAttributes(value)));
    if (tag === "EXT-X-STREAM-INF") this.#waiting = readVariant(tag, parseAttributes(value), false);
    if (tag === "EXT-X-I-FRAME-STREAM-INF") {
      const attributes = parseAttributes(value);
      const uri = needed(textOf(attributes, "URI"), tag, "URI");
      this.#variants.push({ uri, ...readVariant(tag, attributes, true) });
    }
  }

  uri(uri: string): void {
    // RFC 8216 §4.3.4.2: each URI follows its EXT-X-STREAM-INF.
    if (this.#waiting === undefined)
      throw new PlaylistError("PLAYLIST_ORDER", "a URI without EXT-X-STREAM-INF before it");
    this.#variants.push({ uri, ...this.#waiting });
    this.#waiting = undefined;
  }

  end(): Pick<MasterPlaylist, "renditions" | "variants"> {
    if (this.#waiting !== undefined)
      throw new PlaylistError("PLAYLIST_ORDER", "EXT-X-STREAM-INF without a URI below it");
    return { renditions: this.#renditions, variants: this.#variants };
  }
}

function readVariant(tag: string, attributes: Attributes, iFrames: boolean): Omit<Variant, "uri"> {
  return {
    iFrames,
    bandwidth: needed(integerOf(attributes, "BANDWIDTH"), tag, "BANDWIDTH"),
    averageBandwidth: integerOf(attributes, "AVERAGE-BANDWIDTH"),
    codecs: textOf(attributes, "CODECS"),
    resolution: resolutionOf(attributes, "RESOLUTION"),
    frameRate: decimalOf(attributes, "FRAME-RATE"),
    audio: textOf(attributes, "AUDIO"),
    video: textOf(attributes, "VIDEO"),
    subtitles: textOf(attributes, "SUBTITLES"),
  };
}

function readRendition(attributes: Attributes): Rendition {
  const tag = "EXT-X-MEDIA";
  const type = TYPES.find((one) => one === wordOf(attributes, "TYPE"));
  const isDefault = flagOf(attributes, "DEFAULT") ?? false;
  return {
    type: needed(type, tag, "TYPE that is known"),
    groupId: needed(textOf(attributes, "GROUP-ID"), tag, "GROUP-ID"),
    name: needed(textOf(attributes, "NAME"), tag, "NAME"),
    uri: textOf(attributes, "URI"),
    language: textOf(attributes, "LANGUAGE"),
    isDefault,
    autoselect: flagOf(attributes, "AUTOSELECT") ?? false,
    forced: flagOf(attributes, "FORCED") ?? false,
    channels: textOf(attributes, "CHANNELS"),
  };
}
