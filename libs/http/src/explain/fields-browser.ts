/** Field names of the browsers' standards, in lower case. Living standards renumber: they are cited by heading. */
import type { Entry } from "@socketscope/wire";

const CORS = "Fetch, CORS protocol";
const METADATA = "W3C Fetch Metadata Request Headers";
const HINTS = "WICG User-Agent Client Hints";
const DEVICE = "WICG Client Hints Infrastructure";
const COEP = "HTML, Cross-origin embedder policies";

export const BROWSER_FIELDS: Readonly<Record<string, Entry>> = {
  origin: [
    "The site whose page asks; a server checks it before it acts.",
    "RFC 6454 §7",
    "Access-Control-Allow-Origin",
    "403",
  ],
  // CORS
  "access-control-request-method": [
    "A preflight asks: may a page of that origin use this method?",
    CORS,
    "Access-Control-Allow-Methods",
  ],
  "access-control-request-headers": [
    "A preflight asks: may a page of that origin send these fields?",
    CORS,
    "Access-Control-Allow-Headers",
  ],
  "access-control-request-private-network": [
    "A preflight asks: may a public page reach this private address?",
    "WICG Private Network Access",
    "Access-Control-Allow-Private-Network",
  ],
  "access-control-allow-origin": ["Pages of this origin may read the answer; * means all.", CORS],
  "access-control-allow-credentials": ["They may read it even if cookies were sent.", CORS],
  "access-control-allow-methods": ["The methods pages of that origin may use.", CORS],
  "access-control-allow-headers": ["The request fields pages of that origin may send.", CORS],
  "access-control-allow-private-network": [
    "Public pages may reach this private address.",
    "WICG Private Network Access",
  ],
  "access-control-expose-headers": ["The response fields a script may read besides the simple ones.", CORS],
  "access-control-max-age": ["How many seconds a preflight's answer may be kept.", CORS],
  "timing-allow-origin": [
    "Pages of this origin may see how long the parts of the fetch took.",
    "W3C Resource Timing, Timing-Allow-Origin Response Header",
  ],
  "cross-origin-resource-policy": [
    "Which sites' pages may load this at all.",
    "Fetch, Cross-Origin-Resource-Policy header",
  ],
  "cross-origin-opener-policy": [
    "Keeps windows of other origins from holding on to this page.",
    "HTML, Cross-origin opener policies",
  ],
  "cross-origin-embedder-policy": ["This page loads only what agrees to be loaded.", COEP],
  // who asks, and for what
  "sec-fetch-dest": ["What the answer is for: document, image, script, empty for fetch().", METADATA],
  "sec-fetch-mode": ["How it is asked: navigate, cors, no-cors, websocket.", METADATA],
  "sec-fetch-site": ["Whether the page that asks is of this origin, this site or another.", METADATA],
  "sec-fetch-user": ["A person's click or key began this navigation.", METADATA],
  "sec-fetch-storage-access": ["Whether the embedded page may use its cookies.", "W3C Storage Access API"],
  "sec-purpose": ["The fetch is done ahead: prefetch.", "Fetch, Sec-Purpose header"],
  purpose: ["The fetch is done ahead; the older spelling of Sec-Purpose.", "in common use, no standard"],
  "upgrade-insecure-requests": [
    "The browser would rather be sent to HTTPS.",
    "W3C Upgrade Insecure Requests",
    "307",
  ],
  "last-event-id": [
    "The last server-sent event that arrived; the stream goes on after it.",
    "HTML, Server-sent events",
    "200",
  ],
  dnt: ["Please do not track. Abandoned.", "W3C Tracking Preference Expression"],
  "sec-gpc": ["Please do not sell or share my data.", "W3C Global Privacy Control"],
  "service-worker": [
    "The request fetches a service worker's script.",
    "W3C Service Workers",
    "Service-Worker-Allowed",
  ],
  "service-worker-allowed": ["The widest scope the service worker may have.", "W3C Service Workers"],
  "service-worker-navigation-preload": [
    "Sent beside the start of a service worker, to save time.",
    "W3C Service Workers",
  ],
  // client hints
  "sec-ch-ua": ["The browser's brands and major versions.", HINTS],
  "sec-ch-ua-mobile": ["Whether the browser would like a page for phones.", HINTS],
  "sec-ch-ua-platform": ["The operating system.", HINTS],
  "sec-ch-ua-platform-version": ["The operating system's version.", HINTS],
  "sec-ch-ua-arch": ["The processor's architecture.", HINTS],
  "sec-ch-ua-bitness": ["The processor's word size in bits.", HINTS],
  "sec-ch-ua-model": ["The device's model.", HINTS],
  "sec-ch-ua-full-version": ["The browser's full version. Deprecated.", HINTS],
  "sec-ch-ua-full-version-list": ["The browser's brands and full versions.", HINTS],
  "sec-ch-ua-wow64": ["A 32-bit browser on 64-bit Windows.", HINTS],
  "sec-ch-ua-form-factors": ["The kind of device: desktop, tablet, watch.", HINTS],
  "sec-ch-prefers-color-scheme": [
    "Whether the person likes light or dark.",
    "WICG User Preference Media Features Client Hints",
  ],
  "sec-ch-prefers-reduced-motion": [
    "Whether the person likes less motion.",
    "WICG User Preference Media Features Client Hints",
  ],
  "sec-ch-dpr": ["Device pixels per CSS pixel.", DEVICE],
  "sec-ch-viewport-width": ["The width of the page's area, in CSS pixels.", DEVICE],
  "sec-ch-viewport-height": ["The height of the page's area, in CSS pixels.", DEVICE],
  "sec-ch-width": ["The width an image will have, in device pixels.", DEVICE],
  "sec-ch-device-memory": ["About how much memory the device has, in GiB.", "W3C Device Memory"],
  dpr: ["Device pixels per CSS pixel; the older spelling.", DEVICE],
  "viewport-width": ["The width of the page's area; the older spelling.", DEVICE],
  width: ["The width an image will have; the older spelling.", DEVICE],
  "device-memory": ["About how much memory the device has, in GiB; the older spelling.", "W3C Device Memory"],
  downlink: ["About how fast the connection is, in Mbit/s.", "WICG Network Information API"],
  ect: ["The kind of connection: slow-2g, 2g, 3g, 4g.", "WICG Network Information API"],
  rtt: ["About how long a round trip takes, in milliseconds.", "WICG Network Information API"],
  "save-data": ["The person wants to use little data.", "WICG Save Data API"],
  "critical-ch": [
    "Hints without which the browser should ask again at once.",
    "WICG Client Hint Reliability",
  ],
  // what a page may do
  "content-security-policy": [
    "Where the page may load from, and what it may run.",
    "W3C Content Security Policy",
  ],
  "content-security-policy-report-only": [
    "A policy that is not enforced; its violations are reported.",
    "W3C Content Security Policy",
  ],
  "permissions-policy": [
    "Which features of the browser the page and its frames may use.",
    "W3C Permissions Policy",
  ],
  "referrer-policy": ["How much of the address the browser puts into Referer.", "W3C Referrer Policy"],
  "x-content-type-options": [
    "nosniff: believe Content-Type, do not guess.",
    "Fetch, X-Content-Type-Options header",
  ],
  "x-permitted-cross-domain-policies": [
    "What Flash and PDF readers may load from here.",
    "in common use, no standard",
  ],
  "x-dns-prefetch-control": [
    "Whether the browser looks up the hosts of links ahead.",
    "in common use, no standard",
  ],
  "x-download-options": [
    "Keeps old Internet Explorer from opening a download at once.",
    "in common use, no standard",
  ],
  "clear-site-data": [
    "Asks the browser to forget cookies, storage or cache of this site.",
    "W3C Clear Site Data",
  ],
  "origin-agent-cluster": [
    "The page wants a process of its own, if there is one.",
    "HTML, Origin-keyed agent clusters",
  ],
  "cross-origin-opener-policy-report-only": [
    "An opener policy that is only reported.",
    "HTML, Cross-origin opener policies",
  ],
  "cross-origin-embedder-policy-report-only": ["An embedder policy that is only reported.", COEP],
  "reporting-endpoints": ["Where the browser sends its reports.", "W3C Reporting API"],
  "report-to": ["Where the browser sends its reports; the older form.", "W3C Reporting API"],
  nel: ["Asks the browser to report failed connections.", "W3C Network Error Logging"],
  "server-timing": ["How long the parts of the server's work took.", "W3C Server Timing"],
  sourcemap: ["Where the source of the script or style is.", "ECMA-426"],
  refresh: ["Load this or another page after some seconds.", "HTML, Refresh header"],
};
