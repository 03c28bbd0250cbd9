import type { Entry } from "@socketscope/wire";
import type { Tag } from "../tags.ts";

const BIS = "draft-pantos-hls-rfc8216bis";

export const TAG_WORDS: Readonly<Record<Tag, Entry>> = {
  EXTM3U: ["The first line of every playlist: what follows is one.", "RFC 8216 §4.3.1.1", "EXT-X-VERSION"],
  "EXT-X-VERSION": ["How new a player must be to understand this playlist.", "RFC 8216 §4.3.1.2"],
  "EXT-X-INDEPENDENT-SEGMENTS": [
    "Every segment can be decoded without those before it.",
    "RFC 8216 §4.3.5.1",
  ],
  "EXT-X-START": ["Where a player should begin if nobody says otherwise.", "RFC 8216 §4.3.5.2"],
  "EXT-X-DEFINE": ["A variable: its value is put wherever its name stands in braces.", `${BIS} §4.4.2.3`],
  "EXT-X-MEDIA": [
    "A rendition that goes with variants: other sound, subtitles, another camera.",
    "RFC 8216 §4.3.4.1",
    "EXT-X-STREAM-INF",
  ],
  "EXT-X-STREAM-INF": [
    "A variant: the same film at one size and bit rate; its playlist is on the next line.",
    "RFC 8216 §4.3.4.2",
  ],
  "EXT-X-I-FRAME-STREAM-INF": [
    "A playlist of key pictures only, for winding forward and back.",
    "RFC 8216 §4.3.4.3",
  ],
  "EXT-X-SESSION-DATA": ["Any text about the whole presentation, by name.", "RFC 8216 §4.3.4.4"],
  "EXT-X-SESSION-KEY": [
    "A key of the media playlists, so that it can be fetched early.",
    "RFC 8216 §4.3.4.5",
  ],
  "EXT-X-CONTENT-STEERING": ["Who says from which server the film is best fetched.", `${BIS} §4.4.6.6`],
  "EXT-X-TARGETDURATION": [
    "No segment is longer than so many seconds, rounded; so often a live playlist is asked for.",
    "RFC 8216 §4.3.3.1",
    "EXTINF",
  ],
  "EXT-X-MEDIA-SEQUENCE": [
    "The number of the first segment here; it goes up as old ones leave.",
    "RFC 8216 §4.3.3.2",
  ],
  "EXT-X-DISCONTINUITY-SEQUENCE": [
    "How many changes have left the playlist, so that renditions can be matched.",
    "RFC 8216 §4.3.3.3",
  ],
  "EXT-X-PLAYLIST-TYPE": ["VOD: it never changes. EVENT: segments are only added.", "RFC 8216 §4.3.3.5"],
  "EXT-X-I-FRAMES-ONLY": ["Each segment is one key picture.", "RFC 8216 §4.3.3.6"],
  "EXT-X-ENDLIST": ["Nothing will be added: a player need not ask again.", "RFC 8216 §4.3.3.4"],
  "EXT-X-PART-INF": [
    "Segments come in parts, and how long a part is at most.",
    `${BIS} §4.4.3.7`,
    "EXT-X-PART",
  ],
  "EXT-X-SERVER-CONTROL": [
    "What the server can do for a player: hold requests, leave out what is known.",
    `${BIS} §4.4.3.8`,
  ],
  "EXT-X-SKIP": ["So many segments are left out, for the player has them already.", `${BIS} §4.4.5.2`],
  "EXT-X-PRELOAD-HINT": [
    "This comes next: ask now, and the answer comes the moment it is made.",
    `${BIS} §4.4.5.3`,
    "EXT-X-PART",
  ],
  "EXT-X-RENDITION-REPORT": [
    "How far another rendition is, so that changing costs no request.",
    `${BIS} §4.4.5.4`,
  ],
  EXTINF: ["How long the next segment lasts, in seconds; its address is below.", "RFC 8216 §4.3.2.1"],
  "EXT-X-BYTERANGE": ["The next segment is only these octets of its file.", "RFC 8216 §4.3.2.2"],
  "EXT-X-DISCONTINUITY": [
    "From here on times, sizes or codecs are others: an advertisement, a new turn.",
    "RFC 8216 §4.3.2.3",
  ],
  "EXT-X-KEY": ["How the segments from here on are encrypted.", "RFC 8216 §4.3.2.4"],
  "EXT-X-MAP": [
    "What must be read before these segments: in MP4 the tracks and their codecs.",
    "RFC 8216 §4.3.2.5",
  ],
  "EXT-X-PROGRAM-DATE-TIME": [
    "The date and time at which the next segment was on the air.",
    "RFC 8216 §4.3.2.6",
  ],
  "EXT-X-GAP": ["The next segment is missing and must not be asked for.", `${BIS} §4.4.4.7`],
  "EXT-X-BITRATE": ["About how many kilobits a second the segments from here on have.", `${BIS} §4.4.4.8`],
  "EXT-X-PART": [
    "A part of the next segment, to be had before the segment is whole.",
    `${BIS} §4.4.4.9`,
    "EXT-X-PART",
    "EXTINF",
  ],
  "EXT-X-DATERANGE": ["Something that lasts for a stretch of time, with its facts.", "RFC 8216 §4.3.2.7"],
};
