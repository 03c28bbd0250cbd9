/** What a server hears, and what it says. */
import type { Amf0Object, Amf0Value } from "./amf0.ts";

export type RtmpServerEvent =
  /** What RTMP itself demands: send `action`, and go on. */
  | { readonly type: "owed"; readonly action: RtmpServerAction }
  /** A client has introduced itself. */
  | { readonly type: "connect"; readonly app: string; readonly settings: Amf0Object }
  /** It wants to publish: nothing more is read before "publishing" or "denied" is said. */
  | { readonly type: "publish"; readonly app: string; readonly name: string }
  /** What the publisher tells of its stream: width, height, encoder. */
  | { readonly type: "metadata"; readonly values: readonly Amf0Value[] }
  /** The body of a tag as FLV has it. Milliseconds of 32 bits: they begin again after 49 days. */
  | {
      readonly type: "media";
      readonly kind: "audio" | "video";
      readonly timestamp: number;
      readonly octets: Uint8Array;
    }
  /** It has stopped, and may go on with another. */
  | { readonly type: "unpublish" };

/** NetStream.* (RTMP 1.0 §7.2.2): those that this server says. */
export const STATUS_CODES = [
  "NetStream.Publish.Start",
  "NetStream.Publish.Denied",
  "NetStream.Publish.BadName",
  "NetStream.Publish.Failed",
  "NetStream.Unpublish.Success",
  "NetStream.Play.Failed",
] as const;

export type StatusCode = (typeof STATUS_CODES)[number];

export type RtmpServerAction =
  /** S0, S1, S2. */
  | { readonly type: "handshake"; readonly c1: Uint8Array }
  /** Octets received so far, of 32 bits. */
  | { readonly type: "acknowledgement"; readonly octets: number }
  | { readonly type: "pong"; readonly data: Uint8Array }
  /** The answer to "connect", with the settings before it. */
  | { readonly type: "connected"; readonly transaction: number }
  | { readonly type: "result"; readonly transaction: number; readonly value: Amf0Value }
  | { readonly type: "error"; readonly transaction: number; readonly why: string }
  /** To "publish": send on. */
  | { readonly type: "publishing" }
  /** To "publish": no; the connection is closed. */
  | { readonly type: "denied"; readonly code: StatusCode; readonly why: string }
  /** What is published is not taken any further; the connection is closed. */
  | { readonly type: "stopped"; readonly code: StatusCode; readonly why: string }
  | { readonly type: "status"; readonly code: StatusCode; readonly why: string };

/**
 * "handshake": until it is whole, slowly or not · "command": until something is published · "media": the next message
 * of a publisher.
 */
export type RtmpServerWait = "handshake" | "command" | "media";
