/** Answers for programs: JSON, and problems in JSON (RFC 9457). */
import type { Request, Response } from "@socketscope/web";

export function json(value: unknown): Response {
  return { status: 200, fields: safe("application/json"), content: `${JSON.stringify(value)}\n` };
}

/** RFC 9457. */
export function problem(status: number, detail: string): Response {
  return {
    status,
    fields: safe("application/problem+json"),
    content: `${JSON.stringify({ status, detail })}\n`,
  };
}

/** RFC 9110 §15.5.6. */
export function notAllowed(allow: string): Response {
  const refusal = problem(405, `this takes ${allow}`);
  return { ...refusal, fields: [...(refusal.fields ?? []), "Allow", allow] };
}

export function safe(type: string): string[] {
  return [
    "Content-Type",
    type,
    "X-Content-Type-Options",
    "nosniff",
    "Cache-Control",
    "no-store",
    "Content-Security-Policy",
    "sandbox; default-src 'none'",
  ];
}

/** GET and HEAD; `more`: what else there is. */
export function reading(
  { method }: Request,
  answer: () => Response | Promise<Response>,
  more = "",
): Response | Promise<Response> {
  if (method === "GET" || method === "HEAD") return answer();
  return notAllowed(more === "" ? "GET, HEAD" : `GET, HEAD, ${more}`);
}
