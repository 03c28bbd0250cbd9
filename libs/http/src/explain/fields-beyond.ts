/** Field names beyond HTTP's own RFCs: cookies, WebSocket, WebDAV, proxies and other registered ones, in lower case. */
import type { Entry } from "@socketscope/wire";

export const BEYOND_FIELDS: Readonly<Record<string, Entry>> = {
  // RFC 6265: cookies
  "set-cookie": [
    "Asks the browser to keep a name and value and to send them back.",
    "RFC 6265 §4.1",
    "Cookie",
  ],
  cookie: ["What the browser keeps for this site, as Set-Cookie asked.", "RFC 6265 §4.2"],
  // RFC 6455: WebSocket's handshake
  "sec-websocket-key": [
    "16 random octets; the answer proves that the server knows WebSocket.",
    "RFC 6455 §11.3.1",
    "Sec-WebSocket-Accept",
  ],
  "sec-websocket-extensions": [
    "Extensions of WebSocket offered or agreed on, such as compression.",
    "RFC 6455 §11.3.2",
  ],
  "sec-websocket-accept": ["The hash of the client's key and a fixed text.", "RFC 6455 §11.3.3", "frames"],
  "sec-websocket-protocol": [
    "What is spoken inside the WebSocket: offered by the client, chosen by the server.",
    "RFC 6455 §11.3.4",
  ],
  "sec-websocket-version": ["The version of WebSocket: 13.", "RFC 6455 §11.3.5", "101", "426"],
  "http2-settings": ["Settings for going on in HTTP/2 in the clear. Obsolete.", "RFC 7540 §3.2.1"],
  // the web
  "content-disposition": ["Show it or save it, and under which name.", "RFC 6266 §4"],
  link: ["Relations to other resources: style sheets, the next page, what to preload.", "RFC 8288 §3"],
  "alt-svc": ["The same site is also there, for example in HTTP/3.", "RFC 7838 §3"],
  "alt-used": ["The alternative service in use.", "RFC 7838 §5"],
  priority: ["How urgent the answer is, and whether it is useful in pieces.", "RFC 9218 §5"],
  "early-data": ["The request came in TLS early data, which may be replayed.", "RFC 8470 §5.1", "425"],
  prefer: ["How the client would like to be served.", "RFC 7240 §2", "Preference-Applied"],
  "preference-applied": ["The preferences the server followed.", "RFC 7240 §3"],
  "accept-patch": ["Media types PATCH takes here.", "RFC 5789 §3.1", "PATCH"],
  "strict-transport-security": ["From now on only HTTPS for this host, says the site.", "RFC 6797 §6.1"],
  "x-frame-options": ["Whether other pages may show this one in a frame.", "RFC 7034 §2"],
  "accept-ch": ["The client hints the server would like to have.", "RFC 8942 §3.1"],
  "cache-status": ["What each cache on the way did with the request.", "RFC 9211 §2"],
  "proxy-status": ["What went on in the proxies on the way.", "RFC 9209 §2"],
  "cdn-cache-control": ["Cache-Control for the caches of content networks only.", "RFC 9213 §3"],
  "content-digest": ["A hash of the content of this message.", "RFC 9530 §2"],
  "repr-digest": ["A hash of the whole representation, ranges or not.", "RFC 9530 §3"],
  sunset: ["When the resource will probably go away.", "RFC 8594 §3"],
  forwarded: ["What a proxy hides: who asked, for which host, by which protocol.", "RFC 7239 §4"],
  "x-forwarded-for": [
    "The client's address as a proxy saw it; anybody can write it.",
    "in common use, see RFC 7239 §5.2",
  ],
  "x-forwarded-host": [
    "The host the client asked for, as a proxy saw it.",
    "in common use, see RFC 7239 §5.3",
  ],
  "x-forwarded-proto": [
    "http or https, as the client spoke to the proxy.",
    "in common use, see RFC 7239 §5.4",
  ],
  "x-real-ip": [
    "The client's address alone, as nginx in front saw it; anybody can write it.",
    "in common use, no standard",
  ],
  "x-requested-with": ["A library's way to say that a script asks.", "in common use, no standard"],
  "x-powered-by": ["An advertisement of the server's software.", "in common use, no standard"],
  "x-robots-tag": ["What search engines may do with it.", "in common use, no standard"],
  "x-xss-protection": ["A switch of a filter that browsers no longer have.", "in common use, no standard"],
  "x-accel-buffering": [
    "Tells nginx in front whether to hold the answer back until it is whole.",
    "in common use, no standard",
  ],
  // RFC 4918: WebDAV
  dav: ["The classes of WebDAV the server speaks.", "RFC 4918 §10.1"],
  depth: ["How far down the request goes: 0, 1 or infinity.", "RFC 4918 §10.2"],
  destination: ["Where COPY or MOVE goes to.", "RFC 4918 §10.3"],
  if: ["WebDAV's condition on locks and versions.", "RFC 4918 §10.4", "412"],
  "lock-token": ["The name of a lock.", "RFC 4918 §10.5"],
  overwrite: ["Whether COPY or MOVE may replace what is there.", "RFC 4918 §10.6", "412"],
  timeout: ["How long the lock should last.", "RFC 4918 §10.7"],
};
