/**
 * RFC 6455 §4: the opening handshake on HTTP/1.1, both sides. SHA-1 is passed in. Extensions (§9) are neither offered
 * nor accepted. The Origin (§10.2) is the application's to judge. Connection is written by the HTTP core (RFC 9110 §7.8).
 */
import { encodeBase64, decodeBase64, RemoteError } from "@socketscope/wire";
import type { RequestHead, ResponseHead } from "../events.ts";
import type { FieldLines, Fields } from "../fields.ts";
import { isToken, splitList } from "../list.ts";

export type Sha1 = (octets: Uint8Array) => Uint8Array;

// RFC 6455 §1.3: the one suffix of all handshakes; a server that knows it knows WebSocket.
const SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION = "13";

export interface Accepted {
  readonly status: 101;
  readonly fields: FieldLines;
  /** The subprotocol agreed on (RFC 6455 §1.9). */
  readonly protocol: string | undefined;
}

export interface Refused {
  readonly status: 400 | 405 | 426;
  readonly fields: FieldLines;
  readonly why: string;
}

/** RFC 6455 §4.2.2: base64(SHA-1(key + suffix)). `key` as it stands in the field. */
export function acceptValue(key: string, sha1: Sha1): string {
  return encodeBase64(sha1(Uint8Array.from(key + SUFFIX, (character) => character.charCodeAt(0))));
}

/** The server's half (RFC 6455 §4.2). `protocols`: the subprotocols we speak. */
export function acceptHandshake(
  request: RequestHead,
  options: { readonly sha1: Sha1; readonly protocols?: readonly string[] },
): Accepted | Refused {
  const { fields } = request;
  // RFC 6455 §4.2.1 item 1: a GET of HTTP/1.1 or higher.
  if (request.method !== "GET") return refuse(405, "the method is not GET", ["Allow", "GET"]);
  // RFC 9110 §7.8: Upgrade in HTTP/1.0 is ignored; what is left is not a handshake.
  if (request.version !== "1.1" || !asksUpgrade(fields)) {
    return refuse(426, "no Upgrade to websocket", ["Upgrade", "websocket"]);
  }
  const versions = fields.all("sec-websocket-version");
  // RFC 6455 §4.4: another version is answered with those we know.
  if (versions.length < 2 && versions[0] !== VERSION) {
    return refuse(426, "not version 13", ["Upgrade", "websocket", "Sec-WebSocket-Version", VERSION]);
  }
  // RFC 6455 §11.3.1, §11.3.5: neither field appears more than once.
  if (versions.length > 1) return refuse(400, "Sec-WebSocket-Version more than once");
  const [key, ...more] = fields.all("sec-websocket-key");
  if (key === undefined || more.length > 0) return refuse(400, "not one Sec-WebSocket-Key");
  // RFC 6455 §4.2.1 item 5: a value that, decoded, is 16 octets long.
  if (decodeBase64(key)?.length !== 16) return refuse(400, "Sec-WebSocket-Key is not 16 octets in base64");
  const offered = fields.has("sec-websocket-protocol")
    ? splitList(fields.get("sec-websocket-protocol") ?? "")
    : [];
  // RFC 6455 §4.1 item 10: all of them are tokens and differ.
  if (!offered.every(isToken) || new Set(offered).size < offered.length) {
    return refuse(400, "Sec-WebSocket-Protocol is malformed");
  }
  // RFC 6455 §4.2.2 item 5.5: one of those the client said, in its order of preference, or none.
  const protocol = offered.find((name) => options.protocols?.includes(name) === true);
  const answer = ["Upgrade", "websocket", "Sec-WebSocket-Accept", acceptValue(key, options.sha1)];
  if (protocol !== undefined) answer.push("Sec-WebSocket-Protocol", protocol);
  return { status: 101, fields: answer, protocol };
}

export interface HandshakeOffer {
  /** 16 random octets in base64, fresh for each connection (RFC 6455 §4.1 item 7). */
  readonly key: string;
  /** In order of preference. */
  readonly protocols?: readonly string[];
  readonly origin?: string;
}

/** The client's half (RFC 6455 §4.1): the fields of the GET besides Host. */
export function handshakeFields(offer: HandshakeOffer): FieldLines {
  const fields = ["Upgrade", "websocket", "Sec-WebSocket-Key", offer.key, "Sec-WebSocket-Version", VERSION];
  if (offer.origin !== undefined) fields.push("Origin", offer.origin);
  if (offer.protocols !== undefined && offer.protocols.length > 0) {
    fields.push("Sec-WebSocket-Protocol", offer.protocols.join(", "));
  }
  return fields;
}

/** Checks the server's answer (RFC 6455 §4.1, after the list of the request's fields). Returns the subprotocol. */
export function verifyHandshake(
  response: ResponseHead,
  offer: HandshakeOffer,
  sha1: Sha1,
): string | undefined {
  const { fields } = response;
  if (response.status !== 101)
    throw bad("WS_HANDSHAKE_STATUS", `the server answered ${response.status}, not 101`);
  if (fields.get("upgrade")?.toLowerCase() !== "websocket")
    throw bad("WS_HANDSHAKE_UPGRADE", "Upgrade is not websocket");
  if (!lists(fields, "connection", "upgrade"))
    throw bad("WS_HANDSHAKE_CONNECTION", "Connection does not list Upgrade");
  if (fields.get("sec-websocket-accept") !== acceptValue(offer.key, sha1)) {
    throw bad("WS_HANDSHAKE_ACCEPT", "Sec-WebSocket-Accept does not answer our key");
  }
  // RFC 6455 §4.1: an extension that was not asked for fails the connection; we ask for none.
  if (splitList(fields.get("sec-websocket-extensions") ?? "").length > 0) {
    throw bad("WS_HANDSHAKE_EXTENSION", "the server uses an extension we did not offer");
  }
  const protocol = fields.get("sec-websocket-protocol");
  if (protocol !== undefined && offer.protocols?.includes(protocol) !== true) {
    throw bad("WS_HANDSHAKE_PROTOCOL", "the server chose a subprotocol we did not offer");
  }
  return protocol;
}

function asksUpgrade(fields: Fields): boolean {
  return lists(fields, "upgrade", "websocket") && lists(fields, "connection", "upgrade");
}

/** RFC 6455 §4.2.1 items 3 and 4: compared as ASCII, without regard to case. */
function lists(fields: Fields, name: string, wanted: string): boolean {
  return splitList(fields.get(name) ?? "").some((member) => member.toLowerCase() === wanted);
}

function refuse(status: Refused["status"], why: string, fields: FieldLines = []): Refused {
  return { status, fields, why };
}

function bad(code: string, message: string): RemoteError {
  return new RemoteError(code, message);
}
