/** `--proxy /PATH=URL`: a gateway (RFC 9110 §3.7) to another server. Everything streams; a WebSocket becomes a tunnel. */
import { randomBytes } from "node:crypto";
import type { FieldLines } from "@socketscope/http";
import {
  failureOf,
  tunnel,
  type ClientDeadlines,
  type ClientResponse,
  type HttpAgent,
  type Handler,
  type Request,
  type RequestBody,
  type Response,
  type StreamedContent,
} from "@socketscope/web";
import { authorityOf, hasPassed, requestFields, responseFields, wantsWebSocket } from "./fields.ts";
import { locationHere, targetOf, type Place } from "./place.ts";

export interface ProxyOptions extends Place {
  readonly agent: HttpAgent;
  readonly deadlines?: Partial<ClientDeadlines>;
  /** Milliseconds a WebSocket may be silent. Default 10 min. */
  readonly tunnelIdleMs?: number;
  /** Why the client got 502 or 504, for the log. */
  readonly onError: (error: unknown) => void;
}

/** Streams that say something now and then (events, logs) live through the silence between. */
const DEADLINES: Partial<ClientDeadlines> = { connect: 5000, firstByte: 60_000, content: 600_000 };
const TUNNEL_IDLE_MS = 600_000;

/** Our name in Via: of this process alone, so that a request that comes round again is known. */
const VIA = `socketscope-${randomBytes(4).toString("hex")}`;

export function reverseProxy(options: ProxyOptions): Handler {
  return (request) => forward(request, options);
}

async function forward(request: Request, options: ProxyOptions): Promise<Response> {
  const { agent, target: there, deadlines } = options;
  const refusal = refuse(request);
  if (refusal !== undefined) return refusal;
  const target = targetOf(request, options);
  if (target === undefined) return say(400, 'The path has "." or ".." in it.');
  const gone = new AbortController();
  request.onGone?.(() => gone.abort());
  const content = contentOf(request.body);
  let response: ClientResponse;
  try {
    response = await agent.request({
      method: request.method,
      url: there,
      target,
      fields: requestFields(request, VIA),
      ...(content && { content }),
      expectContinue: request.fields.get("expect")?.toLowerCase() === "100-continue",
      signal: gone.signal,
      onInformational: (head) => {
        // RFC 9110 §15.2: interim responses go on to the client; 100 has its own way, by the content being read.
        if (head.status > 101) request.inform?.(head.status, responseFields(head, VIA));
      },
      deadlines: { ...DEADLINES, ...deadlines },
    });
  } catch (error) {
    return failure(error, options);
  }
  return answer(response, request, options);
}

/** RFC 9110 §15.5.6: a 405 names what may be asked. Which of these the server behind us takes, it says itself. */
const PASSED_ON = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** What is not handed on. */
function refuse(request: Request): Response | undefined {
  if (hasPassed(request, VIA))
    return say(508, "This path leads back to this server: the request goes in a circle.");
  // RFC 9110 §9.3.8: a TRACE would show what we put on.
  if (request.method === "TRACE") {
    const { fields = [], ...rest } = say(405, "TRACE ends here.");
    return { ...rest, fields: [...fields, "Allow", PASSED_ON] };
  }
  // RFC 9110 §7.6.2: the last recipient answers.
  if (request.method === "OPTIONS" && request.fields.get("max-forwards") === "0")
    return { status: 204, fields: ["Allow", PASSED_ON] };
  return undefined;
}

function contentOf(body: RequestBody): StreamedContent | undefined {
  if (body.length === 0) return undefined;
  return {
    ...(body.length !== undefined && { length: body.length }),
    pieces: body,
    trailers: () => body.trailers?.lines ?? [],
  };
}

function answer(response: ClientResponse, request: Request, options: ProxyOptions): Response {
  const { status, body, upgraded } = response;
  const fields = responseFields(response, VIA).map((text, i, all) =>
    i % 2 === 1 && all[i - 1]?.toLowerCase() === "location"
      ? locationHere(text, options, authorityOf(request))
      : text,
  );
  if (upgraded !== undefined) {
    request.onGone?.(() => upgraded.stream.destroy("peer-ended"));
    // RFC 9110 §7.8: to a client that asked for nothing of the kind, it cannot be said.
    if (!wantsWebSocket(request)) {
      upgraded.stream.destroy("protocol");
      return say(502, "The server behind this path switched to another protocol unasked.");
    }
    const idleMs = options.tunnelIdleMs ?? TUNNEL_IDLE_MS;
    return {
      status,
      fields,
      upgrade: (stream, rest) => tunnel({ stream, rest }, upgraded, { protocol: "websocket", idleMs }),
    };
  }
  const length = lengthOf(response, request);
  const trailers = (): FieldLines => body.trailers?.lines ?? [];
  return { status, fields, content: { ...(length !== undefined && { length }), pieces: body, trailers } };
}

/** RFC 9110 §8.6: to HEAD it is said as it would be to GET. */
function lengthOf({ body, fields }: ClientResponse, { method }: Request): number | undefined {
  if (method !== "HEAD") return body.length;
  const said = fields.get("content-length") ?? "";
  return /^\d{1,15}$/.test(said) ? Number(said) : undefined;
}

/** RFC 9110 §15.6.3, §15.6.5. The client is not told who stands behind us; the log is. */
function failure(error: unknown, { onError, path }: ProxyOptions): Response {
  switch (failureOf(error)) {
    case undefined:
      throw error;
    case "ours":
      // The client went, or its content broke off: there is hardly anybody to read it.
      return { ...say(400, "The request broke off."), close: true };
    case "late":
      onError(error);
      return say(504, `The server behind ${path} did not answer in time.`);
    case "unreachable":
      onError(error);
      return say(502, `The server behind ${path} cannot be reached.`);
    case "broken":
      onError(error);
      return say(502, `The server behind ${path} gave an answer that breaks HTTP.`);
  }
}

function say(status: number, text: string): Response {
  return { status, fields: ["Content-Type", "text/plain; charset=utf-8"], content: `${text}\n` };
}
