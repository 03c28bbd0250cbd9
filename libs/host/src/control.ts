/**
 * What a running server can be asked and told through its control socket: resources of JSON over our own HTTP.
 *
 *     curl --unix-socket STATE/web-server.sock http://control/status
 *
 * No Host or Origin is checked: no browser can open a UNIX socket, and the folder lets in its user alone.
 */
import type { Handler, Request, Response } from "@socketscope/web";
import { printable } from "./log.ts";

/** A request to a resource, as far as one needs it. */
export interface ControlRequest {
  /** The `{name}` segments of the resource's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What stands behind the "?". */
  readonly query: URLSearchParams;
  /** `text/plain` from `text/plain; charset=utf-8`; "" without one. */
  readonly mediaType: string;
  /** The body as text, at most MAX_BODY octets. */
  text(): Promise<string>;
  /** The body as JSON. Throws {@link ControlProblem} 400. */
  json(): Promise<unknown>;
}

/** What it returns is answered as JSON; nothing is 204. Throws {@link ControlProblem}. */
export type ControlMethod = (request: ControlRequest) => unknown;

export type ControlVerb = "GET" | "PUT" | "POST" | "DELETE";

/** Keys are paths such as `/firewall/bans/{account}`. */
export type ControlResources = Readonly<
  Record<string, Readonly<Partial<Record<ControlVerb, ControlMethod>>>>
>;

/** Answered as `application/problem+json` (RFC 9457). */
export class ControlProblem extends Error {
  override readonly name = "ControlProblem";
  /** Stable. */
  readonly code: string;
  /** 4xx. */
  readonly status: number;
  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** Octets of a request's body. Rules and faults are small. */
const MAX_BODY = 256 * 1024;

export function controlHandler(resources: ControlResources): Handler {
  const routes = Object.entries(resources).map(([path, methods]) => ({ segments: path.split("/"), methods }));
  return async (request) => {
    try {
      const segments = segmentsOf(request.path);
      for (const { segments: pattern, methods } of routes) {
        const params = match(pattern, segments);
        if (params === undefined) continue;
        const verb = verbOf(request.method);
        const method = verb === undefined ? undefined : methods[verb];
        if (method === undefined) return notAllowed(Object.keys(methods));
        return answer(await method(controlRequest(request, params)));
      }
      throw new ControlProblem(404, "CONTROL_NOT_FOUND", `there is ${Object.keys(resources).join(", ")}`);
    } catch (error) {
      if (error instanceof ControlProblem) return problem(error.status, error.code, error.message);
      throw error;
    }
  };
}

function controlRequest(request: Request, params: Readonly<Record<string, string>>): ControlRequest {
  return {
    params,
    query: new URLSearchParams(request.query),
    mediaType: (request.fields.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
    text: () => request.body.text(MAX_BODY),
    async json() {
      const text = await request.body.text(MAX_BODY);
      try {
        const value: unknown = JSON.parse(text);
        return value;
      } catch (error) {
        throw new ControlProblem(400, "CONTROL_JSON", error instanceof Error ? error.message : "no JSON", {
          cause: error,
        });
      }
    },
  };
}

const VERBS: readonly ControlVerb[] = ["GET", "PUT", "POST", "DELETE"];

/** RFC 9110 §9.1: methods are case-sensitive. HEAD is answered as GET; the engine leaves the content out. */
function verbOf(method: string): ControlVerb | undefined {
  return method === "HEAD" ? "GET" : VERBS.find((verb) => verb === method);
}

function segmentsOf(path: string): string[] {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch (error) {
    throw new ControlProblem(400, "CONTROL_PATH", "the path holds a malformed escape", { cause: error });
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = segments[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(wanted)?.[1];
    if (name !== undefined) params[name] = segment;
    else if (segment !== wanted) return undefined;
  }
  return params;
}

function answer(value: unknown): Response {
  if (value === undefined) return { status: 204 };
  const fields = ["Content-Type", "application/json", "Cache-Control", "no-store"];
  return { status: 200, fields, content: `${JSON.stringify(value, undefined, 2)}\n` };
}

function notAllowed(methods: readonly string[]): Response {
  const allow = methods.includes("GET") ? ["HEAD", ...methods] : methods;
  const response = problem(405, "CONTROL_METHOD", `this takes ${allow.join(", ")}`);
  // RFC 9110 §15.5.6: a 405 names what is allowed
  return { ...response, fields: [...(response.fields ?? []), "Allow", allow.join(", ")] };
}

/** RFC 9457 §3.1: without a type of its own, the title says what the status says. */
function problem(status: number, code: string, detail: string): Response {
  const titles: Readonly<Record<number, string>> = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
  };
  const body = { title: titles[status] ?? "Refused", status, code, detail: printable(detail) };
  return {
    status,
    fields: ["Content-Type", "application/problem+json"],
    content: `${JSON.stringify(body)}\n`,
  };
}
