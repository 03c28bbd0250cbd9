/** Field names of RFC 9110, 9111 and 9112, in lower case. `follows`: fields and codes that answer it or go with it. */
import type { Entry } from "@socketscope/wire";

export const HTTP_FIELDS: Readonly<Record<string, Entry>> = {
  // RFC 9110 §6.6, §7: about the message and its way
  host: ["Names the site the request is for; one address serves many.", "RFC 9110 §7.2"],
  connection: [
    "Lists what concerns this connection only: close, keep-alive, upgrade.",
    "RFC 9110 §7.6.1",
    "Upgrade",
  ],
  "max-forwards": ["How many proxies a TRACE or OPTIONS may still pass.", "RFC 9110 §7.6.2"],
  via: ["The proxies the message came through.", "RFC 9110 §7.6.3"],
  upgrade: ["Other protocols the sender would go on with on this connection.", "RFC 9110 §7.8", "101", "426"],
  date: ["When the message was made, in GMT.", "RFC 9110 §6.6.1"],
  trailer: ["Names fields that come after the content.", "RFC 9110 §6.6.2"],
  // RFC 9110 §8: about the representation
  "content-type": ["What the content is: its media type, and the charset of text.", "RFC 9110 §8.3", "415"],
  "content-encoding": [
    "How the content is compressed; undone, it has the type in Content-Type.",
    "RFC 9110 §8.4",
    "Vary",
  ],
  "content-language": ["The language of those the content is meant for.", "RFC 9110 §8.5"],
  "content-length": ["How many octets of content follow the blank line.", "RFC 9110 §8.6", "content"],
  "content-location": ["The address of exactly what is in the content.", "RFC 9110 §8.7"],
  "last-modified": [
    "When the resource was changed last, as far as the server knows.",
    "RFC 9110 §8.8.2",
    "If-Modified-Since",
  ],
  etag: [
    "A mark of this version of the resource; another version has another mark.",
    "RFC 9110 §8.8.3",
    "If-None-Match",
  ],
  // RFC 9110 §10: context
  expect: ["The client waits for 100 before it sends its content.", "RFC 9110 §10.1.1", "100", "417"],
  from: ["The mail address of the person behind a robot.", "RFC 9110 §10.1.2"],
  referer: ["The page this request comes from (misspelled since 1996).", "RFC 9110 §10.1.3"],
  te: [
    "Transfer codings the client takes besides chunked, and whether it wants trailers.",
    "RFC 9110 §10.1.4",
    "Trailer",
  ],
  "user-agent": ["The program that asks, and what it claims to be compatible with.", "RFC 9110 §10.1.5"],
  allow: ["The methods this resource knows.", "RFC 9110 §10.2.1"],
  location: ["Where to go next, or where the new thing is.", "RFC 9110 §10.2.2", "GET"],
  "retry-after": ["How long to wait: seconds, or a date.", "RFC 9110 §10.2.3", "the request again, later"],
  server: ["The program that answers.", "RFC 9110 §10.2.4"],
  // RFC 9110 §11: who asks
  "www-authenticate": ["How to log in: the scheme and its realm.", "RFC 9110 §11.6.1", "Authorization"],
  authorization: ["The client's credentials for this server.", "RFC 9110 §11.6.2", "200", "401", "403"],
  "authentication-info": ["What the scheme says after a login that worked.", "RFC 9110 §11.6.3"],
  "proxy-authenticate": ["How to log in to the proxy.", "RFC 9110 §11.7.1", "Proxy-Authorization"],
  "proxy-authorization": ["The client's credentials for the proxy.", "RFC 9110 §11.7.2", "407"],
  "proxy-authentication-info": [
    "What the proxy's scheme says after a login that worked.",
    "RFC 9110 §11.7.3",
  ],
  // RFC 9110 §12: negotiation
  accept: ["Media types the client takes, with weights.", "RFC 9110 §12.5.1", "Content-Type", "406"],
  "accept-charset": ["Charsets the client takes. Deprecated: everything is UTF-8.", "RFC 9110 §12.5.2"],
  "accept-encoding": ["Compressions the client can undo.", "RFC 9110 §12.5.3", "Content-Encoding", "Vary"],
  "accept-language": ["Languages the person reads, with weights.", "RFC 9110 §12.5.4", "Content-Language"],
  vary: ["The request fields this answer depends on; caches keep one for each.", "RFC 9110 §12.5.5"],
  // RFC 9110 §13: conditions
  "if-match": ["Do it only if the version is still one of these.", "RFC 9110 §13.1.1", "412"],
  "if-none-match": [
    "Send it only if it is none of these versions; the client has them.",
    "RFC 9110 §13.1.2",
    "304",
    "412",
  ],
  "if-modified-since": ["Send it only if it changed after this time.", "RFC 9110 §13.1.3", "304"],
  "if-unmodified-since": ["Do it only if it did not change after this time.", "RFC 9110 §13.1.4", "412"],
  "if-range": ["The Range counts only if this is still the version.", "RFC 9110 §13.1.5", "206", "200"],
  // RFC 9110 §14: ranges
  range: ["Only these octets of the resource, please.", "RFC 9110 §14.2", "206", "416"],
  "accept-ranges": ["Whether the server serves parts of this resource.", "RFC 9110 §14.3", "Range"],
  "content-range": [
    "Which part of the resource the content is, and how large the whole is.",
    "RFC 9110 §14.4",
  ],
  // RFC 9111: caching
  age: ["How many seconds ago the origin made or confirmed this answer.", "RFC 9111 §5.1"],
  "cache-control": ["What caches may do with this message, and for how long.", "RFC 9111 §5.2"],
  expires: ["After this time the answer is stale; Cache-Control's max-age goes first.", "RFC 9111 §5.3"],
  pragma: [
    "no-cache, for caches of the time before Cache-Control. Deprecated.",
    "RFC 9111 §5.4",
    "Cache-Control",
  ],
  warning: ["A remark of a cache. Obsolete.", "RFC 9111 §5.5"],
  // RFC 9112: the connection
  "transfer-encoding": [
    "The content comes in chunks, each with its size, until one of size 0.",
    "RFC 9112 §6.1",
    "chunk",
  ],
  "mime-version": ["Says the message is MIME, which HTTP only resembles.", "RFC 9112 §B.1"],
  "keep-alive": [
    "How long the connection stays open, from a time when that was an option.",
    "RFC 2068 §19.7.1.1",
  ],
  "proxy-connection": ["Connection, as old clients sent it to proxies; it does nothing.", "RFC 9112 §C.2.2"],
};
