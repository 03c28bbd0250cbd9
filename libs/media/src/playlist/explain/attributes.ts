import type { Entry } from "@socketscope/wire";

const BIS = "draft-pantos-hls-rfc8216bis";
const MEDIA = "RFC 8216 §4.3.4.1";
const VARIANT = "RFC 8216 §4.3.4.2";
const KEY = "RFC 8216 §4.3.2.4";
const DATES = "RFC 8216 §4.3.2.7";
const PART = `${BIS} §4.4.4.9`;
const CONTROL = `${BIS} §4.4.3.8`;
const HINT = `${BIS} §4.4.5.3`;
const REPORT = `${BIS} §4.4.5.4`;

/** By name, or by tag and name where it means something else there. */
export const ATTRIBUTE_WORDS: Readonly<Record<string, Entry>> = {
  URI: ["Where it is to be had, seen from the playlist's own address.", "RFC 8216 §4.1"],
  // EXT-X-START, EXT-X-DEFINE
  "TIME-OFFSET": ["Seconds from the beginning; below zero, from the end.", "RFC 8216 §4.3.5.2"],
  PRECISE: ["Whether to begin exactly there, or with the segment around it.", "RFC 8216 §4.3.5.2"],
  "EXT-X-DEFINE NAME": ["The variable's name.", `${BIS} §4.4.2.3`],
  "EXT-X-DEFINE VALUE": ["The variable's value.", `${BIS} §4.4.2.3`],
  IMPORT: ["The name of a variable that the master playlist has set.", `${BIS} §4.4.2.3`],
  QUERYPARAM: ["The value comes from the query of the playlist's own address.", `${BIS} §4.4.2.3`],
  // EXT-X-MEDIA
  TYPE: ["What kind of rendition: AUDIO, VIDEO, SUBTITLES or CLOSED-CAPTIONS.", MEDIA],
  "GROUP-ID": ["The group that variants name to say which renditions go with them.", MEDIA],
  LANGUAGE: ["The language that is spoken or written in it.", MEDIA],
  "ASSOC-LANGUAGE": ["Another language that goes with it.", MEDIA],
  NAME: ["What it is called, for people.", MEDIA],
  "STABLE-RENDITION-ID": ["A name of the rendition that stays when its address changes.", `${BIS} §4.4.6.1`],
  DEFAULT: ["Whether it is played when nobody chooses.", MEDIA],
  AUTOSELECT: ["Whether a player may choose it by itself, by the user's language.", MEDIA],
  FORCED: ["Whether it is needed to follow the film at all.", MEDIA],
  "INSTREAM-ID": ["Which of the captions inside the pictures it is.", MEDIA],
  "BIT-DEPTH": ["Bits of each sample of sound.", `${BIS} §4.4.6.1`],
  "SAMPLE-RATE": ["Samples of sound a second.", `${BIS} §4.4.6.1`],
  CHARACTERISTICS: ["What it is for, such as describing pictures to who cannot see them.", MEDIA],
  CHANNELS: ["How many channels the sound has.", MEDIA],
  // EXT-X-STREAM-INF and EXT-X-I-FRAME-STREAM-INF
  BANDWIDTH: ["Bits a second at the peak: a line that carries so much never waits.", VARIANT],
  "AVERAGE-BANDWIDTH": ["Bits a second on average.", VARIANT],
  SCORE: ["How good it looks, by whoever made it; higher is better.", `${BIS} §4.4.6.2`],
  CODECS: ["The codecs, so that a player knows before it fetches whether it can decode them.", VARIANT],
  "SUPPLEMENTAL-CODECS": ["Codecs that show more, for players which know them.", `${BIS} §4.4.6.2`],
  RESOLUTION: ["Width and height of the pictures.", VARIANT],
  "FRAME-RATE": ["Pictures a second at most.", VARIANT],
  "HDCP-LEVEL": ["Which protection the line to the display must have.", VARIANT],
  "ALLOWED-CPC": ["Which kinds of content protection may play it.", `${BIS} §4.4.6.2`],
  "VIDEO-RANGE": ["How bright it can be: SDR, HLG or PQ.", `${BIS} §4.4.6.2`],
  "STABLE-VARIANT-ID": ["A name of the variant that stays when its address changes.", `${BIS} §4.4.6.2`],
  AUDIO: ["The group of sound renditions that goes with it.", VARIANT],
  VIDEO: ["The group of picture renditions that goes with it.", VARIANT],
  SUBTITLES: ["The group of subtitles that goes with it.", VARIANT],
  "CLOSED-CAPTIONS": ["The group of captions inside its pictures, or NONE.", VARIANT],
  "PATHWAY-ID": ["By which server, or way, it is fetched.", `${BIS} §4.4.6.2`],
  // EXT-X-SESSION-DATA, EXT-X-CONTENT-STEERING
  "DATA-ID": ["What the text is about, as a reversed domain name.", "RFC 8216 §4.3.4.4"],
  VALUE: ["The text itself.", "RFC 8216 §4.3.4.4"],
  FORMAT: ["Whether what is at the URI is JSON or anything.", `${BIS} §4.4.6.4`],
  "SERVER-URI": ["Where the steering says which way to take.", `${BIS} §4.4.6.6`],
  // EXT-X-KEY, EXT-X-SESSION-KEY
  METHOD: ["How it is encrypted: NONE, AES-128 or SAMPLE-AES.", KEY],
  IV: ["The initialization vector; without it, the segment's number.", KEY],
  KEYFORMAT: ["In which form the key is at its URI.", KEY],
  KEYFORMATVERSIONS: ["Which versions of that form.", KEY],
  // Parts and server control
  "PART-TARGET": ["Seconds of the longest part.", `${BIS} §4.4.3.7`],
  "CAN-BLOCK-RELOAD": ["Whether the server holds a request for a playlist until it has news.", CONTROL],
  "PART-HOLD-BACK": ["Seconds from the end at which a player with parts should stay.", CONTROL],
  "HOLD-BACK": ["Seconds from the end at which a player should stay.", CONTROL],
  "CAN-SKIP-UNTIL": ["Segments older than so many seconds may be left out of an update.", CONTROL],
  "CAN-SKIP-DATERANGES": ["Whether an update may leave out date ranges, too.", CONTROL],
  "SKIPPED-SEGMENTS": ["How many segments are left out.", `${BIS} §4.4.5.2`],
  "RECENTLY-REMOVED-DATERANGES": ["Which date ranges have gone since.", `${BIS} §4.4.5.2`],
  "EXT-X-PRELOAD-HINT TYPE": ["What comes next: a PART, or a MAP.", HINT],
  "BYTERANGE-START": ["The first octet of what comes.", HINT],
  "BYTERANGE-LENGTH": ["How many octets will come.", HINT],
  "LAST-MSN": ["The number of the newest segment there.", REPORT],
  "LAST-PART": ["The newest part of it.", REPORT],
  BYTERANGE: ["Only these octets of the file: length, and from where.", "RFC 8216 §4.3.2.5"],
  "EXT-X-PART BYTERANGE": ["Only these octets of the file: length, and from where.", PART],
  DURATION: ["How long it lasts, in seconds.", PART],
  INDEPENDENT: ["It begins with a key picture: a player may begin here.", PART],
  GAP: ["It is missing and must not be asked for.", PART],
  // EXT-X-DATERANGE
  ID: ["The name of the date range; the same name again adds to it.", DATES],
  CLASS: ["What kind of date range it is.", DATES],
  "START-DATE": ["When it begins.", DATES],
  CUE: ["When a player shows it: before, after, or once.", `${BIS} §4.4.5.1`],
  "END-DATE": ["When it ends.", DATES],
  "EXT-X-DATERANGE DURATION": ["How long the date range lasts, in seconds.", DATES],
  "PLANNED-DURATION": ["How long it is expected to last, in seconds.", DATES],
  "SCTE35-CMD": ["A command of SCTE 35, in hexadecimal.", DATES],
  "SCTE35-OUT": ["SCTE 35: leave the program here, for an advertisement.", DATES],
  "SCTE35-IN": ["SCTE 35: come back to the program here.", DATES],
  "END-ON-NEXT": ["It ends where the next one of its class begins.", DATES],
};
