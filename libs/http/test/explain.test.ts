import { describe, expect, it } from "vitest";
import {
  EXPLAINED_FIELDS,
  EXPLAINED_METHODS,
  EXPLAINED_STATUSES,
  explainField,
  explainMethod,
  explainStatus,
  reasonPhrase,
  type Explanation,
} from "@socketscope/http";
import {
  EXPLAINED_CLOSE_CODES,
  explainCloseCode,
  explainOpcode,
  FRAME_FAULTS,
  isCloseCode,
  OPCODES,
} from "@socketscope/http/websocket";

const all: readonly (readonly [string, Explanation])[] = [
  ...EXPLAINED_METHODS.map((method) => [method, explainMethod(method)] as const),
  ...EXPLAINED_STATUSES.map((status) => [`${status}`, explainStatus(status)] as const),
  ...EXPLAINED_FIELDS.map((name) => [name, explainField(name)] as const),
  ...EXPLAINED_CLOSE_CODES.map((code) => [`close ${code}`, explainCloseCode(code)] as const),
  ...Object.entries(OPCODES).map(([name, opcode]) => [`frame ${name}`, explainOpcode(opcode, true)] as const),
  ["an unknown method", explainMethod("BREW")],
  ["an unknown status", explainStatus(499)],
  ["no status", explainStatus(600)],
  ["an unknown field", explainField("X-Unheard-Of")],
  ["an unknown opcode", explainOpcode(3, true)],
  ...[999, 1016, 2999, 3000, 4000, 5000].map((code) => [`close ${code}`, explainCloseCode(code)] as const),
];

describe("every explanation", () => {
  it.each(all)("%s: one plain sentence with its source", (_, { sentence, source, follows }) => {
    expect(sentence.length).toBeLessThanOrEqual(120);
    expect(sentence).toMatch(/^\S.*[.?]$/);
    expect(source).toMatch(
      /^(?:RFC \d{3,5} §[\dA-Z.]+|W3C .+|WICG .+|HTML, .+|Fetch, .+|IANA .+|ECMA-\d+|in common use, .+)$/,
    );
    for (const follower of follows) expect(follower).not.toBe("");
  });

  it("no two words of one table share a sentence", () => {
    const sentences = EXPLAINED_FIELDS.map((name) => explainField(name).sentence);
    expect(sentences.filter((sentence, i) => sentences.indexOf(sentence) !== i)).toEqual([]);
  });
});

/** IANA's registry of status codes. */
const REGISTERED_STATUSES = [
  100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306,
  307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418,
  421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
];

/** Every field of RFC 9110 §16.3.1's, 9111's and 9112's registrations, 6265's, 6455's and of CORS. */
const REQUIRED_FIELDS = [
  "Accept",
  "Accept-Charset",
  "Accept-Encoding",
  "Accept-Language",
  "Accept-Ranges",
  "Allow",
  "Authentication-Info",
  "Authorization",
  "Connection",
  "Content-Encoding",
  "Content-Language",
  "Content-Length",
  "Content-Location",
  "Content-Range",
  "Content-Type",
  "Date",
  "ETag",
  "Expect",
  "From",
  "Host",
  "If-Match",
  "If-Modified-Since",
  "If-None-Match",
  "If-Range",
  "If-Unmodified-Since",
  "Last-Modified",
  "Location",
  "Max-Forwards",
  "Proxy-Authenticate",
  "Proxy-Authentication-Info",
  "Proxy-Authorization",
  "Range",
  "Referer",
  "Retry-After",
  "Server",
  "TE",
  "Trailer",
  "Upgrade",
  "User-Agent",
  "Vary",
  "Via",
  "WWW-Authenticate",
  "Age",
  "Cache-Control",
  "Expires",
  "Pragma",
  "Warning",
  "MIME-Version",
  "Transfer-Encoding",
  "Cookie",
  "Set-Cookie",
  "Sec-WebSocket-Key",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Accept",
  "Sec-WebSocket-Protocol",
  "Sec-WebSocket-Version",
  "Origin",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Methods",
  "Access-Control-Allow-Headers",
  "Access-Control-Expose-Headers",
  "Access-Control-Max-Age",
  "Last-Event-ID",
  "Sec-Fetch-Dest",
  "Sec-Fetch-Mode",
  "Sec-Fetch-Site",
  "Sec-Fetch-User",
  "Sec-CH-UA",
  "Sec-CH-UA-Mobile",
  "Sec-CH-UA-Platform",
  "Upgrade-Insecure-Requests",
  "Priority",
  "Sec-GPC",
  "DNT",
  "Strict-Transport-Security",
  "Content-Security-Policy",
  "X-Content-Type-Options",
  "X-Frame-Options",
  "Referrer-Policy",
  "Permissions-Policy",
  "Cross-Origin-Opener-Policy",
  "Cross-Origin-Embedder-Policy",
  "Cross-Origin-Resource-Policy",
  "Keep-Alive",
  "Content-Disposition",
  "Link",
];

describe("nothing is left out", () => {
  it.each(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"])(
    "method %s",
    (method) => {
      expect(explainMethod(method).known).toBe(true);
    },
  );
  it.each(REGISTERED_STATUSES)("status %i", (status) => expect(explainStatus(status).known).toBe(true));
  it("every status our core has a phrase for", () => {
    for (let status = 100; status < 600; status++) {
      expect(explainStatus(status).known || reasonPhrase(status) === "").toBe(true);
    }
  });
  it.each(REQUIRED_FIELDS)("field %s", (name) => expect(explainField(name).known).toBe(true));
  it("every opcode there is", () => {
    for (let opcode = 0; opcode < 16; opcode++) {
      expect(explainOpcode(opcode, true).known).toBe(Object.values(OPCODES).includes(opcode as 0));
    }
  });
  it("every close code that may be sent below 3000", () => {
    for (let code = 1000; code < 3000; code++)
      expect(explainCloseCode(code).known || !isCloseCode(code)).toBe(true);
  });
  it("every fault of a frame has its sentence", () => {
    for (const sentence of Object.values(FRAME_FAULTS)) expect(sentence).toMatch(/^\S.+[^.]$/);
  });
});

describe("what is not known is said so", () => {
  it("methods are case-sensitive (RFC 9110 §9.1), fields are not (§5.1)", () => {
    expect(explainMethod("get").known).toBe(false);
    expect(explainField("hOST").known).toBe(true);
    expect(explainField("constructor").known).toBe(false);
    expect(explainMethod("toString").known).toBe(false);
  });

  it.each([
    [299, "worked"],
    [399, "client has more to do"],
    [499, "request is at fault"],
    [599, "server is at fault"],
    [199, "interim"],
  ])("status %i by its class (RFC 9110 §15)", (status, meaning) => {
    expect(explainStatus(status)).toMatchObject({ known: false, sentence: expect.stringContaining(meaning) });
  });
});

describe("what may follow a frame comes from the legality table", () => {
  it("a fragment is followed by its continuation or a control frame", () => {
    expect(explainOpcode(OPCODES.text, false).follows).toEqual(["continuation", "close", "ping", "pong"]);
    expect(explainOpcode(OPCODES.text, true).follows).toEqual(["text", "binary", "close", "ping", "pong"]);
    expect(explainOpcode(OPCODES.close, true).follows).toEqual([]);
  });
});
